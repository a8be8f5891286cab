"""Doses: due, reminded, then taken, put off at most twice, skipped or missed; each answered once.

The log is what was said and when. Nothing is concluded from silence but that nothing was said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.services import medication
from community.services.medication import Taker
from community.store import medications
from community.store.identities import Party
from community.store.medications import MISSED, OPEN, REMINDED, SKIPPED, SNOOZED, TAKEN, Dose, Plan
from community.times import Clock, local
from language.schedules import say_clock

GRACE = timedelta(minutes=30)
"Without an answer the reminder is repeated once, then the dose is missed"
MOST_SNOOZES = 2
SNOOZE_MIN, SHORTEST_MIN, LONGEST_MIN = 20, 5, 120
"Minutes that a dose is put off: unless said, at least, at most"
EARLY = timedelta(hours=2)
"A dose may be reported this much before it is due"
LATE = timedelta(hours=6)
"A missed dose may still be reported for this long"
TOO_LATE = timedelta(hours=2)
"After a time without us a dose this old is not reminded any more"
OLD_NEWS = timedelta(hours=24)
"After a longer time without us it is not even mentioned"

Again = Callable[[AsyncConnection, list[Dose], datetime], Awaitable[None]]
"Sets the timers after which doses that were put off are reminded again"
Told = Callable[[AsyncConnection, list[Dose]], Awaitable[None]]
"Tells the guardians that doses which they heard were missed are taken after all"


@dataclass(frozen=True)
class Answered:
    """What an answer did. `doses` are those it moved; `refused`: put off too often already."""

    doses: list[Dose]
    refused: list[Dose]
    again_at: datetime | None = None


def time_words(one: Dose) -> str:
    """早上8点: when the dose is due."""
    at = local(one.due_at)
    return say_clock(at.hour * 60 + at.minute)


async def waiting(ctx: Context, account: Party, who: Taker | None = None) -> list[Dose]:
    """The doses that words such as 吃了 may be about, those reminded last first, put-off ones last.

    Reminded and put-off ones; else those missed lately; else the next ones due within EARLY, which
    have no id yet. The speaker's own, else those of elders whose guardian they are; with `who`
    only that taker's.
    """
    async with ctx.db.read() as conn:
        for whose in await medication.within_reach(conn, account):
            found = await _waiting(conn, ctx.clock, whose)
            fitting = [one for one in found if who is None or who.owns(one.plan)]
            if fitting:
                return fitting
    return []


async def _waiting(conn: AsyncConnection, clock: Clock, whose: ColumnElement[bool]) -> list[Dose]:
    now = clock.now()
    found = await medications.doses(conn, whose, now - OLD_NEWS, now + EARLY, OPEN)
    found = found or await medications.doses(conn, whose, now - LATE, now + EARLY, [MISSED])
    found = found or await _early(conn, clock, whose)
    return sorted(
        found, key=lambda one: (one.state != SNOOZED, one.reminded_at or one.due_at), reverse=True
    )


async def _early(conn: AsyncConnection, clock: Clock, whose: ColumnElement[bool]) -> list[Dose]:
    """The next doses, as if they were due, that nothing has been said of yet."""
    until = clock.now() + EARLY
    opened = await medications.doses(conn, whose, clock.now(), until)
    settled = {(one.plan.no, one.due_at) for one in opened}
    found = []
    for plan in await medications.plans(conn, whose):
        due_at = medication.next_due(plan, clock.now())
        if due_at and due_at < until and (plan.no, due_at) not in settled:
            found.append(Dose("", due_at, "due", None, 0, 0, None, plan))
    return found


async def answer(
    ctx: Context,
    account: Party,
    found: list[Dose],
    *,
    turn_id: str,
    act: str,
    minutes: int = SNOOZE_MIN,
    again: Again,
    told: Told,
) -> Answered:
    """Take, skip or put off (`act` taken, skipped, later) doses that `waiting` returned.

    Once per turn; a dose that another answer was first for is left as it is. `minutes` are held
    within SHORTEST_MIN and LONGEST_MIN.
    """
    async with ctx.db.write() as conn:
        before = await medications.doses_of_turn(conn, turn_id)
        if before:
            return Answered(before, [])
        mine = await medication.numbers(conn, account)
        wanted = [one for one in found if one.plan.no in mine]
        if act == "later":
            return await _put_off(conn, ctx, account, wanted, turn_id, minutes, again)
        moved = [
            one for one in wanted
            if await _settle(conn, ctx.clock, account, one, turn_id, TAKEN if act == "taken" else SKIPPED)
        ]  # fmt: skip
        done = await medications.doses_of_turn(conn, turn_id)
        after_all = [one for one in moved if one.state == MISSED]
        if after_all and act == "taken":
            await told(conn, after_all)
        return Answered(done, [])


async def _settle(
    conn: AsyncConnection, clock: Clock, account: Party, one: Dose, turn_id: str, to: str
) -> bool:
    fields = {
        "answered_at": clock.now(), "answered_by": account.identity_id, "turn_id": turn_id,
    }  # fmt: skip
    if one.id:
        return await medications.move(conn, one.id, [*OPEN, MISSED], to, **fields)
    made = await medications.open_dose(conn, one.plan.id, one.due_at, to, **fields)
    return made is not None


async def _put_off(
    conn: AsyncConnection,
    ctx: Context,
    account: Party,
    found: list[Dose],
    turn_id: str,
    minutes: int,
    again: Again,
) -> Answered:
    refused = [one for one in found if one.snoozes >= MOST_SNOOZES]
    at = ctx.clock.now() + timedelta(minutes=max(SHORTEST_MIN, min(minutes, LONGEST_MIN)))
    for one in found:
        if one in refused:
            continue
        dose_id = one.id
        if not dose_id:
            made = await medications.open_dose(conn, one.plan.id, one.due_at, reminded_at=None)
            dose_id = made.id if made else ""
        await medications.move(
            conn, dose_id, [*OPEN, MISSED], SNOOZED, snoozes=one.snoozes + 1, repeats=0, reminded_at=at,
            answered_by=account.identity_id, turn_id=turn_id,
        )  # fmt: skip
    done = await medications.doses_of_turn(conn, turn_id)
    if done:
        await again(conn, done, at)
    return Answered(done, refused, at)


async def come_due(
    conn: AsyncConnection, clock: Clock, plan: Plan, due_at: datetime
) -> tuple[list[Dose], bool]:
    """Open the doses of one moment: this plan's and those the same person takes then.

    Returns those to be spoken of, none when they were opened or answered before, and whether it is
    too late to remind of them: then they are missed already.
    """
    late = clock.now() - due_at > TOO_LATE
    opened = []
    for one in await _beside(conn, plan, due_at):
        made = await medications.open_dose(
            conn, one.id, due_at, MISSED if late else REMINDED,
            reminded_at=None if late else clock.now(),
        )  # fmt: skip
        if made is not None:
            opened.append(made)
    if late and clock.now() - due_at > OLD_NEWS:
        return [], True
    return opened, late


async def _beside(conn: AsyncConnection, plan: Plan, due_at: datetime) -> list[Plan]:
    """The plans of the same taker that are due at the same moment."""
    found = await medications.plans(conn, _owner(plan))
    just_before = due_at - timedelta(seconds=1)
    return [
        one for one in found
        if one.kin == plan.kin and medication.next_due(one, just_before) == due_at
    ]  # fmt: skip


async def remind_again(conn: AsyncConnection, clock: Clock, dose_id: str) -> list[Dose]:
    """A dose that was put off and whose time is over, with those of its moment that are so too."""
    now = clock.now()
    moved = [
        one.id
        for one in await _of_moment(conn, dose_id, SNOOZED)
        if one.reminded_at is not None
        and one.reminded_at <= now
        and await medications.move(conn, one.id, [SNOOZED], REMINDED, reminded_at=now)
    ]
    return [await medications.get_dose(conn, one) for one in moved]


async def follow_up(
    conn: AsyncConnection, clock: Clock, dose_id: str
) -> tuple[list[Dose], list[Dose]]:
    """(to be reminded once more, missed now) of a dose's moment: those whose grace is over."""
    once_more, missed = [], []
    for one in await _of_moment(conn, dose_id, REMINDED):
        if one.reminded_at is None or one.reminded_at + GRACE > clock.now():
            continue
        if one.repeats == 0:
            await medications.move(
                conn, one.id, [REMINDED], REMINDED, repeats=1, reminded_at=clock.now()
            )
            once_more.append(one)
        elif await medications.move(conn, one.id, [REMINDED], MISSED):
            missed.append(one)
    return once_more, missed


async def _of_moment(conn: AsyncConnection, dose_id: str, state: str) -> list[Dose]:
    """The doses in a state that the same person was to take at the same moment."""
    one = await medications.get_dose(conn, dose_id)
    found = await medications.doses(
        conn, _owner(one.plan), one.due_at, one.due_at + timedelta(seconds=1), [state]
    )
    return [other for other in found if other.plan.kin == one.plan.kin]


def _owner(plan: Plan) -> ColumnElement[bool]:
    if plan.resident_id is not None:
        return medications.of_resident(plan.resident_id)
    return medications.of_identity(plan.identity_id or "")
