"""What can be booked and its seats: a slot has a row once somebody took a seat, and is never sold over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict
from community.ids import new_id
from community.store.schema import bookable, seat_slot


@dataclass(frozen=True)
class Bookable:
    """A counter, a clinic or a visit that is booked by the slot."""

    id: str
    kind: str
    "window or health"
    name: str
    words: list[str]
    "What residents call it and what they want there"
    place: str
    at_home: bool
    "Whether somebody comes to the resident's home"
    bring: str
    "What to bring or to have ready; empty when it is nothing"
    minutes: int
    "Length of a slot"
    capacity: int
    "Seats of a slot"
    hours: list[Mapping[str, Any]]
    "Weekly opening hours: {days: [0 for Monday, …], from: `09:00`, to: `11:30`}"
    rank: int
    "Order in which it is offered"


async def every(conn: AsyncConnection, kind: str | None = None) -> list[Bookable]:
    """All of one kind, or all there are, in the order in which they are offered."""
    query = select(*[bookable.c[field] for field in Bookable.__dataclass_fields__])
    if kind is not None:
        query = query.where(bookable.c.kind == kind)
    rows = await conn.execute(query.order_by(bookable.c.rank, bookable.c.name))
    return [Bookable(*row) for row in rows]


async def left(
    conn: AsyncConnection, bookable_id: str, start: datetime, end: datetime
) -> dict[datetime, int]:
    """Free seats by the slot's beginning, of slots that begin in the time and were ever taken."""
    rows = await conn.execute(
        select(seat_slot.c.starts_at, seat_slot.c.capacity - seat_slot.c.taken).where(
            seat_slot.c.bookable_id == bookable_id,
            seat_slot.c.starts_at >= start,
            seat_slot.c.starts_at < end,
        )
    )
    return {row[0]: int(row[1]) for row in rows}


async def take(
    conn: AsyncConnection, what: Bookable, starts_at: datetime, ends_at: datetime
) -> str:
    """Take one seat of the slot; returns the slot's id. Raises Conflict when none is left."""
    slot_id = (
        await conn.execute(
            select(seat_slot.c.id).where(
                seat_slot.c.bookable_id == what.id, seat_slot.c.starts_at == starts_at
            )
        )
    ).scalar()
    if slot_id is None:
        slot_id = new_id("slot")
        await conn.execute(
            insert(seat_slot).values(
                id=slot_id, bookable_id=what.id, starts_at=starts_at, ends_at=ends_at,
                capacity=what.capacity, taken=0,
            )
        )  # fmt: skip
    changed = await conn.execute(
        update(seat_slot)
        .where(seat_slot.c.id == slot_id, seat_slot.c.taken < seat_slot.c.capacity)
        .values(taken=seat_slot.c.taken + 1)
    )
    if changed.rowcount != 1:
        raise Conflict("no seat is left")
    return str(slot_id)


async def give_back(conn: AsyncConnection, slot_id: str) -> None:
    """One seat of the slot is free again."""
    await conn.execute(
        update(seat_slot).where(seat_slot.c.id == slot_id).values(taken=seat_slot.c.taken - 1)
    )
