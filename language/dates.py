"""Days that the calendar names: 11月28号, 28号, 三月份, 一到六月, 月底, 去年国庆."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from language.numerals import parse_number


@dataclass(frozen=True)
class Days:
    """One or more whole days."""

    first: date
    last: date
    """The last day, itself included; the same as `first` for one day."""
    weekly: bool = False
    """True for a bare 周三: when its hour is over today, the next one is meant."""
    counted: bool = False
    """True when counted from today (明天, 过两天), so that nothing else can shift it."""

    @property
    def count(self) -> int:
        """How many days, at least 1."""
        return (self.last - self.first).days + 1

    def later(self, days: int) -> "Days":
        """The same number of days, so many days later."""
        shift = timedelta(days)
        return replace(self, first=self.first + shift, last=self.last + shift)


Resolve = Callable[[re.Match[str], date, bool], Days | None]
"""From what was said, today, and whether it is gone by, to the days; None when there are none."""

THIS = "上上|下下|上|下|这|本|呢|咯|迭|仄"
OVERDUE_DAYS = 90
"""A date said without a year that lies further back is next year's."""
_FAR = {-3: "大前", -2: "上上 前", -1: "上 上一 去 旧 头", 1: "下 明", 2: "下下 后"}
SHIFTS = {word: shift for shift, words in _FAR.items() for word in words.split()}
"""How many weeks, months or years away that is; what is not here is this one."""

_ORDER = r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
_HAN = "[零一二三四五六七八九十]"
_QUARTER = "第?[一二三四1-4]个?季度"
_PART_OF_YEAR = f"年的?(?:{_HAN}{{1,2}}月|[上下]半年|{_QUARTER}|[春夏秋冬初底末])"
YEAR = (
    rf"(?:(?P<year>(?:19|20)?\d\d|二零{_HAN}{{2}}|零{_HAN}|两千零{_HAN}{{1,3}}"
    rf"|[一二]{_HAN}(?={_PART_OF_YEAR})) ?年"
    rf"|(?P<bare>20\d\d)(?=全年|[上下]半年|{_QUARTER})"
    "|(?P<near>大前|[今明去后前旧本头]|上一?)年)(?![纪轻级代糕货])"
)
"""A year, as digits or counted from this one."""
_NEXT_YEARS = 10  # 35年 is to come, 98年 was in the last century
OF_YEAR = " ?的? ?"

_DATE = re.compile(
    rf"(?:{YEAR}{OF_YEAR})?(?P<month>{_ORDER}) ?月份?[ 的]?(?P<day>{_ORDER}) ?[号日]?(?![\d点:个])"
)
_FULL_DATE = re.compile(r"(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_SHORT_DATE = re.compile(
    r"(?P<month>1?\d)/(?P<day>[1-3]?\d)(?= ?(?:[上下中早晚]|\d{1,2}[点:]))"  # not the dose 1/2
)
_NO_DAY = (
    r"(?![\d楼搂院栋幢门线路机桌窗柜库车厅房室充仓灯井铺店摊台泵站出口电码商单梯床]"
    "|会议|活动室|教室|诊室|包间|球场|师傅)"
)
_DAY_OF_MONTH = re.compile(
    rf"(?:(?P<which>{THIS})个?月 ?)?(?P<day>{_ORDER})"
    "(?:号|(?<![一二三四])日|(?<=十[一二三四])日)"  # not 一日三次
    rf"{_NO_DAY}"
)
_DAYS_OF_MONTH = re.compile(
    rf"(?:(?P<which>{THIS})个?月 ?)?(?P<first>{_ORDER})[号日]?[到至](?P<last>{_ORDER})[号日]{_NO_DAY}"
)
_NO_MONTH = "(?![子饼亮嫂卡票租供经球薪花龄]|初[一二三四五六七八九十])"
_PART = "(?P<part>[中底末]|初(?![一二三四五六七八九十])|[上中下]旬)"
_MONTH = re.compile(
    rf"(?:{YEAR}{OF_YEAR})?(?P<month>{_ORDER}|(?<![\d一二三四五六七八九十百千万])元) ?月份?{_PART}?{_NO_MONTH}"
    rf"(?!{_ORDER}[号日])"
)
_MONTHS = re.compile(
    rf"(?:{YEAR}{OF_YEAR})?(?P<first>{_ORDER})(?P<to>[-~到至、和跟])(?P<last>{_ORDER})月份?{_NO_MONTH}(?!{_ORDER}[号日])"
)
_FULL_MONTH = re.compile(
    r"(?<![A-Za-z\d.第-])(?P<year>20\d\d)[-/.](?P<month>1[0-2]|0?[1-9])月?(?![-\d./号]| ?[元块度吨])"
)
_PART_OF_MONTH = re.compile(
    rf"(?:(?P<which>{THIS}|格|当)一?[个只]?)?(?:月|号头){_PART}?{_NO_MONTH}"
)
_HOLIDAY = "(?=期间|假|放|小?长假|黄金周|那几天)"
_FEAST = re.compile(
    rf"(?:{YEAR}{OF_YEAR})?(?<![王李张刘陈杨赵黄周吴徐孙马胡朱郭何林罗高])"
    rf"(?:(?P<new_year>元旦)|(?P<labour>劳动节|五一节?{_HOLIDAY}|(?<=年)五一(?![路广大]))"
    rf"|(?P<national>国庆节?|十一{_HOLIDAY}))"
)
_FEASTS = {"new_year": (1, 1, 1), "labour": (5, 1, 5), "national": (10, 1, 7)}
_PARTS_OF_MONTH = {
    **dict.fromkeys(("初", "上旬"), (1, 10)),
    **dict.fromkeys(("中", "中旬"), (11, 20)),
    **dict.fromkeys(("底", "末"), (25, 31)),
    "下旬": (21, 31),
}


