"""Errands: calls that are made one after the other, and tasks that are looked after, until the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

logger = logging.getLogger(__name__)

Call = Callable[[], Awaitable[None]]


class Errands:
    """Of one session. The first call or task that fails ends them all."""

    def __init__(self) -> None:
        self._calls: asyncio.Queue[Call] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._over = asyncio.Event()
        self._calling: asyncio.Task[None]
        self._last = False

    def post(self, call: Call) -> None:
        """Make the call when those before it are done."""
        self._calls.put_nowait(call)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it beside the others; it is cancelled at the end."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def finish(self) -> None:
        self._over.set()

    @property
    def over(self) -> bool:
        """Whether they are finished, or have failed."""
        return self._over.is_set()

    async def run(self) -> None:
        """Until `finish`, or until a call or a task fails."""
        self._calling = self.spawn(self._make_calls())
        await self._over.wait()

    async def make_rest(self) -> None:
        """After `run`: the calls that are still to be made, so far as they can be."""
        self._last = True
        self.post(self._nothing)
        await asyncio.wait([self._calling])
        while not self._calls.empty():
            try:
                await self._calls.get_nowait()()
            except ConnectionError as error:
                logger.debug("the device did not see the end of it: %s", type(error).__name__)

    async def stop(self) -> None:
        """Cancel all tasks; raises what ended the errands, if it was a failure."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    async def _make_calls(self) -> None:
        while not self._last:
            call = await self._calls.get()
            await call()

    async def _nothing(self) -> None:
        """Wakes the one who makes the calls."""

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failure = self._failure or failure
            self._over.set()
