"""What a recogniser is: sound goes in, words come out, each with how sure it is of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from community.errors import Unavailable


class RecogniserError(Unavailable):
    """The recogniser did not do its work: it failed, was late, or has no model."""


class Overloaded(RecogniserError):
    """More is spoken at once than this machine can hear."""


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

    def confidence(self, *, untold: float) -> float:
        """Mean of its words, 0 to 1; `untold` when there are none."""
        if not self.words:
            return untold
        return sum(word.confidence for word in self.words) / len(self.words)


class Recogniser(Protocol):
    async def recognise(self, pcm: bytes) -> Transcript:
        """Hear one clip.

        `pcm` is sound of 16 000 Hz, mono, signed 16-bit little-endian, at most 120 s, as
        `voice.decoder.Decoder` gives it. Raises RecogniserError.
        """
        ...


class Hearing(Protocol):
    """One utterance of one stream while it is spoken; its calls come one after the other."""

    async def feed(self, pcm: bytes) -> str:
        """Hear some more, in the format of `recognise`; returns all words heard so far.

        Raises RecogniserError; Overloaded when more sound waits than can be heard in time.
        """
        ...

    async def finish(self) -> Transcript:
        """The whole utterance; nothing is fed after it. Raises RecogniserError."""
        ...

    async def close(self) -> None:
        """Let go of it, finished or not; may be called twice."""
        ...


class StreamingRecogniser(Recogniser, Protocol):
    def listen(self, phrases: Sequence[str] = ()) -> Hearing:
        """Begin to hear an utterance.

        `phrases` are the answers to a closed question; a recogniser may hear them better, and
        hears all else nevertheless. Raises RecogniserError.
        """
        ...
