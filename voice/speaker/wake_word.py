"""Wake word: whether somebody calls the speaker, heard on the machine itself; no sound leaves it for that.

Vosk's answers to a closed question hear the calls better than all words do, and the sounds that a
recogniser confuses count as the same: 小林小林 and 小玲小玲 are calls too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import cache

from language.emergency_sound import SoundTable
from voice.activity import FRAME_BYTES, FRAME_S, Activity
from voice.recogniser import Hearing, RecogniserError, StreamingRecogniser

CALLS = ("小邻小邻", "你好邻声", "小邻你好", "邻声邻声")
FRAMES_WAITING = 250
"Of 20 ms; a machine that cannot follow its own ears misses a call, and nothing piles up"
_BEFORE = 15
"Frames kept from before the voice"
_SILENCE_S = 0.8
_LONGEST_S = 6.0
"Of talk in the room that is no call; then it is listened to anew"

logger = logging.getLogger(__name__)


def is_call(text: str) -> bool:
    """Whether one of the calls, or what sounds like it, is among the words."""
    sounded = text.translate(_sounds())
    return any(call.translate(_sounds()) in sounded for call in CALLS)


@cache
def _sounds() -> SoundTable:
    return SoundTable()


class WakeWord:
    """Hears `heard` sound until `run` is cancelled; `called` is told of each call, once."""

    def __init__(
        self, ears: StreamingRecogniser, called: Callable[[], None], calls: Sequence[str] = CALLS
    ) -> None:
        self._ears = ears
        self._called = called
        self._calls = calls
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(FRAMES_WAITING)
        self._activity = Activity()
        self._before: list[bytes] = []
        self._hearing: Hearing | None = None
        self._lasts_s = self._silence_s = 0.0

    def hear(self, pcm: bytes) -> None:
        """One frame of 20 ms at 16 000 Hz."""
        if len(pcm) == FRAME_BYTES and not self._frames.full():
            self._frames.put_nowait(pcm)

    async def run(self) -> None:
        try:
            while True:
                await self._step(await self._frames.get())
        finally:
            await self._leave()

    async def _step(self, frame: bytes) -> None:
        try:
            await self._follow(frame, voiced=self._activity.judge(frame)[0])
        except RecogniserError as error:
            logger.warning("calls are not heard: %s", type(error).__name__)
            await self._leave()

    async def _follow(self, frame: bytes, *, voiced: bool) -> None:
        if self._hearing is None:
            self._before = [*self._before[1 - _BEFORE :], frame]
            if not voiced:
                return
            self._hearing = self._ears.listen(self._calls)
            self._lasts_s = self._silence_s = 0.0
            frame, self._before = b"".join(self._before), []
        self._lasts_s += FRAME_S
        self._silence_s = 0.0 if voiced else self._silence_s + FRAME_S
        if is_call(await self._hearing.feed(frame)):
            await self._leave()
            self._called()
        elif self._silence_s >= _SILENCE_S or self._lasts_s >= _LONGEST_S:
            heard = await self._hearing.finish()
            await self._leave()
            if is_call(heard.text):
                self._called()

    async def _leave(self) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            await hearing.close()
