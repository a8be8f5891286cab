"""Assembly: a speaker from its parts, at work until it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp

from community.times import Clock, SystemClock
from voice.recogniser import StreamingRecogniser
from voice.speaker.alone import Alone
from voice.speaker.card import Card, CardError
from voice.speaker.client import Client, Parts
from voice.speaker.identity import load_identity
from voice.speaker.journal import SPOKEN, Journal
from voice.speaker.lamp import Lamp, Light
from voice.speaker.line import Line
from voice.speaker.link import Link
from voice.speaker.memory import Memory
from voice.speaker.messenger import Messenger
from voice.speaker.online import Online
from voice.speaker.player import Player
from voice.speaker.wake_word import WakeWord
from voice.synthesiser import Synthesiser
from voice.timers import LoopTimers, Timers


class Box:
    """One speaker. `ears` hear without a line; `wakes` whether they listen for its name too."""

    def __init__(
        self,
        folder: Path,
        line: Callable[[Journal], Line],
        card: Card,
        lamp: Lamp,
        voice: Synthesiser,
        ears: StreamingRecogniser | None,
        *,
        wakes: bool = False,
        clock: Clock | None = None,
        timers: Timers | None = None,
    ) -> None:
        clock, timers = clock or SystemClock(), timers or LoopTimers()
        self.journal, self.memory = Journal(folder), Memory(folder)
        self.line = line(self.journal)
        self.player = Player(self.memory.known.volume)
        self._card = card
        self._lamp = lamp
        self._lost = asyncio.Event()
        self._wake = WakeWord(ears, lambda: self.client.called()) if ears and wakes else None
        messenger = Messenger(self.line, self.journal, self.memory, clock, timers)
        alone = Alone(self.player, voice, ears, self.journal, self.memory, clock, timers)
        online = Online(self.line, self.player, self.memory, messenger, lamp, timers)
        parts = Parts(self.player, online, alone, messenger, lamp, self._wake)
        self.client = Client(parts, timers)

    async def run(self) -> None:
        """Hear, play and serve, until cancelled. Raises CardError, also when the card is lost."""
        try:
            self._card.open(self.client.heard, self.player.take, self._lost.set)
            await self._work()
            raise CardError("the microphone or the loudspeaker is gone")
        except CardError:
            self._lamp.show(Light.BROKEN)
            raise
        finally:
            self._card.close()
            self.journal.close()

    async def _work(self) -> None:
        """Until the card is lost."""
        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(self.client.run())]
            if self._wake is not None:
                working.append(tasks.create_task(self._wake.run()))
            if isinstance(self.line, Link):
                working.append(tasks.create_task(self.line.run(self.client)))
            await self._lost.wait()
            for task in working:
                task.cancel()


def line_to(http: aiohttp.ClientSession, url: str, folder: Path) -> Callable[[Journal], Link]:
    """The line of the device whose identity is in the folder. Raises ConfigError."""
    identity = load_identity(folder)

    def made(journal: Journal) -> Link:
        return Link(http, url, identity, reports=lambda: len(journal.waiting(SPOKEN)))

    return made
