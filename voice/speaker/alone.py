"""Alone: the speaker while its line is down: a session of its own, on the machine itself."""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress

from community.errors import StoreError
from community.times import Clock
from language.reading import sentences
from voice.absent import Deaf
from voice.device import Device, Owner
from voice.door import State
from voice.recogniser import StreamingRecogniser
from voice.resample import fitted
from voice.session import Session
from voice.speaker.alone_talk import AloneTalk
from voice.speaker.card import PLAY_HZ
from voice.speaker.journal import Journal
from voice.speaker.memory import Memory
from voice.speaker.player import Player
from voice.speaker.words import words
from voice.synthesiser import Synthesiser
from voice.timers import Timers, pause

AGAIN_S = 1.0

logger = logging.getLogger(__name__)


class Alone:
    """Without `ears` it hears no words: a button that is held is a cry then, and a private reminder
    is read out, for nobody could say that they listen.
    """

    def __init__(
        self,
        player: Player,
        voice: Synthesiser,
        ears: StreamingRecogniser | None,
        journal: Journal,
        memory: Memory,
        clock: Clock,
        timers: Timers,
    ) -> None:
        self.hears = ears is not None
        self._player = player
        self._voice = voice
        self._ears = ears or Deaf()
        self._journal = journal
        self._memory = memory
        self._clock = clock
        self._timers = timers
        self._session: Session | None = None
        self._talk: AloneTalk | None = None
        self._running: asyncio.Task[None] | None = None

    def open(self) -> None:
        """The line is down."""
        if self._running is None:
            self._begin()
            self._running = asyncio.create_task(self._keep_running(), name="speaker-alone")

    async def close(self) -> None:
        """The line is back: what was said so far is noted, nothing more is said. May be called twice."""
        session, running = self._session, self._running
        self._session = self._running = self._talk = None
        if session is not None and running is not None:
            await session.close()
            await asyncio.wait([running])

    def _begin(self) -> Session:
        person = self._memory.known.person
        self._talk = AloneTalk(self._journal, self._memory, self._clock, self._timers)
        self._session = Session(
            _Door(self._player), self._talk, self._ears, self._voice, self._timers,
            split=sentences, fit=fitted, device=Device(shared=self.hears), owner=Owner(person, (person,) if person else ()),
        )  # fmt: skip
        return self._session

    async def _keep_running(self) -> None:
        """One session after the other: a cry after one that failed is heard too."""
        session = self._session
        while session is not None:
            try:
                await session.run()
            except Exception:
                logger.exception("the speaker's own session failed")
                await pause(self._timers, AGAIN_S)
            session = self._begin() if self._session is session else None

    async def wake(self, *, held: bool) -> None:
        if self._session is not None and self.hears:
            await self._session.wake(held=held)

    async def hear(self, pcm: bytes) -> None:
        if self._session is not None and self.hears:
            await self._session.hear(pcm)

    async def end_of_speech(self) -> None:
        if self._session is not None and self.hears:
            await self._session.end_of_speech()

    async def abort(self) -> None:
        if self._session is not None:
            await self._session.abort()

    def explain(self) -> None:
        """Somebody wants to speak, and there are no ears."""
        if self._talk is not None:
            self._talk.explain()

    def cry(self) -> None:
        """The button was held for help."""
        if self._talk is None:
            return
        with suppress(StoreError):  # it is answered; that it is not noted is in the log
            self._talk.cry(f"button-{secrets.token_hex(8)}", words("pressed"))


class _Door:
    """A Door that plays on this machine."""

    rate_hz = PLAY_HZ

    def __init__(self, player: Player) -> None:
        self._player = player

    async def state(self, state: State) -> None:
        """The lamp shows that there is no line."""

    async def heard(self, text: str, *, final: bool) -> None:
        """There is no screen."""

    async def saying(self, sentence: str) -> None:
        """There is no screen."""

    async def sound(self, pcm: bytes) -> None:
        self._player.play(pcm)

    async def hush(self) -> None:
        self._player.hush()

    async def volume(self, level: int) -> bool:
        self._player.volume(level)
        return True
