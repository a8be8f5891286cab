"""What a speaker and the gateway say to each other: JSON in text frames, sound in binary ones.

Sound is mono, signed 16-bit little-endian: 16 000 Hz towards us, `RATE_HZ` towards the speaker.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from community.errors import BadInput

RATE_HZ = 22_050
FRAME_MAX_BYTES = 64 * 1024
"Two seconds of sound"
TEXT_MAX = 2_000


@dataclass(frozen=True)
class Start:
    """Somebody called, or presses the button; `held`: `stop` follows when it is let go."""

    held: bool = False


@dataclass(frozen=True)
class Stop:
    """The button was let go: the utterance is over."""


@dataclass(frozen=True)
class Abort:
    """Be silent."""


@dataclass(frozen=True)
class Say:
    """Words instead of sound, such as a cry that was noted while the line was down."""

    id: str
    text: str


@dataclass(frozen=True)
class Spoken:
    """A reminder of the agenda was said by the device itself, while the line was down."""

    key: str


Heard = Start | Stop | Abort | Say | Spoken
KEY_MAX = 120
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def read(frame: str) -> Heard | None:
    """What a text frame says; None for one of a kind that is not known. Raises BadInput."""
    try:
        found = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise BadInput("not JSON") from error
    if not isinstance(found, dict):
        raise BadInput("not an object")
    match found.get("type"):
        case "start":
            return Start(found.get("held") is True)
        case "stop":
            return Stop()
        case "abort":
            return Abort()
        case "say":
            return Say(_id(found), _string(found, "text", TEXT_MAX))
        case "spoken":
            return Spoken(_string(found, "key", KEY_MAX))
    return None


def _id(found: dict[str, object]) -> str:
    value = found.get("id")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadInput("id")
    return value


def _string(found: dict[str, object], name: str, most: int) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise BadInput(name)
    return value
