"""Stretches of time as they were said, fixed on the calendar."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from language.clock import MIDNIGHT, NOON, Clock, minute_of_day
from language.dates import Days
from language.periods import Period, at_minute
from language.stretches import Moment, Stretch

_OPEN = timedelta(days=7)  # how far 后天以后 reaches
_LATEST = 21 * 60  # minutes: a bare hour that is over is moved to an evening before this
_LATEST_TODAY = 23 * 60  # the same when 今天 was said


def fix(stretch: Stretch, now: datetime, past: bool) -> Period:
    """The period that a stretch stands for; `now` is in Asia/Shanghai.

    An hour or a part of the day said without a day is the next to come, or with `past` the last.
    """
    first, last = stretch.first, stretch.last
    if last and last.part and not last.clock and first == Moment(days=first.days):
        first = replace(first, part=last.part)  # 周一到周五上午
    clock = first.clock
    period = _point(first, clock, now, past) if clock else _whole(first, now, past)
    if last is not None:
        period = _range(period, first, last)
    if stretch.edge in ("after", "from"):
        return _after(period, stretch, now)
    return _before(period, stretch, now) if stretch.edge else period


def _whole(moment: Moment, now: datetime, past: bool) -> Period:
    """Whole days, or a part of a day on the first to the last of them."""
    today = now.date()
    days, part = moment.days or Days(today, today), moment.part
    if part is None:
        return Period(at_minute(days.first, 0), at_minute(days.last, MIDNIGHT), all_day=True)
    if past and moment.days is None and at_minute(today, part.start) > now:
        days = days.later(-1)
    elif not past and at_minute(days.last, part.end) <= now:
        days = days.later(1 if moment.days is None else 7 if days.weekly else 0)
    return Period(at_minute(days.first, part.start), at_minute(days.last, part.end))


def _point(moment: Moment, clock: Clock, now: datetime, past: bool) -> Period:
    """A clock time, moved on when it is over and its day was left open."""
    day = moment.days.first if moment.days else now.date()
    minutes = minute_of_day(clock, moment.part)
    start = at_minute(day, minutes)
    if past:
        start -= timedelta(days=1 if moment.days is None and start > now else 0)
    elif day == now.date() and start < now:
        evening = start + timedelta(minutes=NOON)
        latest = at_minute(day, _LATEST_TODAY if moment.days else _LATEST)
        bare = moment.part is None and not clock.exact and minutes < NOON
        if bare and now <= evening < latest:
            start = evening
        elif moment.days is None or moment.days.weekly:
            start += timedelta(days=7 if moment.days else 1)
    return Period(start, start)


def _range(period: Period, first: Moment, last: Moment) -> Period:
    """From the beginning of a period to a moment that takes over its day and part of day."""
    day: date = last.days.last if last.days else period.start.date()
    if last.clock is None:
        end = at_minute(day, last.part.end if last.part else MIDNIGHT)
        return Period(
            period.start, max(end, period.start), all_day=period.all_day and not last.part
        )
    part = last.part or (None if last.days else first.part)
    end = at_minute(day, minute_of_day(last.clock, part))
    while end <= period.start and last.days is None:
        end += timedelta(hours=24 if last.clock.exact else 12)
    return Period(period.start, max(end, period.start))


def _after(period: Period, stretch: Stretch, now: datetime) -> Period:
    """Open to the end of the part of day or of the day; of days, for a week or until today."""
    first = stretch.first
    if period.all_day:
        one = first.days is not None and first.days.count == 1
        start = period.start if one or stretch.edge == "from" else period.end
        end = max(start + _OPEN, at_minute(now.date(), MIDNIGHT))
        return Period(start, end, all_day=True, bound="start")
    start = period.start if first.clock else period.end
    midnight = at_minute(start.date(), MIDNIGHT)
    end = at_minute(start.date(), first.part.end) if first.clock and first.part else midnight
    return Period(start, end if end > start else midnight, bound="start")


def _before(period: Period, stretch: Stretch, now: datetime) -> Period:
    """Open from now, or from the beginning of the day; 最晚 and what is long include their end."""
    if period.all_day:
        if stretch.edge == "by" or period.end - period.start > timedelta(days=1):
            last = (period.end - timedelta(days=1)).date()
            start = at_minute(min(now.date(), last), 0)
            return Period(start, period.end, all_day=True, bound="end")
        return Period(min(now, period.start), period.start, bound="end")
    end = period.end if stretch.edge == "by" else period.start
    midnight = at_minute(end.date(), 0)
    return Period(max(midnight, now) if now < end else midnight, end, bound="end")
