"""A speaker at home on a clock that only moves when it is told: its card, line and lamp are fakes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from community.times import FixedClock
from tests.voice.traces import parts, sound, spread
from voice.fakes import TimedEars, TonedVoice
from voice.speaker.assembly import Box
from voice.speaker.fakes import FakeLamp, FakeLine, FakeSound
from voice.speaker.frames import Frame, Hello
from voice.speaker.journal import Journal
from voice.speaker.line import Line
from voice.timers import VirtualTimers

START = datetime(2025, 11, 3, 0, 5, tzinfo=UTC)
"Five past eight in China"
FRAME_S = 0.02
FRAMES_AT_ONCE = 3
HELLO = Hello(22_050, "3号楼2单元501", ("120", "值班电话62345678"), 3)


@dataclass
class Home:
    folder: Path
    can_hear: bool = True
    wakes: bool = False
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    timers: VirtualTimers = field(default_factory=VirtualTimers)
    card: FakeSound = field(default_factory=FakeSound)
    line: FakeLine = field(default_factory=FakeLine)
    real_line: Callable[[Journal], Line] | None = None
    "Instead of the fake one"
    lamp: FakeLamp = field(default_factory=FakeLamp)

    def __post_init__(self) -> None:
        self.voice = TonedVoice(self.timers, rate_hz=22_050, character_s=0.05)
        self.ears = TimedEars(self.timers)
        ears = self.ears if self.can_hear else None
        self.box = Box(
            self.folder, self.real_line or (lambda _: self.line), self.card, self.lamp, self.voice, ears,
            wakes=self.wakes, clock=self.clock, timers=self.timers,
        )  # fmt: skip
        self.client = self.box.client

    async def __aenter__(self) -> Home:
        self.running = asyncio.create_task(self.box.run())
        await self.timers.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.dies()

    async def dies(self) -> None:
        """The process ends."""
        self.running.cancel()
        while not self.running.done():
            await self.waits(0.5)

    async def passes(self, seconds: float) -> None:
        """Time in which sound is heard and played."""
        left = round(seconds / FRAME_S)
        while left > 0:
            frames = min(left, FRAMES_AT_ONCE)
            self.clock.advance(frames * FRAME_S)
            await self.timers.advance(frames * FRAME_S)
            for _ in range(frames):
                self.card.tick()
            left -= frames
        await self.timers.settle()

    async def waits(self, seconds: float) -> None:
        """Longer time, in which the card stands still."""
        while seconds > 0:
            step = min(0.5, seconds)
            self.clock.advance(step)
            await self.timers.advance(step)
            seconds -= step

    async def speaks(self, *words: str, trace: str = "v1.0 s0.2") -> None:
        """A resident says something near it."""
        at, spans = self.timers.now(), []
        for kind, seconds in parts(trace):
            if kind == "v":
                spans.append((at, at + seconds))
            at += seconds
        self.ears.words += spread(words, spans)
        self.card.recording += sound(trace)
        await self.passes(at - self.timers.now())

    async def comes_up(self, hello: Hello = HELLO) -> None:
        self.line.is_up = True
        self.client.up(hello)
        await self.passes(0.1)

    async def goes_down(self) -> None:
        self.line.is_up = False
        self.client.down()
        await self.timers.settle()

    async def is_told(self, *frames: Frame) -> None:
        for frame in frames:
            self.client.told(frame)
        await self.timers.settle()

    def sent(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.line.sent if one["type"] == kind]

    @property
    def said(self) -> list[str]:
        """The sentences that it said by itself."""
        return [text for text, _ in self.voice.spoken]
