"""Doses by the clock: which comes next, which come due, are reminded again, and go by without a word.

A dose whose reminder reached nobody in time is `untold`: silence that nobody broke is nobody's.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.services import medication
from community.store import medications
from community.store.medications import (
    ANSWERED,
    MISSED,
    OPEN,
    REMINDED,
    SNOOZED,
    UNTOLD,
    Dose,
    Plan,
)
from community.times import SHANGHAI, Clock, local

GRACE = timedelta(minutes=30)
"Without an answer the reminder is repeated once, then the dose is missed"
TOO_LATE = timedelta(hours=2)
"After a time without us a dose this old is not reminded any more"
OLD_NEWS = timedelta(hours=24)
"After a longer time without us it is not even mentioned"
DAY = timedelta(days=1)


async def next_due(conn: AsyncConnection, plan: Plan, after: datetime) -> datetime | None:
    """The plan's next moment that nothing has been said of yet; None when its course is over."""
    due_at = medication.next_due(plan, after)
    while due_at is not None and await _is_settled(conn, plan, due_at):
        due_at = medication.next_due(plan, due_at)
    return due_at


async def _is_settled(conn: AsyncConnection, plan: Plan, due_at: datetime) -> bool:
    """Whether this dose was answered early, or in the day's order under an earlier version.

    One who took the only dose of the day in the morning, and then moved it to the evening, is not
    reminded of it twice.
    """
    day = datetime.combine(local(due_at).date(), time(), SHANGHAI)
    of_day = await medications.doses(conn, owner(plan), day, day + DAY, ANSWERED)
    answered = [one for one in of_day if one.plan.no == plan.no]
    if any(one.due_at == due_at for one in answered):
        return True
    before = [one for one in answered if one.plan.id != plan.id]
    minute = local(due_at).hour * 60 + local(due_at).minute
    return len([at for at in plan.regimen.times if at < minute]) < len(before)


async def to_come(ctx: Context, found: list[Plan]) -> list[tuple[datetime, Plan]]:
    """When each plan is due next, soonest first."""
    async with ctx.db.read() as conn:
        due = [(await next_due(conn, one, ctx.clock.now()), one) for one in found]
    return sorted(
        ((moment, one) for moment, one in due if moment is not None),
        key=lambda pair: (pair[0], pair[1].no),
    )


async def come_due(
    conn: AsyncConnection, clock: Clock, plan: Plan, due_at: datetime
) -> tuple[list[Dose], bool]:
    """Open the doses of one moment: this plan's and those the same person takes then.

    Returns those to be spoken of, none when they were opened or answered before, and whether it is
    too late to remind of them: then they are untold.
    """
    late = is_too_late(clock, due_at)
    opened = []
    for one in await _beside(conn, plan, due_at):
        made = await medications.open_dose(
            conn, one.id, due_at, UNTOLD if late else REMINDED,
            reminded_at=None if late else clock.now(),
        )  # fmt: skip
        if made is not None:
            opened.append(made)
    if late and clock.now() - due_at > OLD_NEWS:
        return [], True
    return opened, late


def is_too_late(clock: Clock, due_at: datetime) -> bool:
    """Whether to remind of a dose would do more harm than good."""
    return clock.now() - due_at > TOO_LATE


async def _beside(conn: AsyncConnection, plan: Plan, due_at: datetime) -> list[Plan]:
    """The plans of the same taker that are due at the same moment."""
    found = await medications.plans(conn, owner(plan))
    just_before = due_at - timedelta(seconds=1)
    return [
        one for one in found
        if one.kin == plan.kin and await next_due(conn, one, just_before) == due_at
    ]  # fmt: skip


async def remind_again(conn: AsyncConnection, clock: Clock, dose_id: str) -> list[Dose]:
    """A dose that was put off and whose time is over, with those of its moment that are so too."""
    now = clock.now()
    moved = [
        one.id
        for one in await of_moment(conn, dose_id, SNOOZED)
        if one.reminded_at is not None
        and one.reminded_at <= now
        and await medications.move(conn, one.id, [SNOOZED], REMINDED, reminded_at=now)
    ]
    return [await medications.get_dose(conn, one) for one in moved]


async def out_of_grace(conn: AsyncConnection, clock: Clock, dose_id: str) -> list[Dose]:
    """The doses of a dose's moment that were reminded and not answered while their grace lasted."""
    return [
        one
        for one in await of_moment(conn, dose_id, REMINDED)
        if one.reminded_at is not None and one.reminded_at + GRACE <= clock.now()
    ]


async def follow_up(
    conn: AsyncConnection, clock: Clock, found: list[Dose]
) -> tuple[list[Dose], list[Dose]]:
    """(to be reminded once more, missed now) of doses whose grace is over."""
    once_more, missed = [], []
    for one in found:
        if one.repeats == 0:
            await medications.move(
                conn, one.id, [REMINDED], REMINDED, repeats=1, reminded_at=clock.now()
            )
            once_more.append(one)
        elif await medications.move(conn, one.id, [REMINDED], MISSED):
            missed.append(one)
    return once_more, missed


async def give_up(conn: AsyncConnection, found: list[Dose]) -> list[Dose]:
    """Those of them that nobody could be told of are untold now."""
    return [one for one in found if await medications.move(conn, one.id, OPEN, UNTOLD)]


async def of_moment(conn: AsyncConnection, dose_id: str, state: str) -> list[Dose]:
    """The doses in a state that the same person was to take at the same moment."""
    one = await medications.get_dose(conn, dose_id)
    found = await medications.doses(
        conn, owner(one.plan), one.due_at, one.due_at + timedelta(seconds=1), [state]
    )
    return [other for other in found if other.plan.kin == one.plan.kin]


def owner(plan: Plan) -> ColumnElement[bool]:
    """All plans of the plan's taker, or of the account that gives it to somebody."""
    if plan.resident_id is not None:
        return medications.of_resident(plan.resident_id)
    return medications.of_identity(plan.identity_id or "")
