"""Wellbeing: how somebody is today, who wants to be asked daily, and who is away and left in peace.

The steps after a question without an answer are data (`wellbeing.yml`). An absence silences them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.store import checkins, guardians
from community.store.checkins import Asking, Checkin
from community.store.guardians import Guardian
from community.store.identities import Party
from community.times import SHANGHAI, Clock, local, window_words

TIMER = "checkin"
"Kind of the timers, named `checkin:<resident>`, of the daily questions"
LATE_MIN = 30
"Minutes for which a question that is wished in the evening is still put"
Arm = Callable[[AsyncConnection, str], Awaitable[None]]
"Sets or silences the timer of a resident's daily question"


@dataclass(frozen=True)
class Step:
    """What is done (`repeat`, `family`, `visit`) so many minutes after the step before it."""

    do: str
    after_minutes: int


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.services").joinpath("wellbeing.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def ladder() -> tuple[Step, ...]:
    """The steps after the question, in their order."""
    return tuple(Step(**one) for one in _data()["ladder"])


def longest_absence() -> timedelta:
    return timedelta(days=_data()["longest_absence_days"])


def asks_at() -> int:
    """Minute of the day at which is asked when nothing else was wished."""
    hour, minute = map(int, _data()["asks_at"].split(":"))
    return hour * 60 + minute


async def elder(ctx: Context, account: Party, kin: str) -> Guardian | None:
    """The one elder that the speaker calls so and may report of; None without that right."""
    async with ctx.db.read() as conn:
        found = await guardians.elders(conn, account, "alarm")
    named = {one.elder_id: one for one in found if one.kin == kin}
    return next(iter(named.values())) if len(named) == 1 else None


async def note(ctx: Context, account: Party, state: str, *, elder_id: str | None = None) -> bool:
    """Write down how somebody is today, of oneself or of one's elder.

    False when the person is not known, so that nothing can be written; also for an elder of others.
    """
    resident_id = elder_id or account.resident_id
    if resident_id is None:
        return False
    async with ctx.db.write() as conn:
        if not await guardians.may(conn, account, resident_id, "alarm"):
            return False
        await checkins.note(conn, ctx.clock, resident_id, local(ctx.clock.now()).date(), state)
    return True


async def leave(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    window: tuple[datetime, datetime],
    elder_id: str | None = None,
) -> None:
    """No question and no alert in this time, of oneself or of one's elder, once per turn.

    Raises NotBound; BadInput for a time that is over, ends before it begins or is too long;
    NotFound for an elder of others.
    """
    if account.home is None:
        raise NotBound("an absence is from a home")
    starts_at, ends_at = window
    now = ctx.clock.now()
    if ends_at <= max(now, starts_at) or ends_at - now > longest_absence():
        raise BadInput("window")
    async with ctx.db.write() as conn:
        who = await _reported(conn, account, elder_id)
        await checkins.leave(conn, who, turn_id=turn_id, starts_at=starts_at, ends_at=ends_at)


async def come_back(ctx: Context, account: Party, *, elder_id: str | None = None) -> bool:
    """End the running absence of oneself or of one's elder; whether there was one.

    One that is still to come stays. Being back is being heard of. Raises NotFound for an elder of
    others.
    """
    async with ctx.db.write() as conn:
        who = await _reported(conn, account, elder_id)
        ended = await checkins.come_back(conn, ctx.clock, who)
        if who.resident_id is not None:
            today = local(ctx.clock.now()).date()
            await checkins.note(conn, ctx.clock, who.resident_id, today, checkins.WELL)
    return ended > 0


async def _reported(
    conn: AsyncConnection, account: Party, elder_id: str | None
) -> checkins.Reported:
    """Whom a report is of. Raises NotFound for an elder of others."""
    if elder_id is None:
        home = account.home.room_id if account.home else None
        return checkins.Reported(account.resident_id, account.identity_id, home)
    found = await guardians.elders(conn, account, "alarm")
    room = next((one.elder_room_id for one in found if one.elder_id == elder_id), None)
    if room is None:
        raise NotFound("no such elder")
    return checkins.Reported(elder_id, account.identity_id, room)


async def ask_daily(ctx: Context, account: Party, minute: int, *, arm: Arm) -> bool:
    """Record the wish to be asked every day; False when the person is not known. Raises NotBound."""
    if account.home is None:
        raise NotBound("somebody of a home is asked")
    if account.resident_id is None:
        return False
    async with ctx.db.write() as conn:
        await checkins.ask_daily(conn, ctx.clock, account.resident_id, minute)
        await arm(conn, account.resident_id)
    return True


async def ask_no_more(ctx: Context, account: Party, *, arm: Arm) -> bool:
    """Whether the daily question was on and is now off."""
    if account.resident_id is None:
        return False
    async with ctx.db.write() as conn:
        ended = await checkins.ask_no_more(conn, ctx.clock, account.resident_id)
        await arm(conn, account.resident_id)
    return ended


async def next_question(conn: AsyncConnection, clock: Clock, resident_id: str) -> datetime | None:
    """When it is wished next, by day or night; None for somebody who does not wish it."""
    wish = await checkins.asking(conn, resident_id)
    if wish is None:
        return None
    now = local(clock.now())
    at = datetime.combine(now.date(), time(), SHANGHAI) + timedelta(minutes=wish.minute)
    return at if at > now else at + timedelta(days=1)


async def begin_day(conn: AsyncConnection, clock: Clock, resident_id: str) -> Asking | None:
    """Who is to be asked now; None when they no longer wish it, are away or were heard of today."""
    wish, now = await checkins.asking(conn, resident_id), local(clock.now())
    if wish is None or _is_too_late(now, wish):
        return None
    absent = await checkins.away(conn, resident_id, clock.now())
    state = checkins.AWAY if absent else checkins.ASKED
    begun = await checkins.open_day(conn, resident_id, now.date(), state)
    return wish if begun and not absent else None


def _is_too_late(now: datetime, wish: Asking) -> bool:
    """Whether the day's question would come so late that its ladder ran into the night."""
    hour, minute = map(int, _data()["asks_until"].split(":"))
    at = now.hour * 60 + now.minute
    return at >= hour * 60 + minute and not wish.minute <= at < wish.minute + LATE_MIN


