"""Release slips: what a home carries out of the gate, and whether it may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import counters
from community.store.schema import release_slip, room
from community.times import Clock


@dataclass(frozen=True)
class Slip:
    """`code`: six digits that are shown at the gate; good while the state is `approved`."""

    id: str
    no: int
    room_id: str
    items: str
    plate: str | None
    starts_at: datetime
    ends_at: datetime
    code: str
    state: str
    "pending, approved, refused or cancelled"
    home: str
    "Label of the home"


def _select() -> Any:
    own = [release_slip.c[name] for name in list(Slip.__dataclass_fields__)[:-1]]
    return select(*own, room.c.label).join(room, room.c.id == release_slip.c.room_id)


async def create(conn: AsyncConnection, clock: Clock, *, turn_id: str, **fields: Any) -> Slip:
    """Make a slip once per turn."""
    row = (await conn.execute(_select().where(release_slip.c.turn_id == turn_id))).first()
    if row is None:
        await conn.execute(
            insert(release_slip).values(
                id=new_id("slip"), no=await counters.next_number(conn), turn_id=turn_id,
                created_at=clock.now(), **fields,
            )
        )  # fmt: skip
        row = (await conn.execute(_select().where(release_slip.c.turn_id == turn_id))).one()
    return Slip(*row)


async def by_no(conn: AsyncConnection, no: int) -> Slip | None:
    row = (await conn.execute(_select().where(release_slip.c.no == no))).first()
    return Slip(*row) if row else None


async def move(conn: AsyncConnection, no: int, state: str, *, out_of: tuple[str, ...]) -> bool:
    """Change the state; False when it was in none of `out_of`."""
    changed = await conn.execute(
        update(release_slip)
        .where(release_slip.c.no == no, release_slip.c.state.in_(out_of))
        .values(state=state)
    )
    return bool(changed.rowcount)


async def of_room(conn: AsyncConnection, room_id: str, after: datetime) -> list[Slip]:
    """The home's slips that end after a moment and were not cancelled, soonest first."""
    rows = await conn.execute(
        _select()
        .where(
            release_slip.c.room_id == room_id,
            release_slip.c.ends_at > after,
            release_slip.c.state != "cancelled",
        )
        .order_by(release_slip.c.starts_at, release_slip.c.no)
    )
    return [Slip(*row) for row in rows]


async def between(conn: AsyncConnection, start: datetime, end: datetime) -> list[Slip]:
    """Every slip that touches the time, soonest first."""
    rows = await conn.execute(
        _select()
        .where(release_slip.c.starts_at < end, release_slip.c.ends_at > start)
        .order_by(release_slip.c.starts_at, release_slip.c.no)
    )
    return [Slip(*row) for row in rows]
