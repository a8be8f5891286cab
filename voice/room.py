"""A room: the shipped fake of a whole visit, a session that hears traces on a virtual clock."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from voice.clips import RATE_HZ
from voice.device import Device, Duplex
from voice.fakes import Answer, ScriptedDoor, ScriptedTalk, TimedEars, TonedVoice
from voice.session import Session
from voice.timers import VirtualTimers
from voice.trace import sound, spoken_at

CHUNK_S = 0.06
CHUNK_BYTES = int(CHUNK_S * RATE_HZ) * 2


def sentences(text: str) -> list[str]:
    """The plainest split of a text: at its marks."""
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
        while self.running:
            await self.timers.advance(0.5)
        if self._running is not None:
            await self._running

    @property
    def running(self) -> bool:
        return self._running is not None and not self._running.done()

    async def hears(self, trace: str, **kind: float) -> None:
        """Sound comes in as it is spoken."""
        pcm = sound(trace, **kind)
        for start in range(0, len(pcm), CHUNK_BYTES):
            chunk = pcm[start : start + CHUNK_BYTES]
            await self.timers.advance(len(chunk) / 2 / RATE_HZ)
            await self.session.hear(chunk)
        await self.timers.settle()

    async def speaks(self, *words: str, trace: str = "v0.8 s2.5", **kind: float) -> None:
        """A resident says something: the words come one after the other in the voice of `trace`."""
        self.ears.words += spoken_at(trace, words, self.timers.now())
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
        return [state.value for state in self.door.values("state")]  # type: ignore[attr-defined]


def room(
    answer: Answer = lambda _: (),
    *,
    device: Device | None = None,
    timers: VirtualTimers | None = None,
    ears: dict[str, Any] | None = None,
    voice: dict[str, Any] | None = None,
    talk: dict[str, Any] | None = None,
    **options: Any,
) -> Room:
    """A room with a device that hears itself not, and belongs to one person; `answer` is the talk's.

    `ears`, `voice` and `talk` are options of the fakes, `options` those of the session.
    """
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
