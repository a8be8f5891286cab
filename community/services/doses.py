"""Doses as people answer them: taken, put off at most twice, or left out; each answered once.

The log is what was said and when. Nothing is concluded from silence but that nothing was said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.services import dose_times, medication
from community.services.dose_times import OLD_NEWS
from community.services.medication import Taker
from community.store import medications
from community.store.identities import Party
from community.store.medications import OPEN, REMINDED, SKIPPED, SNOOZED, TAKEN, UNHEARD, Dose
from community.times import Clock, local
from language.schedules import say_clock

MOST_SNOOZES = 2
SNOOZE_MIN, SHORTEST_MIN, LONGEST_MIN = 20, 5, 120
"Minutes that a dose is put off: unless said, at least, at most"
EARLY = timedelta(hours=2)
"A dose may be reported this much before it is due"
LATE = timedelta(hours=6)
"A missed dose may still be reported for this long"

Again = Callable[[AsyncConnection, list[Dose], datetime], Awaitable[None]]
"Sets the timers after which doses that were put off are reminded again"
Told = Callable[[AsyncConnection, list[Dose]], Awaitable[None]]
"Tells the guardians that doses which they heard were missed are taken after all"


@dataclass(frozen=True)
class Answered:
    """What an answer did.

    `doses` are those it moved; `refused`: put off too often already; `early`: put off before they
    are due, so that they come at their time anyhow.
    """

    doses: list[Dose]
    refused: list[Dose]
    again_at: datetime | None = None
    early: tuple[Dose, ...] = ()


def time_words(one: Dose) -> str:
    """早上8点: when the dose is due."""
    at = local(one.due_at)
    return say_clock(at.hour * 60 + at.minute)


async def waiting(
    ctx: Context, account: Party, who: Taker | None = None, drugs: Collection[str] = ()
) -> list[Dose]:
    """The doses that words such as 吃了 may be about, those reminded last first, put-off ones last.

    Reminded and put-off ones; else those missed lately; else the next ones due within EARLY, which
    have no id yet. The speaker's own and those they are reminded of, else those of elders whose
    guardian they are; with `who` only that taker's, with `drugs` only of medicines called so.
    """
    async with ctx.db.read() as conn:
        _, *of_elders = await medication.within_reach(conn, account)
        for whose in (medications.in_care_of(account), *of_elders):
            for found in await _waiting(conn, ctx.clock, whose):
                fitting = [one for one in found if who is None or who.owns(one.plan)]
                fitting = [one for one in fitting if not drugs or _is_called(one, drugs)]
                if fitting:
                    return fitting
    return []


def _is_called(one: Dose, drugs: Collection[str]) -> bool:
    return any(medication.named([one.plan], drug) for drug in drugs)


async def _waiting(
    conn: AsyncConnection, clock: Clock, whose: ColumnElement[bool]
) -> list[list[Dose]]:
    """Open ones, those that nothing was heard of, and those to come: each the likelier the earlier."""
    now = clock.now()
    opened = await medications.doses(conn, whose, now - OLD_NEWS, now + EARLY, OPEN)
    unheard = await medications.doses(conn, whose, now - LATE, now + EARLY, UNHEARD)
    return [
        *(sorted(found, key=_likelihood, reverse=True) for found in (opened, unheard)),
        await _early(conn, clock, whose),
    ]


def _likelihood(one: Dose) -> tuple[bool, datetime, bool]:
    return one.state != SNOOZED, one.reminded_at or one.due_at, one.plan.kin is None


async def _early(conn: AsyncConnection, clock: Clock, whose: ColumnElement[bool]) -> list[Dose]:
    """The next doses as if they were due, soonest first."""
    until, found = clock.now() + EARLY, []
    for plan in await medications.plans(conn, whose):
        due_at = await dose_times.next_due(conn, plan, clock.now())
        if due_at and due_at < until:
            found.append(Dose("", due_at, "due", None, 0, 0, None, plan))
    return sorted(found, key=lambda one: (one.due_at, one.plan.kin is not None, one.plan.no))


async def of_refs(ctx: Context, account: Party, refs: Collection[str]) -> list[Dose]:
    """The doses that a button names (`Dose.ref`), as they stand now.

    Those of others and absent ones are left out, one without a row is as it would be due.
    """
    async with ctx.db.read() as conn:
        mine = await medication.numbers(conn, account)
        found = [await _of_ref(conn, ctx.clock, account, ref) for ref in refs]
    return [one for one in found if one is not None and one.plan.no in mine]


async def _of_ref(conn: AsyncConnection, clock: Clock, account: Party, ref: str) -> Dose | None:
    number, _, moment = ref.partition("@")
    if not moment:
        return await medications.find_dose(conn, ref)
    due_at = datetime.fromisoformat(moment)
    for whose in await medication.within_reach(conn, account):
        there = await medications.doses(conn, whose, due_at, due_at + timedelta(seconds=1))
        for one in [*there, *await _early(conn, clock, whose)]:
            if one.ref == ref or (str(one.plan.no) == number and one.due_at == due_at):
                return one
    return None


def still_counts(one: Dose, clock: Clock) -> bool:
    """Whether an answer to this dose is still taken."""
    if one.state in UNHEARD:
        return clock.now() - one.due_at <= LATE
    return one.state in OPEN or not one.id


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
        after_all = [one for one in moved if one.state in UNHEARD]
        if after_all and act == "taken":
            await told(conn, after_all)
        return Answered(done, [])


async def take_back(ctx: Context, account: Party, *, turn_id: str, again: Again) -> list[Dose]:
    """The doses that the account called taken last, waiting again; once per turn.

    None when that is longer ago than LATE: what stood so long in the log stays there.
    """
    now = ctx.clock.now()
    async with ctx.db.write() as conn:
        before = await medications.doses_of_turn(conn, turn_id)
        if before:
            return before
        last = await medications.last_taken(conn, account.identity_id, now - LATE)
        for one in last:
            await medications.move(
                conn, one.id, [TAKEN], REMINDED, answered_at=None, answered_by=None,
                turn_id=turn_id, reminded_at=now, repeats=0,
            )  # fmt: skip
        done = await medications.doses_of_turn(conn, turn_id)
        if done:
            await again(conn, done, now)
        return done


async def _settle(
    conn: AsyncConnection, clock: Clock, account: Party, one: Dose, turn_id: str, to: str
) -> bool:
    fields = {
        "answered_at": clock.now(), "answered_by": account.identity_id, "turn_id": turn_id,
    }  # fmt: skip
    if one.id:
        return await medications.move(conn, one.id, [*OPEN, *UNHEARD], to, **fields)
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
    at = ctx.clock.now() + timedelta(minutes=max(SHORTEST_MIN, min(minutes, LONGEST_MIN)))
    early = tuple(one for one in found if at <= one.due_at)
    refused = [one for one in found if one.snoozes >= MOST_SNOOZES]
    for one in found:
        if one in refused or one in early:
            continue
        dose_id = one.id
        if not dose_id:
            made = await medications.open_dose(conn, one.plan.id, one.due_at, reminded_at=None)
            dose_id = made.id if made else ""
        await medications.move(
            conn, dose_id, [*OPEN, *UNHEARD], SNOOZED, snoozes=one.snoozes + 1, repeats=0,
            reminded_at=at, answered_by=account.identity_id, turn_id=turn_id,
        )  # fmt: skip
    done = await medications.doses_of_turn(conn, turn_id)
    if done:
        await again(conn, done, at)
    return Answered(done, refused, at, early)
