"""Medication: plans in their versions, and a row for each dose that came due.

A dose is reminded, then taken, snoozed, skipped or missed; untold when its reminder reached nobody in
time, closed when its plan ended first. Every move is conditional on the state it leaves, so of two
answers one counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound
from community.ids import new_id
from community.store import counters
from community.store.identities import Party
from community.store.once import insert_once
from community.store.schema import dose, identity, medication_plan, resident, room
from community.times import Clock
from language.schedules import Regimen

ACTIVE, STOPPED, REPLACED = "active", "stopped", "replaced"
REMINDED, TAKEN, SNOOZED, SKIPPED, MISSED = "reminded", "taken", "snoozed", "skipped", "missed"
UNTOLD, CLOSED = "untold", "closed"
OPEN = (REMINDED, SNOOZED)
"States in which an answer is awaited"
UNHEARD = (MISSED, UNTOLD)
"States in which nothing was heard; a late word still counts"
ANSWERED = (TAKEN, SKIPPED)


@dataclass(frozen=True)
class Plan:
    """What somebody takes. `no` stays through the versions; `version` counts them from 1.

    It is a resident's, or an account's whose person is not known or who gives it to `kin`.
    """

    id: str
    no: int
    version: int
    resident_id: str | None
    identity_id: str | None
    kin: str | None
    drug: str
    dose: str | None
    regimen: Regimen
    starts_on: date
    state: str


@dataclass(frozen=True)
class Dose:
    """One moment of a plan. Moments are UTC.

    `reminded_at`: of one that was put off when it will be reminded again.
    """

    id: str
    due_at: datetime
    state: str
    reminded_at: datetime | None
    repeats: int
    snoozes: int
    answered_at: datetime | None
    plan: Plan

    @property
    def ref(self) -> str:
        """What a button names it by; one without a row yet by its plan and moment."""
        return self.id or f"{self.plan.no}@{self.due_at.isoformat()}"


_PLAN = [medication_plan.c[field] for field in Plan.__dataclass_fields__]
_DOSE = [dose.c[field] for field in list(Dose.__dataclass_fields__)[:-1]]


def _plan(values: Sequence[Any]) -> Plan:
    named = dict(zip(Plan.__dataclass_fields__, values, strict=True))
    return Plan(**named | {"regimen": Regimen.of(named["regimen"])})


def _dose(row: Sequence[Any]) -> Dose:
    named = dict(zip(Dose.__dataclass_fields__, row[: len(_DOSE)], strict=False))
    return Dose(**named, plan=_plan(row[len(_DOSE) :]))


def of_account(account: Party) -> ColumnElement[bool]:
    """The plans that are the speaker's own."""
    by_account = of_identity(account.identity_id)
    if account.resident_id is None:
        return by_account
    return or_(by_account, medication_plan.c.resident_id == account.resident_id)


def in_care_of(account: Party) -> ColumnElement[bool]:
    """The speaker's own, and those they set up for somebody without an account: they are reminded."""
    has_account = select(identity.c.resident_id).where(identity.c.resident_id.is_not(None))
    return or_(
        of_account(account),
        and_(
            medication_plan.c.identity_id == account.identity_id,
            medication_plan.c.resident_id.not_in(has_account),
        ),
    )


def of_identity(identity_id: str) -> ColumnElement[bool]:
    """The plans of an account whose person is not known."""
    return and_(
        medication_plan.c.resident_id.is_(None), medication_plan.c.identity_id == identity_id
    )


def of_resident(resident_id: str) -> ColumnElement[bool]:
    return medication_plan.c.resident_id == resident_id


async def plans(
    conn: AsyncConnection, whose: ColumnElement[bool], states: Collection[str] = (ACTIVE,)
) -> list[Plan]:
    """Oldest first."""
    rows = await conn.execute(
        select(*_PLAN)
        .where(whose, medication_plan.c.state.in_(states))
        .order_by(medication_plan.c.no, medication_plan.c.version)
    )
    return [_plan(row) for row in rows]


async def get_plan(conn: AsyncConnection, plan_id: str) -> Plan:
    """Raises NotFound."""
    rows = await conn.execute(select(*_PLAN).where(medication_plan.c.id == plan_id))
    found = rows.first()
    if found is None:
        raise NotFound("no such plan")
    return _plan(found)


async def of_turn(conn: AsyncConnection, turn_id: str) -> Plan | None:
    """The plan that a turn made."""
    rows = await conn.execute(select(*_PLAN).where(medication_plan.c.turn_id == turn_id))
    found = rows.first()
    return _plan(found) if found else None


async def add_plan(
    conn: AsyncConnection, clock: Clock, *, turn_id: str | None, regimen: Regimen, **fields: Any
) -> Plan:
    """A new plan, or with `no` and `version` the next version of one."""
    plan_id = new_id("med")
    number = fields.pop("no", None) or await counters.next_number(conn)
    await conn.execute(
        insert(medication_plan).values(
            id=plan_id, no=number, version=fields.pop("version", 1), regimen=regimen.as_dict(),
            state=ACTIVE, turn_id=turn_id, created_at=clock.now(), **fields,
        )
    )  # fmt: skip
    return await get_plan(conn, plan_id)


async def end_plan(conn: AsyncConnection, plan_id: str, state: str) -> bool:
    """Whether it was this call that ended it."""
    done = await conn.execute(
        update(medication_plan)
        .where(medication_plan.c.id == plan_id, medication_plan.c.state == ACTIVE)
        .values(state=state)
    )
    return done.rowcount == 1


