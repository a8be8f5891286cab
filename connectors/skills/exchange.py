"""What a speaker's maker asks and what it gets, whatever its protocol."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from conversation.messages import Sender


class Kind(enum.Enum):
    """Why the maker calls."""

    ENTER = "enter"
    "The skill was opened by its name"
    SAID = "said"
    SILENT = "silent"
    "The microphone was open and nothing was said"
    LEFT = "left"
    "The skill was closed; the answer may not be spoken"


@dataclass(frozen=True)
class Asked:
    """One request of a maker, verified and read."""

    sender: Sender
    key: str
    "The same for the same request sent again, and for no other"
    kind: Kind
    words: str = ""
    "What was heard, untrusted"
    consents: bool | None = None
    "How the maker itself understood the answer to a question with yes and no"
    is_probe: bool = False
    "The maker only looks whether we are there: nothing may be written"


@dataclass(frozen=True)
class Spoken:
    """What the speaker is to say."""

    text: str
    mic: bool
    "Whether the microphone opens afterwards: something was asked"
    choices: tuple[str, ...] = ()
    "What may be answered, as it is said"
    reprompt: str = ""
    "Said when nothing is answered, where the maker says it by itself"
    leaves: bool = False
    "Whether the skill is closed afterwards"

    def stored(self) -> dict[str, Any]:
        return {
            "text": self.text, "mic": self.mic, "choices": list(self.choices),
            "reprompt": self.reprompt, "leaves": self.leaves,
        }  # fmt: skip

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Spoken:
        """The inverse of `stored`."""
        return cls(**stored | {"choices": tuple(stored["choices"])})


def sender_of(channel: str, user: str, device: str) -> Sender:
    """One person at one device: what is bound to a home is the speaker that stands in it.

    A family's account may have speakers in several homes.
    """
    return Sender(channel, _digest(user, device))


def request_key(sender: Sender, request_id: str, kind: Kind, words: str) -> str:
    """The key of a request: makers' ids need not be unique beyond a person."""
    return _digest(sender.user_key, request_id, kind.value, words)


def _digest(*parts: str) -> str:
    """64 hexadecimal digits, whatever characters the parts hold."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
