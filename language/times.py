"""When: the period that a resident means, and all periods that a text says.

Read are days, parts of the day, clock times, ranges, open ends and waits. Not read are what recurs
(每周四), lunar dates, and durations (两个小时).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from language.clean import fold
from language.clock import MIDNIGHT
from language.corrections import corrects, is_busy, is_denied, may_be_busy
from language.dates import Days
from language.fixing import fix
from language.found import Found
from language.numerals import NUMBER, parse_number
from language.periods import SHANGHAI, Period, at_minute, say_period
from language.stretches import Moment, Stretch, scan

__all__ = ["SHANGHAI", "Period", "find_periods", "parse_period", "say_period"]

_ANYTIME_FOR = timedelta(days=7)
_LONG_DAYS = 6  # a stretch of more days than this gives way to any other
_FILLS_WITHIN = 6  # characters between two stretches that make one
_REACH = 20  # characters between them that are looked at

_AND = re.compile(" ?[和跟与、,，]? ?")
_WAIT = re.compile(
    rf"(?P<lead>再?过|等)?(?P<number>{NUMBER})个?(?P<half>半)?"
    "(?P<unit>小时|钟头|分钟|刻钟|钟|天|周|个?礼拜|个?星期)(?:(?P<after>[以之过]?后)|(?P<within>[以之]?内))?"
)
_MINUTES = {"分钟": 1, "刻钟": 15, "小时": 60, "钟头": 60, "钟": 60, "天": MIDNIGHT}
_END = "(?:$|[ ，,。.；;！!？?])"
_NOW = re.compile(
    "越[快早]越好|尽快|尽早|赶快|赶紧"
    "|(?:现在|马上|立刻|立马|即刻|这会儿?|而家|眼下)"  # 现在漏水 asks for nothing
    f"(?={_END}|就?(?:过?来|派|叫|喊|修|上门|可以|方便|有空|在家)|[就也]?[行得中]|[吧呗嘛])"
)
_SOON = re.compile(
    "(?<![了前这那好])(?:过|等|待)?一(?:会儿?|阵儿?|歇)(?![儿了])|[等待]会儿?|稍后|晚点儿?|迟点"
)
_SOON_FOR = timedelta(hours=2)
_ANYTIME = re.compile(
    "随时(?![会要可有])|无所谓|不限时|(?:一直|天天|整天|全天)都?(?:有人|在家)|看着(?:办|安排|来)|你们[定排]"
    "|(?:[啥什]么?时候|几时|哪天|何时|任何时[候间]|怎么|多会儿?)都(?:行|可以|得|成|中|好|能|方便|在|有空)"
    f"|随便(?:[啥什]么?时候|哪天|几点|几时|[吧呀啦]?{_END})"
    f"|都(?:行|可以|得|成|中|好|[Oo][Kk])[吧呀啊的嘛哦啦呗]?{_END}"
)


def parse_period(text: str, now: datetime, *, past: bool = False) -> Period | None:
    """The period that is meant, after denials and corrections; None when no time was said.

    明天不对后天下午 is 后天下午, 明天上午不在改后天 is 后天; without a correction the first counts.
    What is said without a day is taken as to come, or with `past` as gone by; 昨天 and the like
    stay where they are, so ask `is_past`. `now` must be aware.
    """
    said, local = fold(text), _local(now)
    meant = _meant(said, local, past)
    if meant is not None:
        return fix(meant, local, past)
    vague = (found for found in _vague(said, local) if not is_busy(said, found.end))
    return next((found.value for found in vague), None)


def find_periods(text: str, now: datetime, *, past: bool = False) -> list[Found[Period]]:
    """All periods said in the text, left to right, each by itself, the denied ones too."""
    said, local = fold(text), _local(now)
    found = [
        Found(stretch.start, stretch.end, fix(stretch, local, past))
        for stretch in scan(said, local.date(), past=past)
    ]
    taken = bytearray(len(said))
    for exact in found:
        taken[exact.start : exact.end] = b"x" * (exact.end - exact.start)
    found += [vague for vague in _vague(said, local) if not any(taken[vague.start : vague.end])]
    return sorted(found, key=lambda one: one.start)


def _local(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    return now.astimezone(SHANGHAI)


def _meant(said: str, now: datetime, past: bool) -> Stretch | None:
    """The one stretch that is left when all that was taken back or is beside the point is gone."""

    def is_over(stretch: Stretch) -> bool:
        days = stretch.first.days
        return not past and days is not None and days.last < now.date()

    stretches = [
        stretch
        for stretch in scan(said, now.date(), past=past)
        if not is_denied(said, stretch.start, stretch.end) and not is_busy(said, stretch.end)
    ]
    drops: tuple[Callable[[Stretch], bool], ...] = (
        lambda stretch: may_be_busy(said, stretch.end),
        is_over,
    )
    for drop in drops:
        stretches = [stretch for stretch in stretches if not drop(stretch)] or stretches
    meant: Stretch | None = None
    for stretch in stretches:
        if meant is None:
            meant = stretch
        else:
            start = max(meant.end, stretch.start - _REACH)
            meant = _joined(meant, stretch, said[start : stretch.start])
    return meant


def _joined(old: Stretch, new: Stretch, between: str) -> Stretch:
    """What is meant by the two: the new one corrects, narrows or fills the old, or is beside it."""
    a, b = old.first, new.first
    if _AND.fullmatch(between) and a == Moment(days=a.days) and b == Moment(days=b.days):
        both = a.days and b.days and a.days.count > _LONG_DAYS and _both(a.days, b.days)
        if both:
            return replace(new, start=old.start, first=Moment(days=both))
    if corrects(between):
        return _filled(old, new)
    if a == Moment(days=a.days) and a.days and a.days.count > 1 and b.days:
        if b.days.weekly and b.days.last < a.days.first:
            weeks = (a.days.last - b.days.last).days // 7
            new = replace(new, first=replace(b, days=b.days.later(weeks * 7)))
        inside = new.first.days and a.days.first <= new.first.days.first <= a.days.last
        return new if inside or a.days.count > _LONG_DAYS else old
    clash = (a.days and b.days) or (a.part and b.part) or (a.clock and b.clock) or new.last
    return old if clash or len(between) > _FILLS_WITHIN else _filled(old, new)


def _both(one: Days, next_one: Days) -> Days | None:
    """Two stretches of days as one when the second begins where the first ends (上个月和这个月)."""
    follows = (next_one.first - one.last).days == 1
    return Days(one.first, next_one.last) if follows else None


def _filled(old: Stretch, new: Stretch) -> Stretch:
    """The new stretch, with the day and the part of day that it leaves open taken from the old."""
    first = new.first
    if first == Moment(days=first.days):
        return replace(old, end=new.end, first=replace(old.first, days=first.days))
    days = first.days or old.first.days
    part = first.part or (old.first.part if first.clock else None)
    return replace(new, first=replace(first, days=days, part=part))


def _vague(said: str, now: datetime) -> Iterator[Found[Period]]:
    """Waits (半个钟头后), 马上, 一会儿 and 随时, in this order of precision."""
    for match in _WAIT.finditer(said):
        period = _wait(match, now)
        if period is not None:
            yield Found(match.start(), match.end(), period)
    periods = (
        (_NOW, Period(now, now)),
        (_SOON, Period(now, now + _SOON_FOR)),
        (_ANYTIME, Period(now, now + _ANYTIME_FOR, bound="none")),
    )
    for pattern, period in periods:
        for match in pattern.finditer(said):
            yield Found(match.start(), match.end(), period)


def _wait(match: re.Match[str], now: datetime) -> Period | None:
    count = parse_number(match["number"])
    minutes = _MINUTES.get(match["unit"], 7 * MIDNIGHT)
    if count is None or not 0 < count * minutes < 400 * MIDNIGHT:
        return None
    length = timedelta(minutes=(count + (0.5 if match["half"] else 0)) * minutes)
    if match["within"] and minutes >= MIDNIGHT:
        start = at_minute(now.date(), 0)
        return Period(start, at_minute((now + length).date(), MIDNIGHT), all_day=True, bound="end")
    if match["within"]:
        return Period(now, now + length, bound="end")
    if minutes >= MIDNIGHT or not (match["lead"] or match["after"]):
        return None  # days to come are read with the other days, and bare durations are none
    return Period(now + length, now + length)
