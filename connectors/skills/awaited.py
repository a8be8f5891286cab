"""Turns that a response of their own waits for: no other response carries their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Awaited:
    """The turns, by id, as often as they are waited for."""

    def __init__(self) -> None:
        self._turns: Counter[str] = Counter()

    @contextmanager
    def waiting(self, turn_id: str) -> Iterator[None]:
        """While the block lasts."""
        self._turns[turn_id] += 1
        try:
            yield
        finally:
            self._turns[turn_id] -= 1
            if not self._turns[turn_id]:
                del self._turns[turn_id]

    def but(self, turn_id: str | None) -> set[str]:
        """All others."""
        return set(self._turns) - {turn_id}
