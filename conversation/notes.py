"""Private notes: what staff write for staff. No function of this module knows a channel (law 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import note, staff
from community.times import Clock
from conversation import events


@dataclass(frozen=True)
class Note:
    """A private note of one case."""

    case_id: str
    staff_name: str
    text: str
    at: datetime


async def add(
    conn: AsyncConnection, clock: Clock, case_id: str, staff_id: str, text: str, *, key: str
) -> None:
    """Add a note once; the same key again adds nothing."""
    known = await conn.execute(select(note.c.id).where(note.c.client_key == key))
    if known.scalar() is not None:
        return
    await conn.execute(
        insert(note).values(
            case_id=case_id, staff_id=staff_id, text=text, client_key=key, at=clock.now()
        )
    )
    await events.publish(conn, clock, "case", case_id=case_id)


async def of_case(conn: AsyncConnection, case_id: str) -> list[Note]:
    rows = await conn.execute(
        select(note.c.case_id, staff.c.name, note.c.text, note.c.at)
        .join(staff, staff.c.id == note.c.staff_id)
        .where(note.c.case_id == case_id)
        .order_by(note.c.id)
    )
    return [Note(*row) for row in rows]
