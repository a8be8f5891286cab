"""How slots are said to a resident and which of those that were offered is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from actions.space_times import time_of
from community.times import local
from language.clean import fold
from language.periods import Period, say_period
from language.times import parse_period

LISTED = 3
"Slots that are read out at a time"
_ORDINALS = (
    ("第[一1]|头一?[个回]|最?前[头面]那?个|^[一1]$", 0),
    ("第[二两2]|中间那?个|^[二2]$", 1),
    ("第[三3]|^[三3]$", 2),
    ("最后|末了|后[头面]那个", -1),
)
_ANY = re.compile(
    "越早越好|越快越好|最早|最近|尽快|尽早|随便|无所谓|哪[天个]都|[啥什]么?时候都|头一?号|早点的$"
)
_CLOCK = re.compile(r"\d{1,2}点")
_MORE = re.compile("还有|别的|其他|其它|换一?批|不合适|都不[行好要]|再往后|后面的")
_OTHER_TIME = re.compile("[换改]一?个?(?:时间|日子|点)|时间不[对行]|再看看时间")


def said_slot(start: datetime, now: datetime) -> str:
    """`11月5日（周三）上午9点`, `明天（周二）上午9点半`."""
    return say_period(Period(start, start), now)


def said_slots(starts: Iterable[datetime], now: datetime) -> str:
    """Several slots, the day and the part of day said once: 明天（周二）上午9点、9点半、10点."""
    said, last = [], ""
    for start in starts:
        words = said_slot(start, now)
        clock = _CLOCK.search(words)
        head = words[: clock.start()] if clock else ""
        said.append(words.removeprefix(head) if head == last else words)
        last = head
    return "、".join(said)


def wants_any(words: str) -> bool:
    """越早越好, 随便哪天: the first free slot will do."""
    return bool(_ANY.search(words))


def wants_more(words: str) -> bool:
    """还有别的吗: none of those that were read out."""
    return bool(_MORE.search(words))


def wants_other_time(words: str) -> bool:
    """换个时间, without saying which."""
    return bool(_OTHER_TIME.search(words))


def ordinal(words: str, count: int) -> int | None:
    """Index of the one of `count` that 第二个 or 最后那个 means; None when no such one is said."""
    said = fold(words).strip("。，,.！! 吧呢啊的")
    for pattern, index in _ORDINALS:
        if re.search(pattern, said) and -count <= index < count:
            return index % count
    return None


def chosen(words: str, choices: Sequence[str], now: datetime) -> datetime | None:
    """The offered slot that is meant, by its place in the list or by its clock time."""
    starts = [datetime.fromisoformat(one) for one in choices]
    if not starts:
        return None
    index = ordinal(words, len(starts))
    if index is not None:
        return starts[index]
    said = time_of(words, now, {"start": local(starts[0]).replace(hour=0, minute=0).isoformat()})
    if said is None or not said["exact"] or said["start"] != said["end"]:
        return None
    moment = datetime.fromisoformat(said["start"])
    half_a_day = {moment, moment + timedelta(hours=12), moment - timedelta(hours=12)}
    return next((one for one in starts if one in half_a_day), None)


def time_said(words: str, now: datetime, day: dict[str, Any] | None) -> dict[str, Any] | None:
    """As `time_of`, but 越早越好 is {"any": True} and a range of hours is not exact."""
    found = time_of(words, now, day)
    period = parse_period(words, now)
    vague = found is None or (period is not None and (period.anytime or period.start == now))
    if vague and wants_any(words):
        return {"any": True, "said": "", "exact": False}
    if found and found["exact"] and found["start"] != found["end"]:
        found["exact"] = False
    return found
