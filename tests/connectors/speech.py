"""Ears and a voice by script, for the doors that need no session."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from voice.recogniser import RecogniserError, Transcript
from voice.synthesiser import USUAL, Speech, SynthesiserError


class Heard:
    """One utterance: `partials` one after the other, the last again and again; then `final`."""

    def __init__(self, partials: Sequence[object] = (), final: object = Transcript("")) -> None:
        self.partials = list(partials)
        self.final = final
        self.sound = bytearray()
        self.finished = 0
        self.closed = 0

    async def feed(self, pcm: bytes) -> str:
        assert not self.finished
        assert not self.closed
        assert len(pcm) % 2 == 0
        self.sound += pcm
        if not self.partials:
            return ""
        said = self.partials.pop(0) if len(self.partials) > 1 else self.partials[0]
        if isinstance(said, Exception):
            raise said
        return str(said)

    async def finish(self) -> Transcript:
        self.finished += 1
        if isinstance(self.final, Exception):
            raise self.final
        if self.final is None:
            await asyncio.Event().wait()
        return Transcript(self.final) if isinstance(self.final, str) else self.final

    async def close(self) -> None:
        self.closed += 1


class Ears:
    """Hears the next of `script` in each utterance; `listened` keeps the phrases of each."""

    def __init__(self, script: Iterable[Heard] = ()) -> None:
        self.script = list(script)
        self.heard: list[Heard] = []
        self.phrases: list[tuple[str, ...]] = []

    async def recognise(self, pcm: bytes) -> Transcript:
        raise RecogniserError("not a whole clip at once")

    def listen(self, phrases: Sequence[str] = ()) -> Heard:
        self.phrases.append(tuple(phrases))
        self.heard.append(self.script.pop(0) if self.script else Heard())
        return self.heard[-1]


class Voice:
    """A tenth of a second for each character, each sample the character's own number.

    `fails` says at which sentence, counted from 0, the voice fails.
    """

    def __init__(self, *, rate_hz: int = 22_050, fails: int | None = None) -> None:
        self.rate_hz = rate_hz
        self.fails = fails
        self.said: list[str] = []

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        if self.fails == len(self.said):
            raise SynthesiserError("by script")
        self.said.append(text)
        samples = self.rate_hz // 10
        pcm = b"".join((ord(sign) & 0x7FFF).to_bytes(2, "little") * samples for sign in text)
        return Speech(pcm, self.rate_hz)
