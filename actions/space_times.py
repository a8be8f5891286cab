"""The hours that are meant when a room is asked for, and how free ones are said."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from actions import reading
from actions.days import no_such_day
from actions.hearing import Hearing
from community.labels import label
from community.services import fee, space
from community.services.space import Stretch
from community.store.spaces import Booking, Space
from community.times import local, window_words
from language.numerals import NUMBER, parse_number
from language.periods import Period, at_minute, say_period
from language.times import parse_period

MOVE = re.compile("(?:换|改|挪|移)[到成在至]")
"Before what something is moved to"
_CLOCK = re.compile(rf"{NUMBER}点|\d[:：]\d\d|点钟")
_DAY = re.compile(
    "今|明[天日早晚儿上下]|后[天日儿]|听[日晚]|周|礼拜|星期|[号日]|月|初[一二三四五六七八九十]|下[个周]"
)
_NUMBERED = re.compile(rf"{NUMBER}号(?=(?:羽毛|乒乓|篮|网|台)?球|[场台桌厅室馆])")
"The second of several courts, which is no day"
_PEOPLE = re.compile(
    rf"(?P<number>{NUMBER})(?P<more>来|多|几)?[个口](?:来|多)?(?:人|老姐妹|孩子)|(?P<heads>{NUMBER})人"
)


def time_of(words: str, now: datetime, day: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The time that is said: a reading.window with `exact`, or {"problem": "no_day"}.

    A clock time without a day is taken on the `day` that was talked about before. `exact`: whether
    the hours themselves were said, not a day or a part of one.
    """
    words = _NUMBERED.sub("", words)
    if no_such_day(words):
        return {"problem": "no_day", "exact": False, "said": ""}
    base = now
    if day and day.get("start") and not _DAY.search(words):
        base = max(datetime.fromisoformat(day["start"]), now)
    period = parse_period(words, base)
    if period is None:
        return None
    exact = period.bound == "both" and not period.all_day and (
        bool(_CLOCK.search(words)) or period.start == period.end
    )  # fmt: skip
    return {
        "start": period.start.isoformat(), "end": period.end.isoformat(), "exact": exact,
        "said": say_period(period, now), "past": period.is_past(now),
    }  # fmt: skip


def people_of(words: str) -> int:
    """How many will come; 0 when it was not said."""
    found = _PEOPLE.search(words)
    number = parse_number(found["number"] or found["heads"]) if found else None
    return int(number) if number is not None and number < 10_000 else 0


def hours_words(found: list[Stretch], now: datetime) -> str:
    """At most three stretches, the day said once: 明天（周二）9点到12点、15点到18点."""
    said, last_day = [], None
    for start, end in found[:3]:
        first, last = local(start), local(end)
        close = 24 if last.hour == 0 else last.hour
        hours = f"{first.hour}点到{close}点"
        if first.date() != last_day:
            midnight = at_minute(first.date(), 0)
            noon = at_minute(first.date(), 12 * 60)
            day = say_period(Period(midnight, noon, bound="end"), now)
            hours = day[: day.rindex("）") + 1 if "）" in day else 2] + hours
        last_day = first.date()
        said.append(hours)
    return "、".join(said)


def target(words: str) -> str:
    """What follows 换到, 改成: to where, or when, something moves; else all the words."""
    return MOVE.split(words, maxsplit=1)[-1]


def price(fen: int, per: str) -> str:
    return label("word", per) + fee.yuan(fen) if fen else label("word", "for_nothing")


def hours_of(time: dict[str, Any]) -> Stretch:
    start, end = datetime.fromisoformat(time["start"]), datetime.fromisoformat(time["end"])
    return space.whole_hours(local(start), local(end))


async def say_free(heard: Hearing, where: Space, time: dict[str, Any] | None) -> None:
    """Say what is free in a time, or, when nothing is, what is free next."""
    horizon = space.horizon(heard.ctx)
    window = reading.moments(time) if time and not time.get("problem") else None
    found = await space.openings(heard.ctx, where, *(window or (heard.now, horizon)))
    if not found and window:
        heard.say("utter_space_full", name=where.name, time=time["said"] if time else "")
        found = await space.openings(heard.ctx, where, heard.now, horizon)
    if found:
        heard.say(
            "utter_space_free", name=where.name, free=hours_words(found, heard.now),
            price=price(where.price_fen, "per_hour"),
        )  # fmt: skip
    else:
        heard.say("utter_space_none_free", name=where.name)


def when(one: Booking) -> str:
    return window_words(one.starts_at, one.ends_at)
