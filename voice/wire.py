"""What the decoder's worker answers: an outcome first, and no object of Python."""

from __future__ import annotations

import enum
import struct

from community.errors import TooLarge, Unavailable, UnsupportedMedia
from voice.clips import MAX_PCM_BYTES, Clip, Format

HEAD = struct.Struct(">BB")
"Outcome and place of the format in FORMATS; the sound follows, or why there is none"
MOST_BYTES = HEAD.size + MAX_PCM_BYTES
FORMATS = tuple(Format)


class Outcome(enum.IntEnum):
    DECODED = 0
    TOO_LARGE = 1
    UNSUPPORTED = 2


def read(answer: bytes) -> Clip:
    """The clip of an answer, or the error in it; Unavailable for nonsense."""
    head, body = answer[: HEAD.size], answer[HEAD.size :]
    if len(head) == HEAD.size:
        outcome, place = HEAD.unpack(head)
        if outcome == Outcome.DECODED and place < len(FORMATS) and body and len(body) % 2 == 0:
            return Clip(body, FORMATS[place])
        if outcome == Outcome.TOO_LARGE:
            raise TooLarge(body.decode("ascii", "replace"))
        if outcome == Outcome.UNSUPPORTED:
            raise UnsupportedMedia(body.decode("ascii", "replace"))
    raise Unavailable("the voice worker answers nonsense")
