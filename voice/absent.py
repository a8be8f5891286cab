"""Absent ears and an absent voice: what stands in where a machine has none, and says so."""

from __future__ import annotations

from collections.abc import Sequence

from voice.recogniser import Hearing, RecogniserError, Transcript
from voice.synthesiser import USUAL, Speech, SynthesiserError


class Deaf:
    """A StreamingRecogniser that hears nothing."""

    async def recognise(self, pcm: bytes) -> Transcript:
        raise RecogniserError("no recogniser")

    def listen(self, phrases: Sequence[str] = ()) -> Hearing:
        raise RecogniserError("no recogniser")


class Mute:
    """A Synthesiser that says nothing: what is to be said is only shown."""

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        raise SynthesiserError("no synthesiser")
