"""KeptWorker: a process that answers one question after another, replaced when it dies or is late."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

from community.errors import Unavailable
from voice.pipes import LENGTH

logger = logging.getLogger(__name__)

_FOLDER = Path(__file__).resolve().parents[1]
_OF_THE_QUESTION = {
    -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL, -signal.SIGSEGV,
    -signal.SIGXCPU,
}  # fmt: skip
"Ways to end that are a library's own; a worker that ends otherwise was ended, or did not start"


class WorkerEnded(Unavailable):
    """The worker did not live to answer."""

    def __init__(self, returncode: int) -> None:
        super().__init__("the voice worker was ended")
        self.died_of_it = returncode in _OF_THE_QUESTION
        "The question ended it, and would end the next worker too"


class KeptWorker:
    """A Python module in a process of its own that inherits no variable of the environment.

    It is started by the first question, with `options` of Python, and ends when this process does.
    `most_bytes`: of an answer.
    """

    def __init__(self, module: str, *options: str, most_bytes: int) -> None:
        self._module = module
        self._command = [sys.executable, *options, "-m", module]
        self._most_bytes = most_bytes
        self._process: Process | None = None
        self._closed = False

    async def ask(self, question: bytes) -> bytes:
        """The answer; one question at a time.

        The worker is killed when the caller no longer waits, which is how a deadline is set. One
        that was ended by another is replaced once. Raises WorkerEnded, or Unavailable when there
        is no worker to be had or it answers nonsense.
        """
        try:
            return await self._once(question)
        except WorkerEnded as end:
            if end.died_of_it:
                raise
        return await self._once(question)  # it ended perhaps long ago, with nothing to do

    async def close(self) -> None:
        """End it for good; the question that is in it fails with Unavailable."""
        self._closed = True
        await self._end()

    async def _once(self, question: bytes) -> bytes:
        answered = False
        try:
            process = await self._running()
            try:
                answer = await self._exchange(process, question)
            except (ConnectionError, RuntimeError, asyncio.IncompleteReadError) as error:
                # RuntimeError: what uvloop raises for a pipe whose reader has ended
                returncode = await process.wait()
                logger.warning("%s ended with %d", self._module, returncode)
                raise WorkerEnded(returncode) from error
            answered = True
        finally:
            if not answered:
                await self._end()
        return answer

    async def _running(self) -> Process:
        """The process; a new one when there is none or the last has died meanwhile."""
        if not self._closed and (self._process is None or self._process.returncode is not None):
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command, stdin=PIPE, stdout=PIPE,
                    env={}, cwd=_FOLDER, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise Unavailable("no voice worker") from error
        if self._closed or self._process is None:
            raise Unavailable("the voice worker is closed")
        return self._process

    async def _exchange(self, process: Process, question: bytes) -> bytes:
        questions, answers = process.stdin, process.stdout
        if questions is None or answers is None:
            raise Unavailable("no voice worker")
        questions.write(LENGTH.pack(len(question)) + question)
        await questions.drain()
        size: int = LENGTH.unpack(await answers.readexactly(LENGTH.size))[0]
        if size > self._most_bytes:
            raise Unavailable("the voice worker answers nonsense")
        return await answers.readexactly(size)

    async def _end(self) -> None:
        """Kill it and the copies that it made of itself."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
