"""Utterance: the sound of one utterance on its way to the recogniser, and the words that come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.recogniser import Hearing, Overloaded, RecogniserError, StreamingRecogniser, Transcript
from voice.timers import Timers, within

logger = logging.getLogger(__name__)

BACKLOG_BYTES = 10 * RATE_HZ * WIDTH_BYTES
"Sound that may wait for the recogniser: 10 s"
_AT_ONCE_BYTES = RATE_HZ * WIDTH_BYTES // 2
_FEED_S, _FINISH_S = 5.0, 5.0


@dataclass(frozen=True)
class Heard:
    """What became of an utterance."""

    transcript: Transcript
    pcm: bytes = b""
    "Its sound at 16 000 Hz, when it may be kept"
    voiced_s: float = 0.0
    began_s: float = 0.0
    "By the session's timers, as is the next"
    ended_s: float = 0.0
    "When the last voice in it ended"
    pause_s: float = 0.0
    "The longest inside it"
    failure: RecogniserError | None = None
    "Why the words are those of the last partial, or none"


class Listener(Protocol):
    """Who is told of an utterance; nothing here waits."""

    def partial(self, utterance: Utterance) -> None:
        """Its words so far have changed."""
        ...

    def heard(self, utterance: Utterance, heard: Heard) -> None:
        """It is over; told in the order of speaking."""
        ...


class Utterance:
    """One utterance. `key` is its own for ever; `began_s` is by the session's timers.

    `after` is the utterance before it, whose end is told first.
    """

    def __init__(
        self, key: str, timers: Timers, listener: Listener, *, began_s: float, keeps_sound: bool
    ) -> None:
        self.key = key
        self.text = ""
        "The words so far"
        self.began_s = began_s
        self._timers = timers
        self._listener = listener
        self._kept: bytearray | None = bytearray() if keeps_sound else None
        self._waiting = bytearray()
        self._overflowed = False
        self._end: Heard | None = None
        self._more = asyncio.Event()

    def feed(self, pcm: bytes) -> None:
        """Some more of its sound; it waits here for the recogniser."""
        if len(self._waiting) + len(pcm) > BACKLOG_BYTES:
            self._overflowed = True
            return
        self._waiting += pcm
        if self._kept is not None:
            self._kept += pcm
        self._more.set()

    def end(self, *, voiced_s: float, pause_s: float, ended_s: float) -> None:
        """Nothing is fed any more."""
        self._end = Heard(
            Transcript(""),
            bytes(self._kept or b""),
            voiced_s=voiced_s,
            began_s=self.began_s,
            ended_s=ended_s,
            pause_s=pause_s,
        )
        self._more.set()

    async def run(
        self, ears: StreamingRecogniser, phrases: Sequence[str], after: asyncio.Task[None] | None
    ) -> None:
        """Hear it to its end."""
        failure: RecogniserError | None = None
        transcript = Transcript("")
        try:
            transcript = await self._hear(ears, phrases)
        except RecogniserError as error:
            logger.warning("an utterance was not recognised: %s", error)
            transcript, failure = Transcript(self.text), error
            await self._until_its_end()
        if after is not None:
            await asyncio.wait([after])
        told = self._end or Heard(transcript)
        self._listener.heard(self, replace(told, transcript=transcript, failure=failure))

    async def _hear(self, ears: StreamingRecogniser, phrases: Sequence[str]) -> Transcript:
        hearing = ears.listen(phrases)
        try:
            while pcm := await self._next():
                self._heard_so_far(await within(self._timers, _FEED_S, hearing.feed(pcm)))
            if self._overflowed:
                raise Overloaded("sound was lost")
            return await within(self._timers, _FINISH_S, hearing.finish())
        except TimeoutError as error:
            raise RecogniserError("late") from error
        finally:
            await self._let_go(hearing)

    async def _let_go(self, hearing: Hearing) -> None:
        try:
            await within(self._timers, _FINISH_S, hearing.close())
        except (TimeoutError, RecogniserError) as error:
            logger.warning("a recogniser was not let go of: %s", type(error).__name__)

    async def _next(self) -> bytes:
        """What waits, at most half a second of it; nothing at the end."""
        while not self._waiting and self._end is None:
            self._more.clear()
            await self._more.wait()
        taken = bytes(self._waiting[:_AT_ONCE_BYTES])
        del self._waiting[:_AT_ONCE_BYTES]
        return taken

    async def _until_its_end(self) -> None:
        while self._end is None:
            self._waiting.clear()
            self._more.clear()
            await self._more.wait()

    def _heard_so_far(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self._listener.partial(self)
