"""What was said about time, read word by word; `times` then fixes it on the calendar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from language.clock import Clock, Part, read_all_day, read_clock, read_part
from language.dates import Days
from language.days import read_days


@dataclass(frozen=True)
class Moment:
    """One moment as it was said; what was not said is None."""

    days: Days | None = None
    part: Part | None = None
    clock: Clock | None = None
    all_day: bool = False


_NOTHING = Moment()


@dataclass(frozen=True)
class Stretch:
    """A moment, or all from one to another, and where it stands in the text."""

    start: int
    end: int
    first: Moment
    last: Moment | None = None
    """The end of a range (两点到四点); None when one moment was said."""
    edge: Literal["", "after", "from", "before", "by"] = ""
    """"after" for 三点以后, "from" for 下个月起, "before" for 三点以前, "by" for 最晚周五."""


_GAP = re.compile(r"[ 的,，]{0,2}(?:那天|这天)?[ 的,，]{0,2}[(（]?")
_CLOSE = re.compile("[)）]")
_TO = re.compile(r"[ ,，]?(?:一直到|直到|到了?|至|[-~—–]{1,2})[ ,，]?")
_PRESENT = re.compile("现在|如今|目前|而家")
_AFTER = re.compile(" ?(?:[以之过]后|往后|朝后|后(?![天日儿晌半面门来朝]))")
_FROM = re.compile(" ?(?:起(?![来床])|开始|以来|至今)")
_BEFORE = re.compile(" ?(?:[以之]前|前(?![天日面门后台儿]))")
_BY = re.compile("(?:最晚|最迟|不超过|不晚于|赶在)[到在]?$")
_RECURRING = re.compile("(?:每|逢|隔|天天)(?:[个天日月年周早晚]|礼拜|星期)*$")
_LUNAR = re.compile(
    "(?:(?<!二)三十|初[一二三四五六七八九十]|[正腊冬]月.{0,3}|年三十|除夕|春节|元宵|清明|端午|中秋|重阳|冬至|立[春夏秋冬])"
    "节?(?:那天|当天|前后)?的?$"
)
_NUMERALS = frozenset("零一二两三四五六七八九十0123456789")
_NOT_BEFORE_NUMERAL = _NUMERALS | frozenset(".:/#-第月元楼层栋幢")
_REACH = 8  # characters before a stretch that can change what it means


def scan(text: str, today: date, *, past: bool = False) -> Iterator[Stretch]:
    """All stretches of a folded text, left to right.

    Left out is what recurs (每周四晚上) and the hours of a lunar day (初八晌午). `past` as in
    `read_days`.
    """
    at = 0
    while at < len(text):
        stretch = _read(text, at, today, past)
        if stretch is None:
            at += 1
            continue
        before = text[max(0, at - _REACH) : at]
        if not _RECURRING.search(before) and not _LUNAR.search(before):
            yield stretch
        at = stretch.end


def _read(text: str, at: int, today: date, past: bool) -> Stretch | None:
    if at and text[at] in _NUMERALS and text[at - 1] in _NOT_BEFORE_NUMERAL:
        return None
    read = _read_moment(text, at, today, past, led=False)
    if read is None:
        return None
    first, end = read
    last = None
    if to := _TO.match(text, end):
        until = _read_moment(text, to.end(), today, past, led=True)
        if until is not None:
            last, end = _not_before(first, until[0], text, to.end()), until[1]
        elif present := _PRESENT.match(text, to.end()):
            last, end = Moment(days=Days(today, today)), present.end()
    if match := _AFTER.match(text, end):
        return Stretch(at, match.end(), first, last, "after")
    if match := _FROM.match(text, end):
        return Stretch(at, match.end(), first, last, "from")
    if match := _BEFORE.match(text, end):
        return Stretch(at, match.end(), first, last, "before")
    by = _BY.search(text[max(0, at - _REACH) : at])
    return Stretch(at, end, first, last, "by" if by else "")


def _read_moment(
    text: str, at: int, today: date, past: bool, *, led: bool
) -> tuple[Moment, int] | None:
    """Read day, part of day and clock in any order, each once; a day may be named twice."""
    moment, end = _NOTHING, at
    while True:
        gap = _GAP.match(text, end) if end > at else None
        place = gap.end() if gap else end
        step = _read_word(moment, text, place, today, past, led=led or end > at)
        if step is None:
            return None if end == at else (moment, end)
        moment, end = step
        if _CLOSE.match(text, end):
            end += 1


def _read_word(
    moment: Moment, text: str, at: int, today: date, past: bool, *, led: bool
) -> tuple[Moment, int] | None:
    """The moment with the next word about time added, and the offset after that word."""
    only_days = moment.part is None and moment.clock is None and not moment.all_day
    if (moment.days is None or only_days) and (days := read_days(text, at, today, past=past)):
        if moment.days and (days[0].first - moment.days.first).days % 7:
            return None  # another day, not the weekday of 11月28日（周五）
        return replace(moment, days=moment.days or days[0]), days[1]
    if only_days and (end := read_all_day(text, at)):
        return replace(moment, all_day=True), end
    if moment.part is None and moment.clock is None and (part := read_part(text, at)):
        return replace(moment, part=part[0]), part[1]
    if moment.clock is None and (clock := read_clock(text, at, led=led)):
        return replace(moment, clock=clock[0]), clock[1]
    return None


def _not_before(first: Moment, last: Moment, text: str, at: int) -> Moment:
    """Take the end of 1号到5号 in the month of its beginning, of 周一到周五 in its week."""
    if first.days is None or last.days is None or last.days.counted:
        return last
    again = read_days(text, at, first.days.first)
    choices = [last.days, again[0]] if again else [last.days]
    after = [days for days in choices if days.first >= first.days.first]
    return replace(last, days=min(after, key=lambda days: days.first)) if after else last
