"""What can be booked, when it is open, and which of its slots still have a seat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from community.context import Context
from community.store import seats
from community.store.seats import Bookable
from community.times import SHANGHAI, local
from language.clean import fold

AHEAD_DAYS = 14
"Today and so many days more may be booked"
WINDOW, HEALTH = "window", "health"
_AT_HOME = re.compile(
    "上门|到(?:我|俺|咱)?(?:家|屋)|来(?:我|俺|咱)?(?:家|屋)|家里来|屋头|上家|下不了楼|出不了门"
    "|没法出门|动弹不得|不能动弹|瘫|卧床|居家|入户"
    "|来一趟|跑一趟|派个?人来|[叫请喊]个?护士"
)


@dataclass(frozen=True)
class Slot:
    """Some minutes of a service with `left` free seats."""

    starts_at: datetime
    ends_at: datetime
    left: int


async def every(ctx: Context, kind: str | None = None) -> list[Bookable]:
    """What can be booked, of one kind or all, in the order in which it is offered."""
    async with ctx.db.read() as conn:
        return await seats.every(conn, kind)


def named(words: str, among: list[Bookable], marked: str = "") -> Bookable | None:
    """The one whose name or word is said; the longest wins, of equals the one at the right place.

    `marked`: the part of the words that names the service; what it names goes before the rest.
    Somebody who asks for a visit (上门, 下不了楼) gets one that comes home if there is any.
    """
    wants_visit = bool(_AT_HOME.search(words))
    found = _called(marked, among) or _called(words, among)
    if wants_visit and any(one.at_home for one, _ in found):
        found = [(one, size) for one, size in found if one.at_home]
    if not found:
        return None
    return max(found, key=lambda pair: (pair[1], pair[0].at_home == wants_visit))[0]


def _called(words: str, among: list[Bookable]) -> list[tuple[Bookable, int]]:
    """Each that is said by a word of its own, with the word's length."""
    said = fold(words)
    return [(one, len(word)) for one in among for word in [one.name, *one.words] if word in said]


def item_of(words: str, what: Bookable) -> str:
    """The longest word of the service that was said; empty when only its name was."""
    said = fold(words)
    found = [word for word in what.words if word in said]
    return max(found, key=len) if found else ""


def horizon(ctx: Context) -> datetime:
    """The midnight after the last day that may be booked."""
    today = local(ctx.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=AHEAD_DAYS + 1)


def grid(what: Bookable, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The (begin, end) of all its slots that begin in the time, by the weekly hours."""
    length, day = timedelta(minutes=what.minutes), local(start).date()
    while datetime.combine(day, time(), SHANGHAI) < end:
        spans = [span for span in what.hours if day.weekday() in span["days"]]
        for span in sorted(spans, key=lambda one: str(one["from"])):
            at = datetime.combine(day, time.fromisoformat(span["from"]), SHANGHAI)
            closes = datetime.combine(day, time.fromisoformat(span["to"]), SHANGHAI)
            while at + length <= closes:
                if start <= at < end:
                    yield at, at + length
                at += length
        day += timedelta(days=1)


async def openings(ctx: Context, what: Bookable, start: datetime, end: datetime) -> list[Slot]:
    """The slots with a free seat that begin in the time, still to come and not too far ahead."""
    start, end = max(start, ctx.clock.now()), min(end, horizon(ctx))
    async with ctx.db.read() as conn:
        left = await seats.left(conn, what.id, start, end)
    slots = [
        Slot(begin, close, left.get(begin, what.capacity))
        for begin, close in grid(what, start, end)
    ]
    return [one for one in slots if one.left > 0]


def slot_at(what: Bookable, moment: datetime) -> tuple[datetime, datetime] | None:
    """The slot that runs at a moment; None when the service is shut then."""
    midnight = local(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    running = grid(what, midnight, midnight + timedelta(days=1))
    return next(((begin, close) for begin, close in running if begin <= moment < close), None)
