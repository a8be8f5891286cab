"""Private notes: what staff write for staff. No function of this module knows a channel (law 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import note, queue_case, staff
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


async def erase(conn: AsyncConnection, conversation_id: str, *, leaving: str) -> None:
    """Put `leaving` in place of every note on the conversation's cases; nothing is read."""
    of_it = select(queue_case.c.id).where(queue_case.c.conversation_id == conversation_id)
    await conn.execute(update(note).where(note.c.case_id.in_(of_it)).values(text=leaving))


async def of_case(conn: AsyncConnection, case_id: str) -> list[Note]:
    rows = await conn.execute(
        select(note.c.case_id, staff.c.name, note.c.text, note.c.at)
        .join(staff, staff.c.id == note.c.staff_id)
        .where(note.c.case_id == case_id)
        .order_by(note.c.id)
    )
    return [Note(*row) for row in rows]
