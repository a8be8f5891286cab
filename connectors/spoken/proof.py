"""Proof: whether a device is still there after what was sent to it, shown by its answer to a ping.

What is written to a socket is accepted for as long as nobody has noticed that its line is dead; an
answer comes only after all that was sent before the question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable


class Proof:
    """Of one socket. `ping` sends a ping with these bytes; raises ConnectionError once it is closed."""

    def __init__(self, ping: Callable[[bytes], Awaitable[None]]) -> None:
        self._ping = ping
        self._asked = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}

    async def there(self) -> None:
        """Wait for a sign of life that is later than this moment; a dead device gives none, ever."""
        self._asked += 1
        number, sign = self._asked, asyncio.get_running_loop().create_future()
        self._waiting[number] = sign
        try:
            await self._ping(str(number).encode())
            await sign
        finally:
            del self._waiting[number]

    def pong(self, data: bytes) -> None:
        """The device answered: it has all that was sent before that ping, and before earlier ones."""
        answered = int(data) if data.isdigit() and len(data) < 10 else 0
        self._show(number for number in self._waiting if number <= answered)

    def report(self) -> None:
        """The device said of its own accord that what was sent to it is over."""
        self._show(self._waiting)

    def _show(self, numbers: Iterable[int]) -> None:
        for number in list(numbers):
            if not self._waiting[number].done():
                self._waiting[number].set_result(None)
