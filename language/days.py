"""Which day or days were said: counted from today (明天, 下礼拜三, 过两天) or by the calendar."""

import re
from datetime import date, timedelta

from language.dates import DATE_READERS, SHIFTS, THIS, Days, Resolve, months, shifted_month, whole
from language.numerals import NUMBER
from language.year_parts import YEAR_READERS

_NEAR = {
    "大前[天日]|大前儿个?": (-3, -3),
    "前[天日]|前儿个?": (-2, -2),
    "昨[天日]|昨个?儿个?|夜儿个?|[寻琴左][日天]|[昨琴](?=[晚早夜])": (-1, -1),
    "[今京][天日]|今个?儿个?|今朝|当天|[今京](?=[晚早夜午])": (0, 0),
    "明后[天日两]{1,2}": (1, 2),
    "[明名][天日]|明个?儿个?|明朝|听日|赶明儿?|第二天|明(?=[晚早夜午])|听(?=[晚朝早])": (1, 1),
    "大大后[天日]": (4, 4),
    "大后[天日田]|大后儿个?|外后[天日]": (3, 3),
    "[后厚][天日田]|后个?儿个?|后朝": (2, 2),
    "[这呢咯仄][两二][天日]": (0, 1),
    "[这呢咯仄][几三][天日]|这些天": (0, 2),
    "前[两几][天日]|前些天": (-3, -1),
}
"""Words for days near today, the dialects' and the misheard too; first and last, 0 is today."""
_WEEKDAYS = {
    **{mark: day for day, mark in enumerate("一二三四五六日")},
    **{str(day): day - 1 for day in range(1, 8)},
    "天": 6,
    "末": 5,
    "两": 1,  # said so in Shanghai
    "思": 3,  # misheard
    "无": 4,
}
_WEEK_WORD = "(?:周|礼拜|里拜|星期|星其)"
_SPAN = f"天|个?{_WEEK_WORD}|个月"

_NEAR_DAY = re.compile("|".join(f"(?P<n{place}>{said})" for place, said in enumerate(_NEAR)))
_WEEKDAY = re.compile(
    rf"(?<![老小姓])(?:(?P<which>{THIS})个?)?{_WEEK_WORD}(?P<day>[一二三四五六日天末两思无]|[1-7](?!\d))"
    rf"(?P<both>(?<=六)[、和跟]?{_WEEK_WORD}[日天])?(?![年月日个次]|礼拜)"
)
_WEEK = re.compile(rf"(?P<which>{THIS})个?{_WEEK_WORD}(?![会边围期])")
_IN_DAYS = re.compile(rf"(?:再?过|等)(?P<count>{NUMBER}|几)(?P<unit>{_SPAN})(?:[以之]?后)?")
_DAYS_OFF = re.compile(
    rf"(?P<count>{NUMBER})(?P<unit>{_SPAN})(?:[以之]?后|(?P<ago>[以之]?前))(?!天)"
)
_A_FEW = 3  # days in 过几天


def read_days(text: str, at: int, today: date, *, past: bool = False) -> tuple[Days, int] | None:
    """Read the days said from offset `at` of a folded text, with the offset after them.

    A weekday or a day of the month without more is the next one, today included; a date without
    a year is this year's unless it lies more than 90 days back. With `past` they are the last ones.
    Lunar dates are not read.
    """
    if text[at : at + 1] not in _HEADS:
        return None
    for pattern, resolve in _READERS:
        if (match := pattern.match(text, at)) and (days := resolve(match, today, past)):
            return days, match.end()
    return None


def _near_day(match: re.Match[str], today: date, _past: bool) -> Days:
    first, last = list(_NEAR.values())[int((match.lastgroup or "n0")[1:])]
    return Days(today + timedelta(first), today + timedelta(last), counted=True)


def _weekday(match: re.Match[str], today: date, past: bool) -> Days:
    which = match["which"] or ""
    day = _monday(today, which) + timedelta(_WEEKDAYS[match["day"]])
    last = day + timedelta(match["day"] == "末" or bool(match["both"]))
    if which:
        return Days(day, last)
    if past:
        return Days(day, last).later(-7 if day > today else 0)
    return Days(day, last, weekly=True).later(7 if last < today else 0)


def _week(match: re.Match[str], today: date, _past: bool) -> Days:
    monday = _monday(today, match["which"])
    return Days(monday, monday + timedelta(6))


def _monday(today: date, which: str) -> date:
    return today - timedelta(today.weekday()) + timedelta(weeks=SHIFTS.get(which, 0))


def _in_days(match: re.Match[str], today: date, _past: bool) -> Days | None:
    count = _A_FEW if match["count"] == "几" else whole(match["count"])
    return _away(today, count, match["unit"])


def _days_off(match: re.Match[str], today: date, _past: bool) -> Days | None:
    count = whole(match["count"])
    return _away(today, -count if match["ago"] else count, match["unit"])


def _away(today: date, count: int, unit: str) -> Days | None:
    if not 0 < abs(count) <= 366:
        return None
    if "月" not in unit:
        return Days(today, today, counted=True).later(count * (1 if unit == "天" else 7))
    year, month = shifted_month(today, count)
    there = months(year, month, month)
    day = min(there.last, there.first + timedelta(today.day - 1))
    return Days(day, day, counted=True)


_READERS: tuple[tuple[re.Pattern[str], Resolve], ...] = (
    (_NEAR_DAY, _near_day),
    (_WEEKDAY, _weekday),
    (_WEEK, _week),
    (_IN_DAYS, _in_days),
    (_DAYS_OFF, _days_off),
    *DATE_READERS,
    *YEAR_READERS,
)
_HEADS = frozenset(
    "0123456789零一二三四五六七八九十百千万亿廿卅两俩仨半壹贰叁肆伍陆柒捌玖拾佰仟"
    "大前昨今明后上下去旧本头这呢咯迭仄格当周礼里星月号元春夏秋冬热国劳全年第等再过最近"
    "京琴名听外夜寻左厚赶 的末底初"
)
"""What a word of days can begin with: all else is passed over at once."""