async def unanswered(
    conn: AsyncConnection, clock: Clock, resident_id: str, day: date
) -> Checkin | None:
    """The question of that day while nobody has answered it; one who went away is left in peace."""
    found = await checkins.of_day(conn, day, resident_id)
    if not found or found[0].state != checkins.ASKED:
        return None
    if await checkins.away(conn, resident_id, clock.now()):
        return None
    return found[0]


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """("", what, state) of an absence and of the daily question."""
    if account.resident_id is None:
        return []
    async with ctx.db.read() as conn:
        absent = await checkins.away(conn, account.resident_id, ctx.clock.now())
        wish = await checkins.asking(conn, account.resident_id)
    items = []
    if absent:
        when = window_words(absent.starts_at, absent.ends_at)
        items.append(("", label("care_word", "absence"), when))
    if wish:
        items.append(("", label("care_word", "checkin"), label("care_word", "checkin_on")))
    return items


async def register(ctx: Context, day: date) -> Register:
    """Who was asked or reported on one day and who is away; never what somebody suffers from."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = await checkins.of_day(conn, day)
        absent = await checkins.absences(conn, start, start + timedelta(days=1))
    rows = [(one.home, one.name, label("checkin_state", one.state), _when(one)) for one in found]
    rows += [
        (home, "", label("checkin_state", checkins.AWAY), window_words(since, until))
        for home, since, until in absent
    ]
    head = ("home", "who", "state", "when")
    return Register(
        label("care_register", "wellbeing"),
        tuple(label("care_column", one) for one in head),
        tuple(rows),
    )


def _when(one: Checkin) -> str:
    """When somebody was heard of, or the number of the visit."""
    if one.answered_at is not None:
        return f"{local(one.answered_at):%H:%M}"
    return label("care_word", "visit").format(no=one.case_no) if one.case_no else ""
