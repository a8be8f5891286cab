"""The shipped fakes of ears and voice: they hear what they were told to hear, and speak in tones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.hearing import UTTERANCE_S
from voice.places import LONGEST
from voice.recogniser import RecogniserError, Transcript
from voice.synthesiser import USUAL, Speech, SynthesiserError


class ScriptedRecogniser:
    """Answers each clip with the next of `script`, and hears nothing once that is used up.

    An error in the script is raised. `heard` records the sound of each call; while `gate` is
    cleared, calls wait.
    """

    def __init__(self, script: Iterable[str | Transcript | RecogniserError] = ()) -> None:
        self.script = list(script)
        self.heard: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def recognise(self, pcm: bytes) -> Transcript:
        self.heard.append(pcm)
        answer = self.script.pop(0) if self.script else Transcript("")
        await self.gate.wait()
        if isinstance(answer, RecogniserError):
            raise answer
        return Transcript(answer) if isinstance(answer, str) else answer


@dataclass(frozen=True)
class Utterance:
    """What a ScriptedHearing hears of one utterance."""

    heard: str | Transcript | RecogniserError
    "At its end"
    partials: Sequence[tuple[float, str]] = ()
    "Seconds of sound from which on these are the words so far, in order"


class ScriptedStreamingRecogniser(ScriptedRecogniser):
    """Hears each stream as the next of `utterances`, and nothing once they are used up.

    `listened` records the phrases of each stream.
    """

    def __init__(
        self,
        utterances: Iterable[str | Utterance] = (),
        *,
        clips: Iterable[str | Transcript | RecogniserError] = (),
    ) -> None:
        super().__init__(clips)
        self.utterances = list(utterances)
        self.listened: list[tuple[str, ...]] = []

    def listen(self, phrases: Sequence[str] = ()) -> ScriptedHearing:
        self.listened.append(tuple(phrases))
        told = self.utterances.pop(0) if self.utterances else ""
        return ScriptedHearing(Utterance(told) if isinstance(told, str) else told, self.gate)


class ScriptedHearing:
    """One scripted utterance; `fed` records its sound, `closed` whether it was let go of."""

    def __init__(self, utterance: Utterance, gate: asyncio.Event) -> None:
        self._utterance = utterance
        self._gate = gate
        self.fed = bytearray()
        self.closed = False

    @property
    def seconds(self) -> float:
        """Of sound so far."""
        return len(self.fed) / (RATE_HZ * WIDTH_BYTES)

    async def feed(self, pcm: bytes) -> str:
        await self._gate.wait()
        self._check()
        room = int(UTTERANCE_S * RATE_HZ) * WIDTH_BYTES - len(self.fed)
        self.fed += pcm[:room]
        so_far = [text for at_s, text in self._utterance.partials if at_s <= self.seconds]
        return so_far[-1] if so_far else ""

    async def finish(self) -> Transcript:
        await self._gate.wait()
        self._check()
        heard = self._utterance.heard
        if isinstance(heard, RecogniserError):
            raise heard
        return Transcript(heard) if isinstance(heard, str) else heard

    async def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.closed:
            raise RecogniserError("the hearing is closed")


class ScriptedSynthesiser:
    """Speaks each character that is a letter or digit as a tone of its own, in the pace asked for.

    `spoken` records the texts; while `gate` is cleared, calls wait; those in `fails` fail. The
    tone of a character has the pitch 200 Hz + 2 Hz for each step of its code, modulo 1,000 Hz.
    """

    RATE_HZ = 16_000
    PER_S = (1.5, 2.0, 2.7, 3.1, 3.5)
    "Characters a second, by pace"

    def __init__(self, fails: Iterable[str] = ()) -> None:
        self.fails = set(fails)
        self.spoken: list[tuple[str, int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        self.spoken.append((text, pace))
        await self.gate.wait()
        if text in self.fails:
            raise SynthesiserError("told to fail")
        if len(text) > LONGEST:
            raise SynthesiserError("too long a text")
        tones = [_tone(char, 1 / self.PER_S[pace - 1]) for char in text if char.isalnum()]
        return Speech(b"".join(tones), self.RATE_HZ)


def _tone(char: str, seconds: float) -> bytes:
    hertz = 200 + 2 * (ord(char) % 500)
    time = np.arange(round(seconds * ScriptedSynthesiser.RATE_HZ)) / ScriptedSynthesiser.RATE_HZ
    return (8_000 * np.sin(2 * np.pi * hertz * time)).astype("<i2").tobytes()