async def doses(
    conn: AsyncConnection,
    whose: ColumnElement[bool],
    since: datetime,
    until: datetime,
    states: Collection[str] | None = None,
) -> list[Dose]:
    """Those due in [since, until), in their order, of plans in any state."""
    wanted = [whose, dose.c.due_at >= since, dose.c.due_at < until]
    if states is not None:
        wanted.append(dose.c.state.in_(states))
    rows = await conn.execute(
        select(*_DOSE, *_PLAN)
        .join(medication_plan, medication_plan.c.id == dose.c.plan_id)
        .where(*wanted)
        .order_by(dose.c.due_at, medication_plan.c.no)
    )
    return [_dose(row) for row in rows]


async def doses_of_turn(conn: AsyncConnection, turn_id: str) -> list[Dose]:
    """Those that a turn answered."""
    rows = await conn.execute(
        select(*_DOSE, *_PLAN)
        .join(medication_plan, medication_plan.c.id == dose.c.plan_id)
        .where(dose.c.turn_id == turn_id)
        .order_by(dose.c.due_at, medication_plan.c.no)
    )
    return [_dose(row) for row in rows]


async def last_taken(conn: AsyncConnection, identity_id: str, since: datetime) -> list[Dose]:
    """The doses that an account called taken in its last answer of that kind, if it was since then."""
    last = (
        select(dose.c.turn_id)
        .where(
            dose.c.answered_by == identity_id, dose.c.state == TAKEN, dose.c.answered_at >= since
        )
        .order_by(dose.c.answered_at.desc())
        .limit(1)
    )
    turn_id = (await conn.execute(last)).scalar()
    return await doses_of_turn(conn, turn_id) if turn_id else []


async def get_dose(conn: AsyncConnection, dose_id: str) -> Dose:
    """Raises NotFound."""
    found = await find_dose(conn, dose_id)
    if found is None:
        raise NotFound("no such dose")
    return found


async def find_dose(conn: AsyncConnection, dose_id: str) -> Dose | None:
    rows = await conn.execute(
        select(*_DOSE, *_PLAN)
        .join(medication_plan, medication_plan.c.id == dose.c.plan_id)
        .where(dose.c.id == dose_id)
    )
    found = rows.first()
    return _dose(found) if found else None


async def open_dose(
    conn: AsyncConnection, plan_id: str, due_at: datetime, state: str = REMINDED, **fields: Any
) -> Dose | None:
    """The row of a moment, made once; None when it was made before."""
    dose_id = new_id("dose")
    made = await conn.execute(
        insert_once(conn, dose)
        .values(
            id=dose_id, plan_id=plan_id, due_at=due_at, state=state, repeats=0, snoozes=0, **fields
        )
        .on_conflict_do_nothing(index_elements=["plan_id", "due_at"])
    )
    return await get_dose(conn, dose_id) if made.rowcount == 1 else None


async def move(
    conn: AsyncConnection, dose_id: str, from_states: Collection[str], to: str, **fields: Any
) -> bool:
    """Whether it was this call that moved the dose; another may have been first."""
    done = await conn.execute(
        update(dose)
        .where(dose.c.id == dose_id, dose.c.state.in_(from_states))
        .values(state=to, **fields)
    )
    return done.rowcount == 1


async def open_of_plan(conn: AsyncConnection, plan_id: str) -> list[Dose]:
    """The doses of one version that wait for an answer."""
    rows = await conn.execute(
        select(*_DOSE, *_PLAN)
        .join(medication_plan, medication_plan.c.id == dose.c.plan_id)
        .where(dose.c.plan_id == plan_id, dose.c.state.in_(OPEN))
        .order_by(dose.c.due_at)
    )
    return [_dose(row) for row in rows]


async def close_open(conn: AsyncConnection, plan_id: str) -> None:
    """Nobody is asked any more about the doses of a plan that has ended."""
    await conn.execute(
        update(dose).where(dose.c.plan_id == plan_id, dose.c.state.in_(OPEN)).values(state=CLOSED)
    )


async def hand_on(conn: AsyncConnection, dose_id: str, plan_id: str) -> None:
    """An open dose goes on under the plan's next version."""
    await conn.execute(
        update(dose).where(dose.c.id == dose_id, dose.c.state.in_(OPEN)).values(plan_id=plan_id)
    )


async def tally(
    conn: AsyncConnection, since: datetime, until: datetime
) -> dict[tuple[str, str], dict[str, int]]:
    """How many doses due in [since, until) are in each state, by (home, name) of the taker."""
    home = func.coalesce(resident.c.room_id, identity.c.room_id)
    rows = await conn.execute(
        select(room.c.label, func.coalesce(resident.c.name, ""), dose.c.state, func.count())
        .select_from(dose)
        .join(medication_plan, medication_plan.c.id == dose.c.plan_id)
        .outerjoin(resident, resident.c.id == medication_plan.c.resident_id)
        .outerjoin(identity, identity.c.id == medication_plan.c.identity_id)
        .join(room, room.c.id == home)
        .where(dose.c.due_at >= since, dose.c.due_at < until)
        .group_by(room.c.label, resident.c.name, dose.c.state)
        .order_by(room.c.label, resident.c.name)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for home_label, name, state, count in rows:
        found.setdefault((home_label, name), {})[state] = count
    return found