def shifted_month(today: date, months: int) -> tuple[int, int]:
    """Year and month so many months away."""
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def months(year: int, first: int, last: int) -> Days:
    """All days from the first to the last of these months."""
    return Days(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def whole(said: str) -> int:
    """The whole number that was said; 0 for anything else."""
    value = parse_number(said)
    return value if isinstance(value, int) else 0


def _date(match: re.Match[str], today: date, past: bool) -> Days | None:
    month, day = whole(match["month"]), whole(match["day"])
    if match["year"] or match["near"]:
        return _valid(said_year(match, today), month, day)
    return _nearest(today, past, lambda year: _valid(year, month, day))


def _full_date(match: re.Match[str], _today: date, _past: bool) -> Days | None:
    return _valid(int(match["year"]), int(match["month"]), int(match["day"]))


def _short_date(match: re.Match[str], today: date, past: bool) -> Days | None:
    month, day = int(match["month"]), int(match["day"])
    return _nearest(today, past, lambda year: _valid(year, month, day))


def _day_of_month(match: re.Match[str], today: date, past: bool) -> Days | None:
    return _on_day(match["which"], whole(match["day"]), today, past)


def _days_of_month(match: re.Match[str], today: date, past: bool) -> Days | None:
    """From one day to another of the same month, or of the next when its number is smaller."""
    day, until = whole(match["first"]), whole(match["last"])
    last = _on_day(match["which"], until, today, past)
    if last is None:
        return None
    first = _valid(*shifted_month(last.first, -1 if day > until else 0), day)
    return Days(first.first, last.last) if first else None


def _on_day(which: str | None, day: int, today: date, past: bool) -> Days | None:
    if which:
        return _valid(*shifted_month(today, SHIFTS.get(which, 0)), day)
    for shift in range(3):  # the next month that has this day, or the last one
        days = _valid(*shifted_month(today, -shift if past else shift), day)
        if days and (days.first <= today if past else days.first >= today):
            return days
    return None


def _month(match: re.Match[str], today: date, past: bool) -> Days | None:
    month = 1 if match["month"] == "元" else whole(match["month"])
    if not 1 <= month <= 12:
        return None
    part = match["part"]
    if match["year"] or match["near"]:
        return _days_of(said_year(match, today), month, part)
    return _nearest(today, past, lambda year: _days_of(year, month, part))


def _months(match: re.Match[str], today: date, past: bool) -> Days | None:
    first, last = whole(match["first"]), whole(match["last"])
    apart = match["to"] in "、和跟" and last != first + 1
    if apart or not (1 <= first <= 12 and 1 <= last <= 12):
        return None

    def of_year(year: int) -> Days:
        begin = date(year - (first > last), first, 1)
        return Days(begin, months(year, last, last).last)

    if match["year"] or match["near"]:
        return of_year(said_year(match, today) + (first > last))
    return _nearest(today, past, of_year)


def _full_month(match: re.Match[str], _today: date, _past: bool) -> Days:
    return months(int(match["year"]), int(match["month"]), int(match["month"]))


def _part_of_month(match: re.Match[str], today: date, _past: bool) -> Days | None:
    if not match["which"] and not match["part"]:
        return None
    return _days_of(*shifted_month(today, SHIFTS.get(match["which"] or "", 0)), match["part"])


def _feast(match: re.Match[str], today: date, past: bool) -> Days:
    month, day, length = next(when for feast, when in _FEASTS.items() if match[feast])
    first = date(said_year(match, today), month, day)
    if not match["year"] and not match["near"]:
        if past and first > today:
            first = first.replace(year=today.year - 1)
        if not past and first + timedelta(length) <= today:
            first = first.replace(year=today.year + 1)
    return Days(first, first + timedelta(length - 1))


def _days_of(year: int, month: int, part: str | None) -> Days:
    """A month, or its first or second ten days (初, 中), or its last days from the 25th (底)."""
    all_of_it = months(year, month, month)
    first, last = _PARTS_OF_MONTH.get(part or "", (1, 31))
    end = all_of_it.first + timedelta(last - 1)
    return Days(all_of_it.first.replace(day=first), min(all_of_it.last, end))


def _nearest(today: date, past: bool, of_year: Callable[[int], Days | None]) -> Days | None:
    days = of_year(today.year)
    if days and past and days.first > today:
        return of_year(today.year - 1)
    if days and not past and (today - days.last).days > OVERDUE_DAYS:
        return of_year(today.year + 1)
    return days


def said_year(match: re.Match[str], today: date) -> int:
    """The year of a match of `YEAR`, this one when none was said."""
    if said := match["year"] or match["bare"]:
        year = whole(said)
        if year < 100:
            year += 2000 if year + 2000 <= today.year + _NEXT_YEARS else 1900
        return year
    return today.year + SHIFTS.get(match["near"] or "", 0)


def _valid(year: int, month: int, day: int) -> Days | None:
    try:
        only = date(year, month, day)
    except ValueError:
        return None
    return Days(only, only)


DATE_READERS: tuple[tuple[re.Pattern[str], Resolve], ...] = (
    (_DATE, _date),
    (_FULL_DATE, _full_date),
    (_SHORT_DATE, _short_date),
    (_DAYS_OF_MONTH, _days_of_month),
    (_DAY_OF_MONTH, _day_of_month),
    (_MONTHS, _months),
    (_MONTH, _month),
    (_FULL_MONTH, _full_month),
    (_PART_OF_MONTH, _part_of_month),
    (_FEAST, _feast),
)
"""What to look for, in this order, and what it means."""
