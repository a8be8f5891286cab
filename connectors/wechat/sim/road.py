"""What may happen to pushes on their way: one overtakes another, or none comes for a minute."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from community.times import Clock

REST = timedelta(seconds=60)


class MarkFail:
    """After `after` failed pushes in a row nothing is pushed for a minute.

    How many there must be is not documented.
    Source: the platform's guide to its alarms (接口报警), under MarkFail
    """

    def __init__(self, clock: Clock, after: int) -> None:
        self._clock = clock
        self._after = after
        self._in_a_row = 0
        self._until: datetime | None = None

    @property
    def rests(self) -> bool:
        """Whether pushes are dropped now."""
        return self._until is not None and self._clock.now() < self._until

    def note(self, *, failed: bool) -> None:
        """One push ended."""
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if self._in_a_row >= self._after:
            self._in_a_row = 0
            self._until = self._clock.now() + REST


class Overtaking:
    """Holds one push back until the first attempt at the following one is over."""

    def __init__(self) -> None:
        self._next: asyncio.Event | None = None
        self._held: asyncio.Event | None = None

    def order(self) -> None:
        """The next push is to be overtaken by the one after it."""
        self._next = asyncio.Event()

    def enter(self) -> tuple[asyncio.Event | None, asyncio.Event | None]:
        """For a push that begins: what it waits for, and what it sets after its first attempt."""
        if self._next is not None:
            self._held, self._next = self._next, None
            return self._held, None
        overtaken, self._held = self._held, None
        return None, overtaken
