"""How often an API may be called in one minute or one day of WeChat's."""

from __future__ import annotations

from datetime import datetime

from community.times import Clock, local


class Quota:
    """At most `most` calls in each minute, or in each day of China when `daily`."""

    def __init__(self, clock: Clock, most: int, *, daily: bool) -> None:
        self._clock = clock
        self._most = most
        self._daily = daily
        self._period: datetime | None = None
        self._used = 0

    def take(self) -> bool:
        """Count one call; False when it is one too many."""
        now = local(self._clock.now()).replace(second=0, microsecond=0)
        period = now.replace(hour=0, minute=0) if self._daily else now
        if period != self._period:
            self._period, self._used = period, 0
        self._used += 1
        return self._used <= self._most
