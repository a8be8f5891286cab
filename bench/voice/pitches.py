"""Ears that need no model: they hear by the pitch of a voice which resident speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from language.reading import speakable
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.hearing import UTTERANCE_S
from voice.recogniser import Transcript
from voice.trace import sound

LOWEST_HZ, STEP_HZ = 200, 20
RESIDENTS = 100
"Whose pitches are told apart"
_MOST_BYTES = int(UTTERANCE_S * RATE_HZ) * WIDTH_BYTES


def voice_of(number: int, trace: str) -> bytes:
    """A resident's voice, `number` from 0 to RESIDENTS - 1."""
    return sound(trace, pitch_hz=LOWEST_HZ + STEP_HZ * number)


def words_of(number: int) -> str:
    """What is heard in that voice, whatever it says."""
    return f"住户{number}家的水管漏水了"


def said_of(number: int) -> str:
    """The part of `words_of` that is this resident's alone, as it is read aloud."""
    return speakable(f"住户{number}家").rstrip("。")


class PitchEars:
    """A StreamingRecogniser."""

    async def recognise(self, pcm: bytes) -> Transcript:
        hearing = self.listen()
        await hearing.feed(pcm)
        return await hearing.finish()

    def listen(self, phrases: Sequence[str] = ()) -> PitchHearing:
        return PitchHearing()


class PitchHearing:
    """One utterance."""

    def __init__(self) -> None:
        self._pcm = bytearray()

    async def feed(self, pcm: bytes) -> str:
        self._pcm += pcm[: _MOST_BYTES - len(self._pcm)]
        return ""

    async def finish(self) -> Transcript:
        return Transcript(await asyncio.to_thread(_heard, bytes(self._pcm)))

    async def close(self) -> None:
        self._pcm.clear()


def _heard(pcm: bytes) -> str:
    samples = np.frombuffer(pcm[: len(pcm) // WIDTH_BYTES * WIDTH_BYTES], "<i2")
    if samples.size == 0:
        return ""
    power = np.abs(np.fft.rfft(samples))
    hertz = float(np.argmax(power)) * RATE_HZ / samples.size
    return words_of(round((hertz - LOWEST_HZ) / STEP_HZ))
