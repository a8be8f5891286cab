"""Places: how many sentences are made into sound at once, how many wait, and for how long."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from voice.synthesiser import FASTEST, SLOWEST, Speech, SynthesiserError

LONGEST = 2_000
"Characters of one text"
WAITING_AT_MOST = 256
"A hundred residents who are answered at the same moment wait a second or two; the deadline ends longer waits"


class Places:
    """`at_once`: 0 takes one for each processor. `deadline_s`: for one text, its wait included."""

    def __init__(self, *, at_once: int = 0, deadline_s: float) -> None:
        self.at_once = at_once or os.cpu_count() or 1
        self._free = asyncio.Semaphore(self.at_once)
        self._deadline_s = deadline_s
        self._inside = 0

    async def take(self, text: str, pace: int, make: Callable[[], Awaitable[Speech]]) -> Speech:
        """What `make` makes, when there is a place for it. Raises SynthesiserError."""
        if len(text) > LONGEST or not SLOWEST <= pace <= FASTEST:
            raise SynthesiserError("no such text or pace")
        if self._inside >= WAITING_AT_MOST:
            raise SynthesiserError("too many sentences wait")
        self._inside += 1
        try:
            async with asyncio.timeout(self._deadline_s), self._free:
                return await make()
        except TimeoutError as error:
            raise SynthesiserError("the synthesiser is late") from error
        finally:
            self._inside -= 1
