"""Time: aware UTC inside, Asia/Shanghai at the edge, and a clock that tests can hold still."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """The shipped fake that runs on: the machine's clock, moved by `offset`."""

    def __init__(self, offset: timedelta) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class FixedClock:
    """The shipped fake: stands still until it is advanced."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def local(moment: datetime) -> datetime:
    """The same moment on a wall clock in China."""
    return moment.astimezone(SHANGHAI)


def window_words(start: datetime, end: datetime) -> str:
    """`11月3日全天`, `11月3日 13:00到18:00`, `11月3日 13:00到11月4日 09:00`; a moment as itself."""
    begin, close = local(start), local(end)
    if end <= start:
        return date_words(start)
    if begin.time() == close.time() == time():
        last = close - timedelta(days=1)
        day, last_day = (f"{at.month}月{at.day}日" for at in (begin, last))
        return f"{day}全天" if day == last_day else f"{day}到{last_day}"
    if close <= begin.replace(hour=0, minute=0) + timedelta(days=1):
        return f"{date_words(start)}到{close:%H:%M}".replace("到00:00", "到24:00")
    return f"{date_words(start)}到{date_words(end)}"


def date_words(moment: datetime) -> str:
    """`11月3日 14:05`, as staff and residents read it."""
    at = local(moment)
    return f"{at.month}月{at.day}日 {at:%H:%M}"
