"""What time of the day was said: 下半晌, 两点半, 差五分三点, 14:30; and which hour is meant."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from language.numerals import parse_number

NOON, MIDNIGHT = 12 * 60, 24 * 60
_EVENING = 17 * 60
_MORNING_FROM = 7  # a bare hour before it is after noon


@dataclass(frozen=True)
class Part:
    """A part of the day."""

    name: str
    """How it is said back: 上午, 下午."""
    start: int
    """Minutes after midnight."""
    end: int
    """Minutes after midnight, up to 1440."""


@dataclass(frozen=True)
class Clock:
    """A clock time as it was said, before the hour is made sure."""

    hour: int
    """0 to 24."""
    minute: int
    exact: bool
    """True when it can only be the 24-hour clock: 14:30, 08:00, 零点."""


_HAN = "零一二两三四五六七八九十"
_NUMERIC = frozenset(_HAN + "0123456789.第")
_HEADS = frozenset(_HAN + "0123456789廿差")  # of every pattern of a clock time
_HOUR = rf"(?P<hour>\d{{1,2}}|[{_HAN}廿]{{1,3}})"
_OCLOCK = rf"(?:点(?![{_HAN}\d]{{1,2}}[度块元倍])(?:钟|正|整)?|时(?![间常候段不而]))"
_MINUTE = (
    r"(?:过?(?P<half>半)(?![天晌夜个])|过?(?P<quarter>[一三13])刻钟?"
    rf"|过?(?P<minute>[0-5]\d|零[{_HAN}]|[二三四五]?十[{_HAN}]?)分?(?![\d个{_HAN}])"
    rf"|过?(?P<single>[{_HAN}\d])分(?!钟)|)"
)
_ABOUT = rf"(?:来钟|把钟|左右|前后|出头|多钟?|过(?![{_HAN}\d以之后])|)"
_TO_HOUR = rf"(?=[到至~-](?:\d{{1,2}}|[{_HAN}]{{1,3}})点)"  # 三到五点

_WORDS = re.compile(rf"{_HOUR}(?:{_OCLOCK}{_MINUTE}{_ABOUT}|{_TO_HOUR})")
_SHORT_OF = re.compile(rf"差(?P<short>一刻|[{_HAN}]{{1,3}}|\d{{1,2}})分?钟?不?到?{_HOUR}点钟?")
_COLON = re.compile(r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])")
_NOT_AN_HOUR = re.compile(
    "意见|建议|要求|原因|问题|也|都不|儿|东西|小|事|钱|声|力|心|情况|希望|说明"
)
_ONE_IS_HOUR = re.compile(
    rf"一?1?(?:点(?:钟|半|整|正|[一三]刻|[零{_HAN[1:]}\d]{{2}}|[以之]?[前后]|到|至|[-~]|左右|来|多)|[到至~-])"
)
_ALL_DAY = re.compile("全天|一?整天|成日|一天到晚")
_SPOKEN = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


@cache
def day_parts() -> tuple[Part, ...]:
    """All parts of the day; of two with the same hours, the one to say back comes first."""
    return tuple(Part(name, _minutes(start), _minutes(end)) for name, start, end, _ in _table())


def word_before_hour(hour: int) -> str:
    """The word said before an hour of 0 to 23: 下午 for 15."""
    return next(word for end, word in _SPOKEN if hour < end)


def read_part(text: str, at: int) -> tuple[Part, int] | None:
    """Read a part of the day from offset `at` of a folded text, with the offset after it."""
    match = _named().match(text, at)
    if match is None:
        return None
    return day_parts()[int((match.lastgroup or "p0")[1:])], match.end()


def read_all_day(text: str, at: int) -> int | None:
    """The offset after 全天 or the like at `at`; None when it is not said there."""
    match = _ALL_DAY.match(text, at)
    return match.end() if match else None


def read_clock(text: str, at: int, *, led: bool) -> tuple[Clock, int] | None:
    """Read a clock time from offset `at` of a folded text: the time and the offset after it.

    `led` says that a day or a part of the day came right before, which makes 一点 an hour and
    not "a little", and lets 周三三点 begin after a numeral.
    """
    if text[at : at + 1] not in _HEADS or (not led and at and text[at - 1] in _NUMERIC):
        return None
    if match := _COLON.match(text, at):
        return _clock(match["hour"], int(match["minute"]), match.end())
    if match := _SHORT_OF.match(text, at):
        short = 15 if match["short"] == "一刻" else parse_number(match["short"])
        return _clock(match["hour"], -int(short or 0), match.end())
    match = _WORDS.match(text, at)
    if match is None or _NOT_AN_HOUR.match(text, match.end()):
        return None
    if match["hour"] in ("一", "1") and not (
        led or match.span() == (0, len(text)) or _ONE_IS_HOUR.match(text, at)
    ):
        return None
    return _clock(match["hour"], _minute(match), match.end())


def minute_of_day(clock: Clock, part: Part | None) -> int:
    """Minutes after the midnight that begins the day; above 1440 in the night that follows it.

    With a part, 下午三点 is 15:00, 中午一点 13:00, 晚上十二点 24:00, 夜里两点 26:00, 早上三点 3:00.
    Without one, 1 to 6 are after noon, as for a visit at home, and other hours as they are said.
    """
    said = clock.hour * 60 + clock.minute
    if clock.exact:
        return said
    if part is None:
        return said + NOON if 1 <= clock.hour < _MORNING_FROM else said
    if part.start >= _EVENING:
        after_midnight = clock.hour <= (5 if part.end == MIDNIGHT else 3)
        return said + (MIDNIGHT if after_midnight else NOON)
    if part.start >= NOON or (part.end > NOON - 60 and clock.hour <= 3):
        return said if clock.hour == 12 else said + NOON
    return said - NOON if clock.hour == 12 and part.start == 0 else said


@cache
def _table() -> tuple[tuple[str, str, str, str], ...]:
    lines = (files("language") / "data" / "day_parts.txt").read_text("utf-8").splitlines()
    rows = (line.split(maxsplit=3) for line in lines if not line.startswith("#"))
    return tuple((name, start, end, said) for name, start, end, said in rows)


@cache
def _named() -> re.Pattern[str]:
    said = ("|".join(words.split()) for *_, words in _table())
    return re.compile("|".join(f"(?P<p{place}>{words})" for place, words in enumerate(said)))


def _minutes(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)


def _minute(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["quarter"]:
        return 15 * int(parse_number(match["quarter"]) or 0)
    said = match["minute"] or match["single"]
    return int(parse_number(said) or 0) if said else 0


def _clock(hour_said: str, minute: int, end: int) -> tuple[Clock, int] | None:
    hour = parse_number(hour_said)
    if not isinstance(hour, int) or not 0 <= hour * 60 + minute <= MIDNIGHT:
        return None
    exact = hour > 12 or hour == 0 or hour_said.startswith("0")
    hour, minute = divmod(hour * 60 + minute, 60)
    return Clock(hour, minute, exact), end
