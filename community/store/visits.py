"""Visits: guests and deliveries that a household lets in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import counters
from community.store.schema import visit
from community.times import Clock


@dataclass(frozen=True)
class Visit:
    """`code`: six digits that the guest shows at the gate."""

    id: str
    no: int
    room_id: str
    visitor: str
    phone: str | None
    plate: str | None
    starts_at: datetime
    ends_at: datetime
    code: str
    state: str


def _select() -> Any:
    return select(*[visit.c[field] for field in Visit.__dataclass_fields__])


async def create(conn: AsyncConnection, clock: Clock, *, turn_id: str, **fields: Any) -> Visit:
    """Open a visit once per turn."""
    row = (await conn.execute(_select().where(visit.c.turn_id == turn_id))).first()
    if row is None:
        await conn.execute(
            insert(visit).values(
                id=new_id("visit"),
                no=await counters.next_number(conn),
                state="approved",
                turn_id=turn_id,
                created_at=clock.now(),
                **fields,
            )
        )
        row = (await conn.execute(_select().where(visit.c.turn_id == turn_id))).one()
    return Visit(*row)


async def of_room(conn: AsyncConnection, room_id: str, states: Sequence[str]) -> list[Visit]:
    """The household's visits in these states, soonest first."""
    rows = await conn.execute(
        _select()
        .where(visit.c.room_id == room_id, visit.c.state.in_(states))
        .order_by(visit.c.starts_at)
    )
    return [Visit(*row) for row in rows]
