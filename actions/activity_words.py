"""What residents say of an activity: which one, when, for whom and with how many."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from actions.hearing import Hearing
from community.labels import label
from community.services import activity
from community.store.activities import WEEK, Activity, Signup
from community.times import local
from language.numerals import NUMBER, parse_number
from language.periods import Period, say_period
from language.times import find_periods, parse_period

_KIN = (
    "妈妈?|爸爸?|老妈|老爸|爹|娘|老伴儿?|老婆|老公|爱人|先生|太太|女儿|闺女|儿子|孙子|孙女|外孙女?|孩子|孩儿|娃儿?|伢子|"
    "婆婆|公公|岳父|岳母|爷爷|奶奶|姥姥|姥爷|外公|外婆|媳妇|老头子|老太婆|老太太|姐|妹妹?|哥|弟弟?"
)
_FOR = re.compile(rf"(?:[给替帮让报把])(?P<who>(?:我|俺|咱|阿拉)家?(?:的)?(?:大|小|老)?(?:{_KIN}))")
_SUBJECT = re.compile(rf"^(?P<who>(?:我|俺)家?(?:小|大)?(?:{_KIN}))(?:想|也|要|他|她|那)")
_NEIGHBOUR = re.compile(
    "(?:邻居|隔壁|楼上|楼下|对门)的?(?P<who>.{1,2}(?:奶奶|爷爷|阿姨|大爷|大妈|叔叔?|婶|嫂))"
)
_WITH = re.compile(
    rf"(?:我|俺)?(?:和|跟|同|搭|带)(?:我|俺|阿拉)?家?(?:小|大)?(?:{_KIN})|一大一小|两口子|老两口|公婆俩"
)
_PEOPLE = re.compile(
    rf"(?P<number>{NUMBER})(?:个人|口人|[人位口座]|个(?![月班活礼小半名]))|(?P<pair>[俩仨])"
)


def people_of(words: str) -> int | None:
    """How many will come, the resident included; None when it was not said."""
    found = list(_PEOPLE.finditer(words))
    if found:
        number = parse_number(found[-1]["number"] or found[-1]["pair"])
        if number is not None and not (number == 1 and _WITH.search(words)):
            return int(number)
    return 2 if _WITH.search(words) else None


def who_of(words: str) -> str:
    """Whom the resident signs up; empty for themselves."""
    found = _FOR.search(words) or _SUBJECT.search(words) or _NEIGHBOUR.search(words)
    return found["who"] if found and not _WITH.search(words) else ""


async def meant(heard: Hearing) -> list[Activity]:
    """The occurrences to come that the words mean by name and time, soonest first.

    A name without a fitting day means all its days; a day without a name all that is on then.
    Empty when nothing is named and no time is said, or the name is unknown.
    """
    coming = await activity.upcoming(heard.ctx)
    found = activity.named(said(heard), coming, heard.entity("activity"))
    if found:
        return within(heard, found) or found
    if heard.entity("activity") or period_of(heard) is None:
        return []
    return within(heard, coming)


def said(heard: Hearing) -> str:
    """The words, or the name that a tapped choice stands for."""
    return heard.words or " ".join(heard.meant("activity"))


def within(heard: Hearing, among: list[Activity]) -> list[Activity]:
    """Those that begin in the time that is said; all when none is."""
    period = period_of(heard)
    if period is None:
        return among
    start, end = period.start, period.end
    day = start.replace(hour=0, minute=0)
    if end <= start:  # a clock time names its day
        return [one for one in among if local(one.starts_at).date() == day.date()]
    return [one for one in among if start <= one.starts_at < end]


def period_of(heard: Hearing) -> Period | None:
    """The time that is said, one that does not suit (后天我去不了) when there is no other."""
    found = find_periods(heard.words, heard.now)
    return parse_period(heard.words, heard.now) or (found[0].value if found else None)


def firsts(among: list[Activity]) -> list[Activity]:
    """The first occurrence of each series."""
    seen: dict[str, Activity] = {}
    for one in among:
        seen.setdefault(one.series, one)
    return list(seen.values())


def when_words(one: Activity | Signup, now: datetime) -> str:
    """`明天（周二）上午9点`."""
    return say_period(Period(one.starts_at, one.starts_at), now)


def dated_words(one: Activity | Signup) -> str:
    """`11月4日（周二）上午9点`, for words that may be read on another day than they are written."""
    return say_period(Period(one.starts_at, one.starts_at), one.starts_at - WEEK)


def line(one: Activity, now: datetime) -> str:
    seats = "seats" if one.left > 0 else "full"
    return label("activity_word", "line").format(
        name=one.name, when=when_words(one, now), place=one.place,
        seats=label("activity_word", seats).format(left=one.left),
    )  # fmt: skip


def which(one: Activity, now: datetime) -> dict[str, Any]:
    """An activity as a slot holds it."""
    return {"id": one.id, "said": f"{one.name}，{when_words(one, now)}"}
