"""What a recogniser is: sound goes in, words come out, each with how sure it is of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from community.errors import Unavailable


class RecogniserError(Unavailable):
    """The recogniser did not do its work: it failed, was late, or has no model."""


@dataclass(frozen=True)
class Word:
    """One word as it was heard."""

    text: str
    confidence: float
    "Between 0 (a guess) and 1 (certain)"
    start_s: float
    "Seconds from the beginning of the clip"
    end_s: float


@dataclass(frozen=True)
class Transcript:
    """What was heard in one clip."""

    text: str
    "Without spaces between Chinese words; empty when nothing was said"
    words: tuple[Word, ...] = ()
    "In the order of speaking; empty when the recogniser tells no words apart"


class Recogniser(Protocol):
    async def recognise(self, pcm: bytes) -> Transcript:
        """Hear one clip.

        `pcm` is sound of 16 000 Hz, mono, signed 16-bit little-endian, at most 120 s, as
        `voice.decoder.Decoder` gives it. Raises RecogniserError.
        """
        ...
