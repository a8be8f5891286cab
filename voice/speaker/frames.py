"""What the gateway says to a speaker: JSON in text frames; whatever is odd in them is left out."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voice.door import State
from voice.resample import RATES_HZ
from voice.synthesiser import FASTEST, SLOWEST, USUAL

TEXT_MAX, KEY_MAX = 2_000, 120
"Characters"
PHONES_MAX, AGENDA_MAX = 8, 200
NAME_MAX = 60


@dataclass(frozen=True)
class Due:
    """One reminder of the agenda."""

    key: str
    at: datetime
    "Aware, UTC"
    text: str
    private: bool = False
    "Not read out before its owner has said to be there"


@dataclass(frozen=True)
class Hello:
    """The first frame of each connection."""

    rate_hz: int
    "Of the sound that comes"
    home: str | None
    help_phones: tuple[str, ...]
    pace: int
    person: str = ""
    "Whose speaker it is, when that is one person"


@dataclass(frozen=True)
class StateNow:
    state: State


@dataclass(frozen=True)
class Understood:
    """An utterance to its end: the gateway has the words of it."""


@dataclass(frozen=True)
class Saying:
    """The sound of another sentence follows."""


@dataclass(frozen=True)
class Hush:
    """Play nothing more of what was sent."""


@dataclass(frozen=True)
class Volume:
    level: int
    "0 to 100"


@dataclass(frozen=True)
class Agenda:
    items: tuple[Due, ...]


@dataclass(frozen=True)
class Stored:
    """Words with this id are a committed message."""

    id: str


@dataclass(frozen=True)
class Noted:
    """That a reminder was spoken is known."""

    key: str


@dataclass(frozen=True)
class Refused:
    """Something was not taken; `id` when it was words with one."""

    id: str | None


Frame = Hello | StateNow | Understood | Saying | Hush | Volume | Agenda | Stored | Noted | Refused


def read(text: str) -> Frame | None:
    """What a frame says; None for one that is odd, or of a kind that is not known."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return _frame(found)


def _frame(found: dict[str, Any]) -> Frame | None:
    match found.get("type"):
        case "hello":
            return _hello(found)
        case "state" if found.get("state") in {one.value for one in State}:
            return StateNow(State(found["state"]))
        case "heard" if found.get("final") is True:
            return Understood()
        case "saying":
            return Saying()
        case "hush":
            return Hush()
        case "volume" if (level := _whole(found.get("level"), 0, 100)) is not None:
            return Volume(level)
        case "agenda":
            return Agenda(due_of(found.get("items")))
        case "stored" if (id := _text(found.get("id"), KEY_MAX)) is not None:
            return Stored(id)
        case "noted" if (key := _text(found.get("key"), KEY_MAX)) is not None:
            return Noted(key)
        case "refused":
            return Refused(_text(found.get("id"), KEY_MAX))
    return None


def _hello(found: dict[str, Any]) -> Hello | None:
    rate_hz = found.get("rate_hz")
    if rate_hz not in RATES_HZ:
        return None
    home, pace = _text(found.get("home"), TEXT_MAX), _whole(found.get("pace"), SLOWEST, FASTEST)
    person = _text(found.get("person"), NAME_MAX)
    return Hello(rate_hz, home, phones_of(found.get("help_phones")), pace or USUAL, person or "")


def due_of(found: object) -> tuple[Due, ...]:
    """The reminders that are whole, soonest first, AGENDA_MAX at most."""
    due = []
    for one in found if isinstance(found, list) else []:
        if not isinstance(one, dict):
            continue
        key, text = _text(one.get("key"), KEY_MAX), _text(one.get("text"), TEXT_MAX)
        with suppress(ValueError, TypeError):
            at = datetime.fromisoformat(one.get("at", ""))
            if key is not None and text is not None and at.tzinfo is not None:
                due.append(Due(key, at, text, one.get("private") is True))
    return tuple(sorted(due, key=lambda one: one.at)[:AGENDA_MAX])


def phones_of(found: object) -> tuple[str, ...]:
    texts = [_text(one, 60) for one in found] if isinstance(found, list) else []
    return tuple(one for one in texts if one is not None)[:PHONES_MAX]


def _text(value: object, most: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= most else None


def _whole(value: object, least: int, most: int) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    return value if fits and isinstance(value, int) else None
