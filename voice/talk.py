"""What the session knows of the conversation: words go there, and what is to be said comes back."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from voice.recogniser import Transcript


class Kind(enum.Enum):
    """Why something is said."""

    ANSWER = "answer"
    "To what was said here just now"
    STAFF = "staff"
    "A person of the staff wrote it"
    REMINDER = "reminder"
    "Its owner set it, or a check-in: it waits to be acknowledged and is said again until it is"
    NOTICE = "notice"
    "News that waits for a good moment"
    ALARM = "alarm"
    "Of an emergency: said at once, whatever is going on"


class Fate(enum.Enum):
    """What became of something that was to be said aloud."""

    QUEUED = "queued"
    PLAYED = "played"
    "To its last word"
    CUT = "cut"
    "Begun, and interrupted"
    ANSWERED = "answered"
    "The resident spoke after it"


@dataclass(frozen=True)
class Said:
    """One thing to be said, as it is written."""

    seq: int
    "Its number in the conversation; grows"
    text: str
    kind: Kind
    choices: tuple[str, ...] = ()
    "What the reader may answer, as a screen would show it on buttons"
    private: bool = False
    "Health or household facts: a neutral opener first, aloud only when the listener is known"
    spoken: str | None = None
    "The same for the ear, when the text is not fit for it"


@dataclass(frozen=True)
class Habits:
    """How one person listens and speaks; kept from one session to the next."""

    pace: int = 3
    "1 to 5, as `voice.synthesiser`"
    volume: int = 60
    "0 to 100"
    senior: bool = True
    "Whether the patient profile of timers holds"
    pauses_s: tuple[float, ...] = ()
    "The longest pause inside each of the last 20 utterances, oldest first"


class Talk(Protocol):
    """One resident's conversation as one device takes part in it."""

    async def say(
        self, key: str, heard: Transcript, pcm: bytes = b"", *, continues: str = ""
    ) -> None:
        """Hand over an utterance; it is a committed row when this returns.

        `key` is the utterance's own: handed over twice it is one message; with more words the second
        time (a cry for help is handed over before its sentence is finished) they are heard too. `pcm` is
        its sound at 16 000 Hz when it may be kept for the desk. `continues` is the key of an
        utterance that was taken for finished too early: its words are in this one again, and an
        answer to it alone need not be given any more. Raises CommunityError.
        """
        ...

    async def next(self) -> Said:
        """Wait for the next thing to be said; each is given once to one session."""
        ...

    async def fate(self, seq: int, fate: Fate) -> None:
        """Note what became of it; the desk shows it."""
        ...

    async def habits(self) -> Habits: ...

    async def keep_habits(self, habits: Habits) -> None: ...

    @property
    def working(self) -> bool:
        """Whether an answer is being made at this moment."""
        ...

    def stands(self, seq: int) -> bool:
        """Whether what was given may still be said: a person may have spoken since."""
        ...
