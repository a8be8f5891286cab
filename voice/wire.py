"""What the gateway and the worker say to each other: lengths first, and no object of Python."""

from __future__ import annotations

import enum
import struct

from community.errors import TooLarge, Unavailable, UnsupportedMedia
from voice.clips import MAX_PCM_BYTES, Clip, Format

QUESTION = struct.Struct(">I")
"Bytes of the clip, which follow"
ANSWER = struct.Struct(">BBI")
"Outcome, place of the format in FORMATS, bytes of what follows: the sound, or why there is none"
FORMATS = tuple(Format)


class Outcome(enum.IntEnum):
    DECODED = 0
    TOO_LARGE = 1
    UNSUPPORTED = 2


def body_bytes(head: bytes) -> int:
    """How much follows this head; Unavailable when no worker in its senses would say so."""
    size: int = ANSWER.unpack(head)[2]
    if size > MAX_PCM_BYTES:
        raise Unavailable("the voice worker answers nonsense")
    return size


def read(head: bytes, body: bytes) -> Clip:
    """The clip of an answer, or the error in it; Unavailable for nonsense."""
    outcome, place, _ = ANSWER.unpack(head)
    if outcome == Outcome.DECODED and place < len(FORMATS) and body and len(body) % 2 == 0:
        return Clip(body, FORMATS[place])
    if outcome == Outcome.TOO_LARGE:
        raise TooLarge(body.decode("ascii", "replace"))
    if outcome == Outcome.UNSUPPORTED:
        raise UnsupportedMedia(body.decode("ascii", "replace"))
    raise Unavailable("the voice worker answers nonsense")
