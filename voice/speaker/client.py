"""Client: one speaker at work: what its button, its microphone and its line do, in their order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voice.speaker import cues
from voice.speaker.alone import Alone
from voice.speaker.frames import Frame, Hello
from voice.speaker.kept import Kept, PreRoll
from voice.speaker.lamp import Lamp, Light
from voice.speaker.messenger import Messenger
from voice.speaker.online import Online
from voice.speaker.player import Player
from voice.speaker.wake_word import WakeWord
from voice.timers import Timer, Timers

TAP_S = 0.4
"A button let go sooner was tapped: the end of what is said is found by its silence"
CRY_S = 3.0
"A button held so long is a cry, while the speaker can hear no words"
WAITING_AT_MOST = 2_000
"Events that wait to be taken; a machine so far behind loses sound and frames, and no press"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a speaker is made of."""

    player: Player
    online: Online
    alone: Alone
    messenger: Messenger
    lamp: Lamp
    wake: WakeWord | None = None


class Client:
    """Events come from the event loop and wait for nothing; `run` takes one after the other."""

    def __init__(self, parts: Parts, timers: Timers) -> None:
        self._on = parts
        self._timers = timers
        self._events: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._before = PreRoll()
        self._pressed: Kept | None = None
        "What is said while a button is down for so short that it may be a tap"
        self._held = False
        self._holding: list[Timer] = []
        self._alone = True
        self._greeted = False

    # What happens to it

    def heard(self, pcm: bytes) -> None:
        """A frame of the microphone."""
        self._post_if_room(lambda: self._hear(pcm))
        if self._on.wake is not None:
            self._on.wake.hear(pcm)

    def pressed(self) -> None:
        self._post(self._press)

    def released(self) -> None:
        self._post(self._release)

    def called(self) -> None:
        """The wake word was heard."""
        self._post(self._call)

    def up(self, hello: Hello) -> None:
        self._post(lambda: self._up(hello))

    def told(self, frame: Frame) -> None:
        self._post_if_room(lambda: self._told(frame))

    def sound(self, pcm: bytes) -> None:
        self._post_if_room(lambda: self._sound(pcm))

    def down(self) -> None:
        self._post(self._down)

    async def run(self) -> None:
        """Work until cancelled; without a line at first."""
        self._on.lamp.show(Light.OFFLINE)
        self._on.alone.open()
        try:
            while True:
                event = await self._events.get()
                await event()
        finally:
            self._let_go()
            await self._on.alone.close()

    def _post(self, event: Callable[[], Awaitable[None]]) -> None:
        self._events.put_nowait(event)

    def _post_if_room(self, event: Callable[[], Awaitable[None]]) -> None:
        if self._events.qsize() < WAITING_AT_MOST:
            self._post(event)

    # Its button and its ears

    async def _press(self) -> None:
        if self._held:
            return
        self._held = True
        await self._interrupt()
        self._pressed = Kept(held=True, pcm=self._before.take())
        self._after(TAP_S, self._hold)

    async def _hold(self) -> None:
        """It is down for so long that it is no tap."""
        if self._pressed is not None:
            await self._begin(held=True, pcm=bytes(self._pressed.pcm))

    async def _release(self) -> None:
        if not self._held:
            return
        self._held = False
        tapped = self._pressed
        self._let_go()
        if tapped is not None:
            await self._begin(held=False, pcm=bytes(tapped.pcm))
        elif self._alone:
            await self._on.alone.end_of_speech()
        else:
            self._on.online.end_of_speech()

    async def _call(self) -> None:
        if not self._held:
            await self._interrupt()
            await self._begin(held=False, pcm=b"")

    async def _interrupt(self) -> None:
        """Silence first, then a sign that somebody is heard."""
        if self._alone:
            await self._on.alone.abort()
        else:
            self._on.online.hush()
        self._on.player.hush()
        self._on.player.play(cues.listening())

    async def _begin(self, *, held: bool, pcm: bytes) -> None:
        self._pressed = None
        if not self._alone:
            self._on.online.wake(held=held, pcm=pcm)
        elif self._on.alone.hears:
            await self._on.alone.wake(held=held)
            await self._on.alone.hear(pcm)
        elif held:
            self._after(CRY_S - TAP_S, self._cry)
        else:
            self._on.alone.explain()

    async def _cry(self) -> None:
        if self._held and self._alone:
            self._on.alone.cry()

    async def _hear(self, pcm: bytes) -> None:
        if self._pressed is not None:
            self._pressed.hear(pcm)
            return
        self._before.hear(pcm)
        if self._alone:
            await self._on.alone.hear(pcm)
        else:
            self._on.online.hear(pcm)

    def _after(self, delay_s: float, event: Callable[[], Awaitable[None]]) -> None:
        self._holding.append(self._timers.after(delay_s, lambda: self._post(event)))

    def _let_go(self) -> None:
        self._pressed = None
        for timer in self._holding:
            timer.cancel()
        self._holding.clear()

    # Its line

    async def _up(self, hello: Hello) -> None:
        logger.info("the line is up")
        self._on.online.up(hello)
        self._on.messenger.deliver()
        self._alone = False
        await self._on.alone.close()
        self._on.messenger.deliver()
        if not self._greeted:  # and not in the night, when a line comes and goes
            self._greeted = True
            self._on.player.play(cues.ready())

    async def _told(self, frame: Frame) -> None:
        if not self._alone:
            self._on.online.told(frame)

    async def _sound(self, pcm: bytes) -> None:
        if not self._alone:
            self._on.online.sound(pcm)

    async def _down(self) -> None:
        """What was being said goes on with the speaker itself."""
        if self._alone:
            return
        logger.warning("the line is down")
        self._alone = True
        kept = self._on.online.down()
        self._on.lamp.show(Light.OFFLINE)
        self._on.alone.open()
        if kept is not None and kept.has_voice():
            await self._go_on(kept)

    async def _go_on(self, kept: Kept) -> None:
        self._on.player.play(cues.offline())
        if not self._on.alone.hears:
            self._on.alone.explain()
            if kept.held and not kept.ended:
                self._after(CRY_S, self._cry)
            return
        await self._on.alone.wake(held=kept.held)
        await self._on.alone.hear(bytes(kept.pcm))
        if kept.ended:
            await self._on.alone.end_of_speech()
