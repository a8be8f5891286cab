"""Matters handed in at a counter, and every step on their way to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.schema import gov_case, gov_case_step


@dataclass(frozen=True)
class GovCase:
    """`state`: received, accepted, reviewing, returned, done or delivered."""

    id: str
    no: str
    room_id: str
    resident_id: str | None
    matter: str
    words: list[str]
    "What residents call the matter"
    person: str
    office: str
    state: str
    promised_on: date
    "The day by which an answer was promised"
    updated_at: datetime


@dataclass(frozen=True)
class Step:
    """One step: what happened, in the office's words."""

    state: str
    note: str
    at: datetime


async def create(conn: AsyncConnection, *, steps: list[Step], **fields: Any) -> GovCase:
    """Write a matter with its steps, the last of which is its state."""
    case_id, last = new_id("case"), steps[-1]
    await conn.execute(
        insert(gov_case).values(id=case_id, state=last.state, updated_at=last.at, **fields)
    )
    await conn.execute(
        insert(gov_case_step),
        [
            {"case_id": case_id, "seq": seq, "state": one.state, "note": one.note, "at": one.at}
            for seq, one in enumerate(steps, 1)
        ],
    )
    row = (await conn.execute(_select().where(gov_case.c.id == case_id))).one()
    return GovCase(*row)


def _select() -> Any:
    return select(*[gov_case.c[field] for field in GovCase.__dataclass_fields__])


async def of_room(conn: AsyncConnection, room_id: str) -> list[GovCase]:
    """The home's matters, the one that moved last first."""
    rows = await conn.execute(
        _select()
        .where(gov_case.c.room_id == room_id)
        .order_by(gov_case.c.updated_at.desc(), gov_case.c.no)
    )
    return [GovCase(*row) for row in rows]


async def moved_between(conn: AsyncConnection, start: datetime, end: datetime) -> list[GovCase]:
    """The matters that moved last within the time, in its order."""
    rows = await conn.execute(
        _select()
        .where(gov_case.c.updated_at >= start, gov_case.c.updated_at < end)
        .order_by(gov_case.c.updated_at, gov_case.c.no)
    )
    return [GovCase(*row) for row in rows]


async def steps(conn: AsyncConnection, case_id: str) -> list[Step]:
    """Every step, oldest first."""
    rows = await conn.execute(
        select(gov_case_step.c.state, gov_case_step.c.note, gov_case_step.c.at)
        .where(gov_case_step.c.case_id == case_id)
        .order_by(gov_case_step.c.seq)
    )
    return [Step(*row) for row in rows]
