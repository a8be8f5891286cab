"""How time passes for pushes: on the machine's clock, or on one that a test moves by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from community.times import FixedClock


class Timing(Protocol):
    """What the push client asks of time; all in seconds."""

    def elapsed_s(self) -> float:
        """Since some moment that stays the same."""
        ...

    async def pause(self, seconds: float) -> None:
        """Return after so long; at once for 0 and less."""
        ...

    def cut(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """What is done inside is cut off after so long with TimeoutError."""
        ...


class RealTime:
    """The machine's own."""

    def elapsed_s(self) -> float:
        return time.monotonic()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def cut(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout(seconds)


class VirtualTime:
    """Time that passes only in `advance`, and `clock` with it.

    A test waits until what it expects has happened, then lets time pass, and never sleeps.
    """

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self._elapsed_s = 0.0
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    @property
    def waiting(self) -> int:
        """Pauses and cuts whose moment has not come."""
        return len(self._due)

    def elapsed_s(self) -> float:
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Let time pass; what falls due goes on when the caller next waits for something."""
        until = self._elapsed_s + seconds
        while self._due and self._due[0][0] <= until:
            due_s, _, wake = heapq.heappop(self._due)
            self._move(due_s)
            wake()
        self._move(until)

    async def pause(self, seconds: float) -> None:
        if seconds > 0:
            passed = asyncio.Event()
            with self._woken(seconds, passed.set):
                await passed.wait()

    @asynccontextmanager
    async def cut(self, seconds: float) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as limit:
            with self._woken(seconds, lambda: limit.reschedule(loop.time())):
                yield

    def _woken(self, seconds: float, wake: Callable[[], None]) -> _Waking:
        return _Waking(self._due, (self._elapsed_s + seconds, next(self._numbers), wake))

    def _move(self, to_s: float) -> None:
        self._clock.advance(to_s - self._elapsed_s)
        self._elapsed_s = to_s


class _Waking:
    """An entry of `due` while somebody waits for it."""

    def __init__(
        self,
        due: list[tuple[float, int, Callable[[], None]]],
        entry: tuple[float, int, Callable[[], None]],
    ) -> None:
        self._due = due
        self._entry = entry

    def __enter__(self) -> None:
        heapq.heappush(self._due, self._entry)

    def __exit__(self, *_: object) -> None:
        if self._entry in self._due:
            self._due.remove(self._entry)
            heapq.heapify(self._due)
