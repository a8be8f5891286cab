"""Hearing: an engine that blocks, made a stream: a few threads decode, each utterance in order."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from voice.clips import LONGEST_S, RATE_HZ, WIDTH_BYTES
from voice.recogniser import Overloaded, RecogniserError, Transcript

logger = logging.getLogger(__name__)

UTTERANCE_S = 60.0
"A stream's utterance that gets longer than this ends by itself"
PIECE_BYTES = RATE_HZ * WIDTH_BYTES // 2
"Half a second is decoded in one go, so that streams and clips take turns"
WAITING_S = 20.0
"Sound of streams that may wait to be decoded"
CLIPS = 64
"Clips that may wait or be decoded"
PIECE_DEADLINE_S = 20.0
NICENESS = 5
"How far the threads stand back behind the loop that serves the doors"

T = TypeVar("T")


class Decoding(Protocol):
    """One utterance inside an engine; blocks. One thread at a time uses it, not always the same."""

    def accept(self, pcm: bytes) -> str:
        """Decode a whole number of samples of 16 000 Hz; returns all words so far."""
        ...

    def finish(self) -> Transcript: ...


class DecodingThreads:
    """The threads that decode. `count`: 0 takes one for each processor."""

    def __init__(self, count: int = 0) -> None:
        self._threads = ThreadPoolExecutor(
            count or os.cpu_count() or 1, thread_name_prefix="decode", initializer=_stand_back
        )
        self._clip_turns = asyncio.Semaphore(count or os.cpu_count() or 1)
        self._clips = 0
        self._waiting_s = 0.0
        self._closed = False

    def hearing(self, begin: Callable[[], Decoding]) -> DecodedHearing:
        """A stream whose utterance `begin` makes inside a thread, with the first sound."""
        if self._closed:
            raise RecogniserError("the recogniser is closed")
        return DecodedHearing(self, begin, longest_s=UTTERANCE_S)

    async def recognise(self, begin: Callable[[], Decoding], pcm: bytes) -> Transcript:
        """Hear a whole clip; it waits for its turn. Raises RecogniserError."""
        if self._clips >= CLIPS:
            raise Overloaded("too many clips wait")
        self._clips += 1
        hearing = DecodedHearing(self, begin, longest_s=LONGEST_S)
        try:
            async with self._clip_turns:
                await hearing.hear(pcm)
                return await hearing.finish()
        finally:
            self._clips -= 1
            await hearing.close()

    @contextmanager
    def admitted(self, pcm: bytes) -> Iterator[None]:
        """Raises Overloaded when too much sound of streams waits already."""
        seconds = len(pcm) / (RATE_HZ * WIDTH_BYTES)
        if self._waiting_s and self._waiting_s + seconds > WAITING_S:
            raise Overloaded("more is spoken than can be heard")
        self._waiting_s += seconds
        try:
            yield
        finally:
            self._waiting_s -= seconds

    def submit(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Do a job in a thread. Raises RecogniserError once closed."""
        if self._closed:
            raise RecogniserError("the recogniser is closed")
        return asyncio.get_running_loop().run_in_executor(self._threads, job)

    def close(self) -> None:
        """No more jobs; one that runs comes to its end."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)


class DecodedHearing:
    """A Hearing whose calls may overlap all the same: they are done in order, one at a time.

    The engine's own memory is freed when nothing holds the Decoding any more. A thread that
    decodes holds it, so that closing pulls nothing away from under it.
    """

    def __init__(
        self, threads: DecodingThreads, begin: Callable[[], Decoding], *, longest_s: float
    ) -> None:
        self._threads = threads
        self._begin = begin
        self._decoding: Decoding | None = None
        self._running: asyncio.Future[Any] | None = None
        self._turn = asyncio.Lock()
        self._odd = b""
        self._left_bytes = int(longest_s * RATE_HZ) * WIDTH_BYTES
        self._so_far = ""
        self._heard: Transcript | None = None
        self._closed = False

    async def feed(self, pcm: bytes) -> str:
        with self._threads.admitted(pcm):
            return await self.hear(pcm)

    async def hear(self, pcm: bytes) -> str:
        """As `feed`, and takes the time it takes."""
        async with self._turn:
            for piece in self._pieces(pcm):
                self._so_far = await self._do(partial(_accept, piece))
            if not self._left_bytes and self._heard is None:
                self._heard = await self._do(_finish)
            return self._so_far

    async def finish(self) -> Transcript:
        async with self._turn:
            if self._heard is None:
                began = self._running is not None
                self._heard = await self._do(_finish) if began else Transcript("")
            return self._heard

    async def close(self) -> None:
        self._closed = True
        self._decoding = None

    def _pieces(self, pcm: bytes) -> list[bytes]:
        """Whole samples, as many as the utterance may still have; half a one is kept for later."""
        if self._heard is not None:
            return []
        sound = self._odd + pcm
        even = len(sound) // WIDTH_BYTES * WIDTH_BYTES
        self._odd = sound[even:]
        taken = min(even, self._left_bytes)
        self._left_bytes -= taken
        return [sound[at : min(at + PIECE_BYTES, taken)] for at in range(0, taken, PIECE_BYTES)]

    async def _do(self, act: Callable[[Decoding], T]) -> T:
        """Let a thread act on the decoding, once it has come back from what it does."""
        if self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        running = self._threads.submit(lambda: self._act(act))
        self._running = running
        running.add_done_callback(_look_at)
        try:
            async with asyncio.timeout(PIECE_DEADLINE_S):
                return await asyncio.shield(running)
        except TimeoutError as error:
            raise RecogniserError("the recogniser is late") from error

    def _act(self, act: Callable[[Decoding], T]) -> T:
        """In a thread. Raises RecogniserError, whatever the engine raises."""
        if self._closed:
            raise RecogniserError("the hearing is closed")
        try:
            decoding = self._decoding = self._decoding or self._begin()
            return act(decoding)
        except RecogniserError:
            raise
        except Exception as error:
            logger.exception("the recogniser failed")
            raise RecogniserError("the recogniser failed") from error
        finally:
            if self._closed:
                self._decoding = None


def _accept(piece: bytes, decoding: Decoding) -> str:
    return decoding.accept(piece)


def _finish(decoding: Decoding) -> Transcript:
    return decoding.finish()


def _look_at(done: asyncio.Future[Any]) -> None:
    """The error of work that nobody waits for any more has been logged already."""
    if not done.cancelled():
        done.exception()


def _stand_back() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
