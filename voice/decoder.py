"""Decoder: a stranger's clip is decoded in a process of its own, which may die or hang of it."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from community.errors import TooLarge, Unavailable, UnsupportedMedia
from voice import wire
from voice.clips import MAX_BYTES, Clip, sniff

logger = logging.getLogger(__name__)

WAITING_AT_MOST = 16
"Clips, beyond the one that is being decoded"
_FOLDER = Path(__file__).resolve().parents[1]
_BY_THE_CLIP = {
    -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL, -signal.SIGSEGV,
    -signal.SIGXCPU,
}  # fmt: skip
"Ways to end that are a codec's own; a worker that ends otherwise was ended, or did not start"


class _Ended(Unavailable):
    """The worker did not end of a clip."""


class Decoder:
    """Decodes one clip at a time in a worker, which is started by the first and replaced when it
    dies or is late.

    `deadline_s`: seconds for a clip, in which it may have to wait for others. `worker`: the
    module that is run.
    """

    def __init__(self, *, deadline_s: float = 10.0, worker: str = "voice.worker") -> None:
        self._deadline_s = deadline_s
        self._module = worker
        self._worker: Process | None = None
        self._turn = asyncio.Lock()
        self._inside = 0
        self._closed = False

    async def decode(self, data: bytes) -> Clip:
        """Raises UnsupportedMedia when `data` is no whole clip of a known format or a codec died
        of it, TooLarge when it has more than MAX_BYTES or lasts longer than LONGEST_S,
        Unavailable when there was no time for it or no worker to be had.
        """
        if sniff(data) is None:
            raise UnsupportedMedia("unknown format")
        if len(data) > MAX_BYTES:
            raise TooLarge("too large a clip")
        if self._inside > WAITING_AT_MOST:
            raise Unavailable("too many clips wait")
        self._inside += 1
        try:
            async with asyncio.timeout(self._deadline_s), self._turn:
                return await self._ask(data)
        except TimeoutError as error:
            raise Unavailable("no time for a clip") from error
        finally:
            self._inside -= 1

    async def close(self) -> None:
        """End the worker for good; clips that are in it or wait for it fail with Unavailable."""
        self._closed = True
        await self._end()

    async def _ask(self, data: bytes) -> Clip:
        try:
            return await self._once(data)
        except _Ended:  # perhaps long ago, while it had nothing to do
            return await self._once(data)

    async def _once(self, data: bytes) -> Clip:
        answered = False
        try:
            worker = await self._running()
            try:
                head, body = await _exchange(worker, data)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                raise _death(await worker.wait()) from error
            answered = True
        finally:
            if not answered:
                await self._end()
        return wire.read(head, body)

    async def _running(self) -> Process:
        """The worker; a new one when there is none or the last has died meanwhile."""
        if not self._closed and (self._worker is None or self._worker.returncode is not None):
            try:
                self._worker = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", self._module,
                    stdin=PIPE, stdout=PIPE, env={}, cwd=_FOLDER, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise Unavailable("no voice worker") from error
        if self._closed or self._worker is None:
            raise Unavailable("the voice worker is closed")
        return self._worker

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None and worker.returncode is None:
            worker.kill()
            await worker.wait()


async def _exchange(worker: Process, data: bytes) -> tuple[bytes, bytes]:
    """Put a clip to the worker; returns the head and the body of its answer."""
    questions, answers = worker.stdin, worker.stdout
    if questions is None or answers is None:
        raise Unavailable("no voice worker")
    questions.write(wire.QUESTION.pack(len(data)) + data)
    await questions.drain()
    head = await answers.readexactly(wire.ANSWER.size)
    return head, await answers.readexactly(wire.body_bytes(head))


def _death(returncode: int) -> UnsupportedMedia | _Ended:
    logger.warning("the voice worker ended with %d", returncode)
    if returncode in _BY_THE_CLIP:
        return UnsupportedMedia("a codec died of it")
    return _Ended("the voice worker was ended")
