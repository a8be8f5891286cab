"""Spaces that residents borrow by the hour: no hour of one unit is ever given twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict
from community.ids import new_id
from community.store import counters
from community.store.schema import room, space, space_booking, space_hour
from community.times import Clock

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Space:
    """A room, or `units` courts or tables of one kind. `opens`, `closes`: hours of the day."""

    id: str
    name: str
    words: list[str]
    "What residents call it and what they do there"
    units: int
    capacity: int
    "People in one unit"
    opens: int
    closes: int
    price_fen: int
    "Of one hour"
    place: str


@dataclass(frozen=True)
class Booking:
    """Whole hours of one unit of a space."""

    id: str
    no: int
    room_id: str
    unit: int
    starts_at: datetime
    ends_at: datetime
    price_fen: int
    state: str
    name: str
    "Of the space"
    home: str
    "Label of the home"


async def every(conn: AsyncConnection) -> list[Space]:
    """All spaces, those of most people first."""
    columns = [space.c[field] for field in Space.__dataclass_fields__]
    rows = await conn.execute(select(*columns).order_by(space.c.capacity.desc(), space.c.name))
    return [Space(*row) for row in rows]


async def taken(
    conn: AsyncConnection, space_id: str, start: datetime, end: datetime
) -> dict[datetime, set[int]]:
    """The units that are given away, by the hour's beginning."""
    rows = await conn.execute(
        select(space_hour.c.starts_at, space_hour.c.unit).where(
            space_hour.c.space_id == space_id,
            space_hour.c.starts_at >= start,
            space_hour.c.starts_at < end,
        )
    )
    found: dict[datetime, set[int]] = defaultdict(set)
    for starts_at, unit in rows:
        found[starts_at].add(unit)
    return found


def _select() -> Any:
    own = [space_booking.c[name] for name in list(Booking.__dataclass_fields__)[:-2]]
    return (
        select(*own, space.c.name, room.c.label)
        .join(space, space.c.id == space_booking.c.space_id)
        .join(room, room.c.id == space_booking.c.room_id)
    )


async def of_turn(conn: AsyncConnection, turn_id: str) -> Booking | None:
    row = (await conn.execute(_select().where(space_booking.c.turn_id == turn_id))).first()
    return Booking(*row) if row else None


async def by_no(conn: AsyncConnection, no: int) -> Booking | None:
    row = (await conn.execute(_select().where(space_booking.c.no == no))).first()
    return Booking(*row) if row else None


async def book(
    conn: AsyncConnection,
    clock: Clock,
    where: Space,
    *,
    starts_at: datetime,
    ends_at: datetime,
    turn_id: str,
    **fields: Any,
) -> Booking:
    """Take the first unit that is free in all the hours. Raises Conflict when none is."""
    given = await taken(conn, where.id, starts_at, ends_at)
    busy = set().union(*given.values()) if given else set()
    unit = next((one for one in range(1, where.units + 1) if one not in busy), None)
    if unit is None:
        raise Conflict("the hours are taken")
    booking_id = new_id("booking")
    await conn.execute(
        insert(space_booking).values(
            id=booking_id, no=await counters.next_number(conn), space_id=where.id, unit=unit,
            starts_at=starts_at, ends_at=ends_at, state="booked", turn_id=turn_id,
            created_at=clock.now(), **fields,
        )
    )  # fmt: skip
    hours = int((ends_at - starts_at) / HOUR)
    await conn.execute(
        insert(space_hour),
        [
            {"space_id": where.id, "unit": unit, "starts_at": starts_at + i * HOUR,
             "booking_id": booking_id}
            for i in range(hours)
        ],
    )  # fmt: skip
    return Booking(*(await conn.execute(_select().where(space_booking.c.id == booking_id))).one())


async def cancel(conn: AsyncConnection, booking_id: str) -> None:
    """Give the hours back; again it changes nothing."""
    await conn.execute(
        update(space_booking).where(space_booking.c.id == booking_id).values(state="cancelled")
    )
    await conn.execute(delete(space_hour).where(space_hour.c.booking_id == booking_id))


async def of_room(conn: AsyncConnection, room_id: str) -> list[Booking]:
    """The home's bookings that stand, soonest first."""
    rows = await conn.execute(
        _select()
        .where(space_booking.c.room_id == room_id, space_booking.c.state == "booked")
        .order_by(space_booking.c.starts_at)
    )
    return [Booking(*row) for row in rows]


async def between(conn: AsyncConnection, start: datetime, end: datetime) -> list[Booking]:
    """Every booking that stands and begins within the time, in its order."""
    rows = await conn.execute(
        _select()
        .where(
            space_booking.c.state == "booked",
            space_booking.c.starts_at >= start,
            space_booking.c.starts_at < end,
        )
        .order_by(space_booking.c.starts_at, space.c.name, space_booking.c.unit)
    )
    return [Booking(*row) for row in rows]
