"""Who saw and did what: an audit entry for each look at a person's facts, and for each act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Also
from community.store.database import Database
from community.store.schema import audit as audit_table
from community.times import Clock
from conversation import audit, events
from desk.staff import Staff

SAME_VISIT_S = 10 * 60
"A page that refreshes itself is one look, not hundreds"


def sealed(
    clock: Clock, person: Staff, act: str, obj: str, detail: dict[str, Any] | None = None
) -> Also:
    """The audit entry of what `person` does, for the transaction that does it; pages hear of it."""

    async def record(conn: AsyncConnection) -> None:
        await audit.record(conn, clock, actor=person.id, act=act, obj=obj, detail=detail)
        await events.publish(conn, clock, "ticket")

    return record


async def note_look(
    db: Database,
    clock: Clock,
    person: Staff,
    act: str,
    obj: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record that `person` looked at `obj`, once per visit."""
    async with db.read() as conn:
        if await _looked_lately(conn, clock, person, act, obj):
            return
    async with db.write() as conn:
        await audit.record(conn, clock, actor=person.id, act=act, obj=obj, detail=detail)


async def _looked_lately(
    conn: AsyncConnection, clock: Clock, person: Staff, act: str, obj: str
) -> bool:
    since = clock.now() - timedelta(seconds=SAME_VISIT_S)
    found = await conn.execute(
        select(audit_table.c.id)
        .where(
            audit_table.c.object == obj,
            audit_table.c.act == act,
            audit_table.c.actor == person.id,
            audit_table.c.at > since,
        )
        .limit(1)
    )
    return found.scalar() is not None
