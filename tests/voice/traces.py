"""Traces: streams of sound from a line of text, and sessions that hear them on a virtual clock.

"s0.3 v1.2 s1.8 v0.9 s2.6" is 0.3 s of a quiet room, 1.2 s of a voice, and so on.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from voice.device import Device, Duplex
from voice.fakes import ScriptedDoor, ScriptedTalk, TimedEars, TonedVoice
from voice.session import Session
from voice.timers import VirtualTimers

RATE_HZ = 16_000
CHUNK_S = 0.06
CHUNK_BYTES = int(CHUNK_S * RATE_HZ) * 2


def parts(trace: str) -> list[tuple[str, float]]:
    """("v", seconds) for voice, ("s", seconds) for silence."""
    return [(part[0], float(part[1:])) for part in trace.split()]


@cache
def sound(
    trace: str, *, noise: float = 30.0, loud: float = 6_000.0, pitch_hz: float = 160.0
) -> bytes:
    """Voice is tones under a syllable's loudness with noise in it; `noise` is the room's, of 32 768."""
    random = np.random.default_rng(7)
    pieces = []
    for kind, seconds in parts(trace):
        at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        room = random.normal(0, noise, at.size)
        if kind == "v":
            tones = sum(np.sin(2 * np.pi * pitch_hz * n * at) / n for n in range(1, 7))
            breath = random.normal(0, 0.15, at.size)
            syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * at)
            room = room + loud * (tones + breath) * syllables / 2
        pieces.append(room)
    return np.clip(np.concatenate(pieces), -32_768, 32_767).astype("<i2").tobytes()


def voice_ends(trace: str) -> float:
    """When the last voice in it ends, in seconds from its beginning."""
    at = end = 0.0
    for kind, seconds in parts(trace):
        at += seconds
        end = at if kind == "v" else end
    return end


def sentences(text: str) -> list[str]:
    return [one for one in re.findall("[^。！？；]+[。！？；]?", text) if one.strip()]


@dataclass
class Room:
    """A session at work in a room, with everything about it."""

    timers: VirtualTimers
    door: ScriptedDoor
    talk: ScriptedTalk
    ears: TimedEars
    voice: TonedVoice
    session: Session
    _running: asyncio.Task[None] | None = field(default=None, repr=False)

    async def __aenter__(self) -> Room:
        self._running = asyncio.create_task(self.session.run())
        await self.timers.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        while not self._running.done():
            await self.timers.advance(0.5)
        await self._running

    @property
    def running(self) -> bool:
        return not self._running.done()

    async def hears(self, trace: str, **kind: Any) -> None:
        """Sound comes in as it is spoken."""
        pcm = sound(trace, **kind)
        for start in range(0, len(pcm), CHUNK_BYTES):
            chunk = pcm[start : start + CHUNK_BYTES]
            await self.timers.advance(len(chunk) / 2 / RATE_HZ)
            await self.session.hear(chunk)
        await self.timers.settle()

    async def speaks(self, *words: str, trace: str = "v0.8 s2.5", **kind: Any) -> None:
        """A resident says something: the words come one after the other in the voice of `trace`."""
        begin = self.timers.now()
        spans, at = [], begin
        for what, seconds in parts(trace):
            if what == "v":
                spans.append((at, at + seconds))
            at += seconds
        self.ears.words += spread(words, spans)
        await self.hears(trace, **kind)

    async def says(self, text: str) -> None:
        """Words that need no ear."""
        await self.session.hear_text(text)
        await self.timers.settle()

    async def passes(self, seconds: float) -> None:
        await self.timers.advance(seconds)

    @property
    def saying(self) -> list[Any]:
        return self.door.values("saying")

    @property
    def states(self) -> list[str]:
        return [state.value for state in self.door.values("state")]


def spread(words: tuple[str, ...], spans: list[tuple[float, float]]) -> list[tuple[float, str]]:
    """When each of the words has been spoken: the first ones in the first voice, and so on."""
    placed = [number * len(spans) // len(words) for number in range(len(words))]
    told = []
    for number, word in enumerate(words):
        begin, end = spans[placed[number]]
        together = [at for at, place in enumerate(placed) if place == placed[number]]
        share = (together.index(number) + 1) / len(together)
        told.append((begin + (end - begin) * 0.9 * share, word))
    return told


def room(
    answer: Any = lambda _: (),
    *,
    device: Device | None = None,
    timers: Any = None,
    ears: dict[str, Any] | None = None,
    voice: dict[str, Any] | None = None,
    talk: dict[str, Any] | None = None,
    **options: Any,
) -> Room:
    timers = timers or VirtualTimers()
    door = ScriptedDoor(timers)
    conversation = ScriptedTalk(timers, answer, **(talk or {}))
    hearing = TimedEars(timers, **(ears or {}))
    speaking = TonedVoice(timers, **(voice or {}))
    session = Session(
        door, conversation, hearing, speaking, timers,
        split=sentences, device=device or Device(duplex=Duplex.CLEAN, shared=False), **options,
    )  # fmt: skip
    return Room(timers, door, conversation, hearing, speaking, session)
