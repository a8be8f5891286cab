"""What a synthesiser is: words go in as they are written, sound comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from community.errors import Unavailable

SLOWEST, USUAL, FASTEST = 1, 3, 5
"Paces: about 1.5, 2.0, 2.7, 3.1 and 3.5 Han characters a second"


class SynthesiserError(Unavailable):
    """The synthesiser did not do its work: it failed, was late, or is not installed."""


@dataclass(frozen=True)
class Speech:
    """Sound of somebody speaking."""

    pcm: bytes
    "Mono, signed 16-bit little-endian"
    rate_hz: int

    @property
    def duration_s(self) -> float:
        return len(self.pcm) / (self.rate_hz * 2)


class Synthesiser(Protocol):
    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        """The sound of one sentence.

        `text` is as it is written, at most 2,000 characters: `language.reading` makes it fit to be
        read aloud. `pace` is SLOWEST to FASTEST. Text without anything to read gives no sound.
        Raises SynthesiserError.
        """
        ...
