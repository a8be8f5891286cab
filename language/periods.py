"""A period of time, and how it is said back to a resident."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from language.clock import day_parts, word_before_hour
from language.dates import OVERDUE_DAYS

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The clock of every resident; without summer time since 1992, so a fixed offset is exact."""

Bound = Literal["both", "start", "end", "none"]

_WEEKDAYS = "一二三四五六日"
_NEAR = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}


@dataclass(frozen=True)
class Period:
    """A stretch of time in Asia/Shanghai, from `start` up to but without `end`."""

    start: datetime
    end: datetime
    """Equal to `start` for a point in time (下午三点)."""
    all_day: bool = False
    """Whole days, from midnight to midnight."""
    bound: Bound = "both"
    """Which edges were said: "start" in 三点以后, "end" in 三点以前, "none" in 随时.

    An edge not said is now, or the end of the part of day, of the day, or of a week.
    """

    @property
    def anytime(self) -> bool:
        """True for 随时: start is then now, end a week later."""
        return self.bound == "none"

    def is_past(self, now: datetime) -> bool:
        """Whether all of it lies before `now` (aware)."""
        return self.end < now


def at_minute(day: date, minutes: int) -> datetime:
    """The moment so many minutes after the midnight that begins the day; 1440 is the next one."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minutes)


def say_period(period: Period, now: datetime) -> str:
    """Say a period as one would to a resident: 明天（周二）下午, 今天下午2点半到4点, 后天全天.

    Days from 前天 to 后天 go by name and others by date, both with the weekday; 今天, and a whole
    day by name, go without. `now` is aware.
    """
    today = now.astimezone(SHANGHAI).date()
    start, end = period.start.astimezone(SHANGHAI), period.end.astimezone(SHANGHAI)
    if period.anytime:
        return "随时"
    if period.all_day:
        return _days(period, start.date(), (end - timedelta(days=1)).date(), today)
    if period.bound == "end":
        clock = "" if end.time() == time() else _clock(end)
        return f"{_day(end.date(), today)}{clock}以前"
    if period.bound == "start":
        return f"{_day(start.date(), today)}{_clock(start)}以后"
    if start == end:
        return "现在" if abs(start - now) < timedelta(minutes=1) else _point(start, today)
    if named := _part(start, end):
        return _day(start.date(), today) + named
    return f"{_day(start.date(), today)}{_clock(start)}到{_end(start, end, today)}"


def _days(period: Period, first: date, last: date, today: date) -> str:
    if period.bound == "start":
        return _day(first, today) + "起"
    if period.bound == "end":
        return "最晚" + _day(last, today)
    if first == last:
        return (_NEAR.get((first - today).days) or _day(first, today)) + "全天"
    return f"{_day(first, today)}到{_day(last, today)}"


def _day(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead == 0:
        return _NEAR[0]
    year = "" if day.year == today.year and ahead >= -OVERDUE_DAYS else f"{day.year}年"
    name = _NEAR.get(ahead) or f"{year}{day.month}月{day.day}日"
    return f"{name}（周{_WEEKDAYS[day.weekday()]}）"


def _part(start: datetime, end: datetime) -> str | None:
    midnight = at_minute(start.date(), 0)
    first, last = ((edge - midnight) // timedelta(minutes=1) for edge in (start, end))
    return next(
        (part.name for part in day_parts() if (part.start, part.end) == (first, last)), None
    )


def _point(moment: datetime, today: date) -> str:
    if moment.time() == time():
        return _day(moment.date() - timedelta(days=1), today) + "晚上12点"
    return _day(moment.date(), today) + _clock(moment)


def _end(start: datetime, end: datetime, today: date) -> str:
    if end.date() == start.date():
        word = word_before_hour(end.hour)
        return _clock(end).removeprefix(word if word == word_before_hour(start.hour) else "")
    if end == at_minute(start.date(), 24 * 60):
        return "12点" if word_before_hour(start.hour) == "晚上" else "晚上12点"
    return _point(end, today)


def _clock(moment: datetime) -> str:
    hour = moment.hour - 12 if moment.hour > 12 else moment.hour
    minute = {0: "", 30: "半"}.get(moment.minute, f"{moment.minute:02d}分")
    return f"{word_before_hour(moment.hour)}{hour}点{minute}"
