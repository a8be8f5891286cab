"""Stretches of the year that bills are asked for: 三季度, 去年下半年, 去年冬天, 最近三个月."""

import re
from datetime import date, timedelta

from language.dates import (
    OF_YEAR,
    SHIFTS,
    THIS,
    YEAR,
    Days,
    Resolve,
    months,
    said_year,
    shifted_month,
    whole,
)
from language.numerals import NUMBER, parse_number

_AGE = rf"(?!{NUMBER}多?(?:[岁了，,。]|$))"  # 今年八十二了
_COUNTED = (
    r"(?:(?<=[了过满近有约住用干])\d\d(?= ?年)"
    r"|\d\d ?年(?:[了来多没前后]|[以之][前后]|的(?!.{0,3}[费账单钱])))"
)
"""Two digits that count years: 住了20年, 20年的老房子."""
_WHOLE = "(?:的?(?:全年|一?整年|一年))?"
_LUNAR = "(?!的?(?:春节|过年|除夕|元宵|清明|端午|中秋|重阳|冬至|[正腊]月|同期|这个?时候|这会儿))"
_YEAR_OR_PART = re.compile(
    rf"(?!{_COUNTED})(?:{YEAR}(?!版|款){_WHOLE}|(?P<full>全年(?!龄)))?{_LUNAR}{_AGE}{OF_YEAR}"
    "(?:(?<![以之过])(?P<half>[上下前后头])半年(?!级)"
    "|(?:第(?P<nth>[一二三四1-4])个|第?(?P<quarter>[一二三四1-4]))季度"
    "|(?:年|(?<=年))(?P<edge>[底末]|初(?![一二三四五六七八九十中级])))?"
)
_YEARS = re.compile(r"(?P<first>20\d\d)年?[-~到至](?P<last>20\d\d)年")
_QUARTER = re.compile(rf"(?P<which>{THIS})一?个?季(?:度|(?![节稻票卡常]))")
_COUNT = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,2})"
_SOME = re.compile(
    rf"(?:{YEAR}{OF_YEAR})?(?:(?P<end>最?后)|(?P<head>[前头上]))"
    rf"(?P<count>{_COUNT})(?:个?(?P<quarters>季度)|个月)(?![以之]?[前后])"
)
_SEASON = re.compile(
    rf"(?:(?P<ago>上个)|{YEAR}{OF_YEAR})?(?P<season>[春夏秋冬热])[天季](?:(?<=上个..)|(?<=年..)|(?<=年的..)"
    "|(?=$|[ ，,。?？]|那|的?(?:[水电气暖]|热力|[供采取]暖|物业|停车)|用了|交|花了))"
)
_FIRST_MONTHS = {"春": 3, "夏": 6, "热": 6, "秋": 9, "冬": 12}
_RECENT = re.compile(
    rf"(?:最近|(?<!附)近|过去|这(?!{NUMBER}(?:天|个?(?:周|礼拜|星期))))这?(?P<count>{NUMBER})"
    "(?:(?P<days>天)|个?(?P<weeks>周|礼拜|星期)|个(?P<months>月)|(?P<years>年))(?![以之]?[前后级])"
)


def _year_or_part(match: re.Match[str], today: date, _past: bool) -> Days | None:
    if not match.group().strip(" 的"):
        return None
    year = said_year(match, today)
    if match["half"]:
        return months(year, 1, 6) if match["half"] in "上前头" else months(year, 7, 12)
    if quarter := match["nth"] or match["quarter"]:
        last = whole(quarter) * 3
        return months(year, last - 2, last)
    if match["edge"]:
        return months(year, 1, 1) if match["edge"] == "初" else months(year, 12, 12)
    short = match["year"] and len(match["year"]) == 2
    return None if short and year > today.year + 1 else months(year, 1, 12)


def _years(match: re.Match[str], _today: date, _past: bool) -> Days | None:
    first, last = int(match["first"]), int(match["last"])
    return Days(date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _quarter(match: re.Match[str], today: date, _past: bool) -> Days:
    quarters = today.year * 4 + (today.month - 1) // 3 + SHIFTS.get(match["which"], 0)
    year, quarter = divmod(quarters, 4)
    return months(year, quarter * 3 + 1, quarter * 3 + 3)


def _some(match: re.Match[str], today: date, past: bool) -> Days | None:
    """The first or last months of a year; without one the whole months before this one (前三个月)."""
    count = whole(match["count"]) * (3 if match["quarters"] else 1)
    if not 0 < count <= 12:
        return None
    if match["year"] or match["near"] or (match["quarters"] and match["head"] == "前"):
        year = said_year(match, today)
        return months(year, 13 - count, 12) if match["end"] else months(year, 1, count)
    if not past or match["end"] or match["quarters"]:
        return None
    (first, month), (last, until) = shifted_month(today, -count), shifted_month(today, -1)
    return Days(date(first, month, 1), months(last, until, until).last)


def _season(match: re.Match[str], today: date, past: bool) -> Days | None:
    """Three months from March, June, September, December; a winter is of the year it begins in."""
    said = match["year"] or match["near"]
    first = _FIRST_MONTHS[match["season"]]
    if said:
        is_old = first == 12 and today.month < 3 and match["near"]
        return _three_months(said_year(match, today) - (1 if is_old else 0), first)
    if not past and not match["ago"]:
        return None
    choices = (_three_months(today.year - back, first) for back in range(3))
    return next(
        days for days in choices if (days.last < today if match["ago"] else days.first <= today)
    )


def _three_months(year: int, first: int) -> Days:
    if first < 12:
        return months(year, first, first + 2)
    return Days(date(year, 12, 1), months(year + 1, 2, 2).last)


def _recent(match: re.Match[str], today: date, past: bool) -> Days | None:
    """So many days, weeks, months or years that end today."""
    count = parse_number(match["count"])
    if not past or not count:
        return None
    if match["days"] or match["weeks"]:
        length = int(count * (7 if match["weeks"] else 1))
        return Days(today - timedelta(length - 1), today) if 0 < length <= 366 else None
    length = int(count * (12 if match["years"] else 1))
    if not 0 < length <= 120:
        return None
    there = months(*shifted_month(today, -length), shifted_month(today, -length)[1])
    day = min(there.last, there.first + timedelta(today.day - 1))
    return Days(day + timedelta(1), today)


YEAR_READERS: tuple[tuple[re.Pattern[str], Resolve], ...] = (
    (_QUARTER, _quarter),
    (_SOME, _some),
    (_SEASON, _season),
    (_RECENT, _recent),
    (_YEARS, _years),
    (_YEAR_OR_PART, _year_or_part),
)
"""What to look for, in this order, and what it means."""
