"""What is said in a conversation, on its way in, stored, and on its way out.

A private note is none of these: it lives in `conversation/notes.py` and has no road to a channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Speaker = Literal["resident", "bot", "staff"]
Outcome = Literal["answered", "asked", "handed_off", "emergency", "failed"]
Purpose = Literal["reminder", "alarm"]
"""Why something is said that answers nothing: a reminder is said aloud until it is acknowledged."""

HEARD = "heard:"
"Begins the key of a message that was spoken, and whose words are a recogniser's"


@dataclass(frozen=True)
class Sender:
    """Who wrote, as the channel knows them."""

    channel: str
    "The channel's name in `connectors/registry.py`"
    user_key: str
    "The channel's own key of the person; never leaves the store"


@dataclass(frozen=True)
class Inbound:
    """One message as a channel received it."""

    sender: Sender
    key: str
    "The channel's own key of the message: the same key again is the same message"
    text: str
    "Untrusted, as received"
    choice: str | None = None
    "Id of the choice that was taken, when a button was pressed instead of words"
    attachment_id: str | None = None
    "A stored photo that came with it"
    continues: str | None = None
    "Key of a message that was cut short: its words are in this one again"


@dataclass(frozen=True)
class Choice:
    """One thing the reader may answer by a tap."""

    id: str
    "Unique in the conversation: `<seq>-<position>`"
    label: str
    payload: str
    "What it means to us; never shown"

    def shown(self) -> dict[str, str]:
        return {"id": self.id, "label": self.label}


@dataclass(frozen=True)
class Draft:
    """A message that somebody wants to send; it gets its number when it is stored."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    "(label, payload) pairs, in the order shown"
    card: dict[str, Any] | None = None
    "A work order, bill or pass: {title, state, tone, facts: [[name, value]]}"
    purpose: Purpose | None = None
    "None for an answer and for news; an alarm is said at any hour"
    private: bool = False
    "Of somebody's health or household: not said aloud before it is known who listens"
    photo: str | None = None
    "Id of a stored photo that is shown; `text` is what is said where it cannot be"


@dataclass(frozen=True)
class Message:
    """A stored message of the transcript."""

    seq: int
    sender: Speaker
    text: str
    at: datetime
    choices: tuple[Choice, ...] = ()
    card: dict[str, Any] | None = None
    attachment_id: str | None = None
    "A photo or clip of the resident's, or a photo that is shown to them instead of the text"
    staff_id: str | None = None
    turn_id: str | None = None
