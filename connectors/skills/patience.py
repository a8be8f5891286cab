"""Patience: how long an answer is waited for, on the machine's clock or on one moved by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

Done = TypeVar("Done")


class Patience(Protocol):
    """What a request asks of time; all in seconds."""

    def now_s(self) -> float:
        """Since some moment that stays the same."""
        ...

    async def within(self, work: Coroutine[Any, Any, Done], seconds: float) -> Done | None:
        """What the work returns; None, and the work is cancelled, when it takes longer."""
        ...


class RealPatience:
    """The machine's own."""

    def now_s(self) -> float:
        return time.monotonic()

    async def within(self, work: Coroutine[Any, Any, Done], seconds: float) -> Done | None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await work
        except TimeoutError:
            return None


class HandPatience:
    """The shipped fake: time passes only in `advance`."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._due: list[tuple[float, asyncio.Event]] = []

    @property
    def waiting(self) -> int:
        """Works whose end is not known yet."""
        return len(self._due)

    def now_s(self) -> float:
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Let time pass; who has waited long enough goes on when the caller next waits."""
        self._now_s += seconds
        for due_s, passed in self._due:
            if due_s <= self._now_s:
                passed.set()

    async def within(self, work: Coroutine[Any, Any, Done], seconds: float) -> Done | None:
        entry = (self._now_s + seconds, asyncio.Event())
        self._due.append(entry)
        doing, passing = asyncio.ensure_future(work), asyncio.ensure_future(entry[1].wait())
        try:
            await asyncio.wait({doing, passing}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            self._due.remove(entry)
            for task in (doing, passing):
                task.cancel()
            await asyncio.gather(doing, passing, return_exceptions=True)
