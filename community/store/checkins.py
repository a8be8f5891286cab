"""Check-ins: who wants to be asked each day, what came of each day, and who is away from home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.once import insert_once
from community.store.schema import absence, checkin, checkin_plan, resident, room
from community.times import Clock

ASKED, WELL, UNWELL, AWAY, NO_ANSWER = "asked", "well", "unwell", "away", "no_answer"


@dataclass(frozen=True)
class Asking:
    """Somebody who asked to be asked; `minute` of the day."""

    resident_id: str
    name: str
    room_id: str
    minute: int


@dataclass(frozen=True)
class Checkin:
    """One day of one person. `step`: how far the ladder was climbed; `case_no`: the visit."""

    id: str
    resident_id: str
    day: date
    state: str
    step: int
    answered_at: datetime | None
    case_no: int | None
    name: str
    room_id: str
    home: str


@dataclass(frozen=True)
class Reported:
    """Whom a report is of, and the account that made it; without `resident_id` of the account."""

    resident_id: str | None
    identity_id: str
    room_id: str | None


@dataclass(frozen=True)
class Absence:
    """Nobody is to be worried meanwhile. Moments are UTC."""

    id: str
    starts_at: datetime
    ends_at: datetime


async def ask_daily(conn: AsyncConnection, clock: Clock, resident_id: str, minute: int) -> None:
    """Record the consent to be asked every day at this minute of it."""
    values = {"minute": minute, "consented_at": clock.now(), "ended_at": None}
    await conn.execute(
        insert_once(conn, checkin_plan)
        .values(resident_id=resident_id, **values)
        .on_conflict_do_update(index_elements=["resident_id"], set_=values)
    )


async def ask_no_more(conn: AsyncConnection, clock: Clock, resident_id: str) -> bool:
    """Whether there was something to end."""
    done = await conn.execute(
        update(checkin_plan)
        .where(checkin_plan.c.resident_id == resident_id, checkin_plan.c.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    return done.rowcount == 1


async def asking(conn: AsyncConnection, resident_id: str) -> Asking | None:
    """None for somebody who did not ask for it, or no longer does."""
    rows = await conn.execute(
        select(
            checkin_plan.c.resident_id, resident.c.name, resident.c.room_id, checkin_plan.c.minute
        )
        .join(resident, resident.c.id == checkin_plan.c.resident_id)
        .where(checkin_plan.c.resident_id == resident_id, checkin_plan.c.ended_at.is_(None))
    )
    found = rows.first()
    return Asking(*found) if found else None


async def note(
    conn: AsyncConnection, clock: Clock, resident_id: str, day: date, state: str
) -> None:
    """How somebody is today, asked or not; the last word of the day counts."""
    answered_at = clock.now() if state in {WELL, UNWELL} else None
    await conn.execute(
        insert_once(conn, checkin)
        .values(
            id=new_id("chk"), resident_id=resident_id, day=day, state=state, step=0,
            answered_at=answered_at,
        )
        .on_conflict_do_update(
            index_elements=["resident_id", "day"],
            set_={"state": state, "answered_at": answered_at},
        )
    )  # fmt: skip


async def open_day(conn: AsyncConnection, resident_id: str, day: date, state: str = ASKED) -> bool:
    """Begin to ask; False when the day has its row already, by word or by an earlier firing."""
    made = await conn.execute(
        insert_once(conn, checkin)
        .values(id=new_id("chk"), resident_id=resident_id, day=day, state=state, step=0)
        .on_conflict_do_nothing(index_elements=["resident_id", "day"])
    )
    return made.rowcount == 1


def _select() -> Any:
    own = list(Checkin.__dataclass_fields__)[:7]
    return (
        select(*[checkin.c[field] for field in own], resident.c.name, room.c.id, room.c.label)
        .join(resident, resident.c.id == checkin.c.resident_id)
        .join(room, room.c.id == resident.c.room_id)
    )


async def of_day(conn: AsyncConnection, day: date, resident_id: str | None = None) -> list[Checkin]:
    """Everybody's, or one person's, in the order of the homes."""
    wanted = _select().where(checkin.c.day == day)
    if resident_id is not None:
        wanted = wanted.where(checkin.c.resident_id == resident_id)
    return [Checkin(*row) for row in await conn.execute(wanted.order_by(room.c.label))]


async def climb(
    conn: AsyncConnection, checkin_id: str, step: int, *, state: str = ASKED, **fields: Any
) -> bool:
    """One step up the ladder, once, and only while nobody has answered."""
    done = await conn.execute(
        update(checkin)
        .where(checkin.c.id == checkin_id, checkin.c.state == ASKED, checkin.c.step == step - 1)
        .values(step=step, state=state, **fields)
    )
    return done.rowcount == 1


async def leave(
    conn: AsyncConnection, who: Reported, *, turn_id: str, starts_at: datetime, ends_at: datetime
) -> None:
    """Write an absence down, once per turn. It is from a home."""
    assert who.room_id is not None  # noqa: S101 - the service has refused those without one
    await conn.execute(
        insert_once(conn, absence)
        .values(
            id=new_id("abs"), resident_id=who.resident_id, identity_id=who.identity_id,
            room_id=who.room_id, starts_at=starts_at, ends_at=ends_at, turn_id=turn_id,
        )
        .on_conflict_do_nothing(index_elements=["turn_id"])
    )  # fmt: skip


async def come_back(conn: AsyncConnection, clock: Clock, who: Reported) -> int:
    """End what runs; returns how many ended. What is still to come stays."""
    done = await conn.execute(
        update(absence)
        .where(
            _whose(who.resident_id, who.identity_id),
            absence.c.starts_at <= clock.now(),
            absence.c.ends_at > clock.now(),
        )
        .values(ends_at=clock.now())
    )
    return done.rowcount


def _whose(resident_id: str | None, identity_id: str | None) -> Any:
    by_account = and_(absence.c.resident_id.is_(None), absence.c.identity_id == identity_id)
    return (
        by_account if resident_id is None else or_(absence.c.resident_id == resident_id, by_account)
    )


async def away(conn: AsyncConnection, resident_id: str, moment: datetime) -> Absence | None:
    """The absence that a person is on at this moment."""
    rows = await conn.execute(
        select(absence.c.id, absence.c.starts_at, absence.c.ends_at)
        .where(
            absence.c.resident_id == resident_id,
            absence.c.starts_at <= moment,
            absence.c.ends_at > moment,
        )
        .order_by(absence.c.ends_at.desc())
    )
    found = rows.first()
    return Absence(*found) if found else None


async def is_empty(conn: AsyncConnection, room_id: str, moment: datetime) -> bool:
    """Whether somebody of the home said that they are away; sensors need not worry."""
    rows = await conn.execute(
        select(absence.c.id).where(
            absence.c.room_id == room_id, absence.c.starts_at <= moment, absence.c.ends_at > moment
        )
    )
    return rows.first() is not None


async def absences(
    conn: AsyncConnection, since: datetime, until: datetime
) -> list[tuple[str, datetime, datetime]]:
    """(home, from, to) of those that touch [since, until)."""
    rows = await conn.execute(
        select(room.c.label, absence.c.starts_at, absence.c.ends_at)
        .join(room, room.c.id == absence.c.room_id)
        .where(absence.c.starts_at < until, absence.c.ends_at > since)
        .order_by(room.c.label, absence.c.starts_at)
    )
    return [(row[0], row[1], row[2]) for row in rows]
