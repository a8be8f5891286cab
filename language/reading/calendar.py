"""Dates and clock times as words: 2024-05-01 is 二零二四年五月一日, 14:05 下午两点零五分."""

import re

from language.clock import word_before_hour
from language.reading.figures import cardinal, counted, one_by_one

_TO = r"\s*(?:-{1,2}|~|—{1,2}|至|到)\s*"
_FULL = re.compile(
    r"(?<![\d.-])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=sep)"
    r"(?P<day>0?[1-9]|[12]\d|3[01])(?![\d-]|\.\d)T?"
)
_FULL_TO = re.compile(
    rf"(?<=\d[-/.]\d\d)(?:{_TO})(?=20\d\d[-/.]\d)|(?<=\d[-/.]\d)(?:{_TO})(?=20\d\d[-/.]\d)"
)
_YEAR_MONTH = re.compile(
    r"(?<![\d.-])(?P<year>(?:19|20)\d\d)[-/](?P<month>0[1-9]|1[0-2])(?![\d/-])"
)
_MONTH_DAY = re.compile(
    r"(?<![\d./-])(?=0|\d\d[-/]0)(?P<month>0[1-9]|1[0-2])[-/](?P<day>0[1-9]|[12]\d|3[01])"
    r"(?![\d./%-]|[号室元块个天岁])"
)
_YEAR = re.compile(r"(?<![\d.])(?P<year>(?:1[89]|20)\d\d)(?=年(?!前|后|以))")
_GENERATION = re.compile(r"(?<![\d:.])(?:[5-9][05]|0[05])(?=后(?!面|边|天))")
_SHORT_YEAR = re.compile(r"(?<![\d.])(?P<year>\d\d)(?=年(?:\d|上半|下半|[春夏秋冬]))")
_YEARS = re.compile(rf"(?<![\d.])(?P<one>(?:19|20)\d\d)(?:{_TO})(?P<two>(?:19|20)\d\d)(?=年|学年)")
_DAYS = re.compile(
    rf"(?P<month>\d{{1,2}})月(?P<one>\d{{1,2}})[日号]?{_TO}(?P<two>\d{{1,2}})(?P<unit>[日号])"
)
_PART = "凌晨|清晨|早晨|早上|早|上午|中午|午间|下午|傍晚|晚上|晚|夜里|夜间|午夜|半夜"
_TIME = r"(?:[01]?\d|2[0-4])(?::[0-5]\d(?::[0-5]\d)?(?![\d:])|时(?:[0-5]?\d分?|整|半)?(?![间候常段不而代装光令]))"
_SPAN = re.compile(
    rf"(?<![\d.])(?<!\d:)(?P<part>{_PART})?\s*(?P<one>{_TIME})"
    rf"(?:{_TO}(?P<day>次日|第二天)?(?P<later>{_PART})?\s*(?P<two>{_TIME}))?"
)
_OCLOCK = re.compile(
    rf"(?<![\d.])(?<!\d:)(?P<part>{_PART})?(?P<hour>1[3-9]|2[0-4])点(?P<minute>[0-5]\d(?!\d)分?|半|整|钟)?(?![\d])"
)
_MINUTES = re.compile(r"(?<=点)(?P<minute>[0-5]?\d)(?P<unit>分(?!钟))?(?![\d.])")


def read_calendar(text: str) -> str:
    """All dates and clock times in folded text as words; the part of the day is said with them."""
    text = _FULL_TO.sub("到", text)
    text = _FULL.sub(lambda m: _year(m["year"]) + _date(m["month"], m["day"]), text)
    text = _YEAR_MONTH.sub(lambda m: f"{_year(m['year'])}{cardinal(m['month'])}月", text)
    text = _MONTH_DAY.sub(lambda m: _date(m["month"], m["day"]), text)
    text = _YEARS.sub(lambda m: f"{one_by_one(m['one'])}到{one_by_one(m['two'])}", text)
    text = _YEAR.sub(lambda m: one_by_one(m["year"]), text)
    text = _GENERATION.sub(lambda m: one_by_one(m.group()), text)
    text = _SHORT_YEAR.sub(lambda m: one_by_one(m["year"]), text)
    text = _DAYS.sub(_days, text)
    text = re.sub(rf"(?<=[日号]){_TO}(?=\d{{1,2}}月)", "到", text)
    text = _SPAN.sub(_span, text)
    text = _OCLOCK.sub(_oclock, text)
    return _MINUTES.sub(lambda m: _minute(m["minute"]), text)


def _year(figures: str) -> str:
    return one_by_one(figures) + "年"


def _date(month: str, day: str) -> str:
    return f"{cardinal(month)}月{cardinal(day)}日"


def _days(match: re.Match[str]) -> str:
    month, one, two = (cardinal(match[name]) for name in ("month", "one", "two"))
    return f"{month}月{one}{match['unit']}到{two}{match['unit']}"


def _span(match: re.Match[str]) -> str:
    """A time, or two: the part of the day is said again only when it is another."""
    hour, part, said = _clock(match["one"], match["part"])
    if not match["two"]:
        return said
    later_hour, later_part, _ = _clock(match["two"], match["later"])
    same = part == later_part and later_hour >= hour and not match["later"] and not match["day"]
    _, _, later = _clock(match["two"], match["later"], silent=same)
    return f"{said}到{match['day'] or ''}{later}"


def _clock(written: str, part: str | None, *, silent: bool = False) -> tuple[int, str, str]:
    """(hour, part of the day, how it is said)"""
    hour_figures, minute, second = [*re.split("[:时分]", written), "", ""][:3]
    hour = int(hour_figures)
    word = part or ("晚上" if hour == 24 else word_before_hour(hour))
    said = "" if silent else word
    said += _hour(hour) + ("半" if minute == "半" else _minute(minute))
    if second and int(second):
        said = said.replace("半", "三十分") + f"{cardinal(second)}秒"
    return hour, word, said


def _hour(hour: int) -> str:
    """0 is 零点, 14 is 两点, 24 is 十二点."""
    return counted(str(hour if hour <= 12 else hour - 12)) + "点"


def _minute(figures: str) -> str:
    if not figures.isdigit() or not int(figures):
        return ""
    if int(figures) == 30:
        return "半"
    return ("零" if int(figures) < 10 else "") + cardinal(figures) + "分"


def _oclock(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), match["minute"] or ""
    part = match["part"] or ("晚上" if hour == 24 else word_before_hour(hour))
    if minute and not minute[0].isdigit():
        return part + _hour(hour) + minute.replace("整", "").replace("钟", "")
    return part + _hour(hour) + _minute(minute.rstrip("分"))
