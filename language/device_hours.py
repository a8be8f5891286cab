"""When a wish for the things of a home is meant: now, or at a moment to come (十点钟把空调关掉)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from language import device_commands, times
from language.clean import fold
from language.corrections import is_denied
from language.periods import Period

_NOW = re.compile("现在|马上|立刻|立马|赶紧|这就|先")
_CLAUSE = re.compile("[，,。.；;！!？?…\n]")
_SOMEBODY = re.compile("(?:我|俺|咱|他|她|客人|孩子|娃|老伴|[爸妈])们?$")
_SOON = timedelta(minutes=1)


def later(text: str, now: datetime) -> Period | None:
    """The moment to come at which a thing is to be changed; None when it is to be done at once.

    Only a clock time or a wait counts that stands beside the wish itself: in 我五分钟后进去洗，浴室先暖
    起来 it belongs to the speaker. `now` must be aware.
    """
    said = fold(text)
    if _NOW.search(said):
        return None
    for found in times.find_periods(said, now):
        moment = found.value
        if moment.start != moment.end or moment.start <= now + _SOON:
            continue
        start = max((m.end() for m in _CLAUSE.finditer(said, 0, found.start)), default=0)
        after = _CLAUSE.search(said, found.end)
        clause = said[start : after.start() if after else len(said)]
        is_somebodys = _SOMEBODY.search(said[start : found.start]) is not None
        if is_somebodys or is_denied(said, found.start, found.end):
            continue
        if any(one.act or one.value for one in device_commands.parse(clause)):
            return moment
    return None
