"""Timers: what a session waits by; the machine's own, or a clock that only moves when it is told."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Timer(Protocol):
    """One call that is due."""

    def cancel(self) -> None:
        """Do not make the call; may be called twice, and when it is made."""
        ...


class Timers(Protocol):
    def now(self) -> float:
        """Seconds since some moment; only differences mean something."""
        ...

    def after(self, delay_s: float, call: Callable[[], None]) -> Timer:
        """Make the call so much later, from the event loop."""
        ...


async def pause(timers: Timers, delay_s: float) -> None:
    """Wait so long."""
    over = asyncio.get_running_loop().create_future()
    timer = timers.after(delay_s, lambda: None if over.done() else over.set_result(None))
    try:
        await over
    finally:
        timer.cancel()


class Deadline:
    """`async with Deadline(timers, 2.0):` raises TimeoutError when the block takes longer."""

    def __init__(self, timers: Timers, limit_s: float) -> None:
        self._timers = timers
        self._limit_s = limit_s
        self._late = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline is for a task")
        self._task = task
        self._before = task.cancelling()
        self._timer = self._timers.after(self._limit_s, self._stop)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        if self._late and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError

    def _stop(self) -> None:
        self._late = True
        self._task.cancel()


async def within(timers: Timers, limit_s: float, work: Awaitable[Result]) -> Result:
    """The result of `work`; it is cancelled and TimeoutError raised when it takes longer."""
    async with Deadline(timers, limit_s):
        return await work


class LoopTimers:
    """The running event loop's own."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def after(self, delay_s: float, call: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, call)


class _Due:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class VirtualTimers:
    """The shipped fake: time stands still until `advance` moves it, and nothing is waited for.

    `rounds`: turns of the event loop in which all that one call set off comes to rest.
    """

    def __init__(self, rounds: int = 16) -> None:
        self._rounds = rounds
        self._now = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, _Due]] = []

    def now(self) -> float:
        return self._now

    def after(self, delay_s: float, call: Callable[[], None]) -> Timer:
        due = _Due(call)
        heapq.heappush(self._due, (self._now + max(0.0, delay_s), next(self._order), due))
        return due

    async def advance(self, seconds: float) -> None:
        """Move on by so much; each call is made at its own moment, in order."""
        end = self._now + seconds
        await self.settle()
        while self._due and self._due[0][0] <= end:
            moment, _, due = heapq.heappop(self._due)
            self._now = max(self._now, moment)
            if due.call is not None:
                call, due.call = due.call, None
                call()
                await self.settle()
        self._now = end

    async def settle(self) -> None:
        """Let every task run until it waits for something.

        The loop of the standard library tells when nothing is left to run; another gets all rounds.
        """
        ready = getattr(asyncio.get_running_loop(), "_ready", True)
        for _ in range(self._rounds):
            await asyncio.sleep(0)
            if not ready:
                break
