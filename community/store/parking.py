"""Cars of the homes, spaces to rent, and what homes ask of the parking desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import counters
from community.store.schema import car, parking_request, parking_space, room
from community.times import Clock


@dataclass(frozen=True)
class Car:
    """A car that the gate knows. Without `valid_until` it pays by the hour."""

    plate: str
    monthly_fen: int | None
    valid_until: date | None
    "Last day of the monthly card"
    entered_at: datetime | None
    "Since when it stands inside; None while it is out"


@dataclass(frozen=True)
class ParkingSpace:
    code: str
    zone: str
    monthly_fen: int
    rented_until: date | None


@dataclass(frozen=True)
class Request:
    """`kind`: rent, add, plate, remove or return. `state`: reserved, waiting, pending, done, refused or cancelled."""

    id: str
    no: int
    kind: str
    room_id: str
    plate: str | None
    old_plate: str | None
    space_code: str | None
    held_until: datetime | None
    state: str
    created_at: datetime
    home: str
    "Label of the home"


OPEN = ("reserved", "waiting", "pending")
FREE = parking_space.c.room_id.is_(None) & parking_space.c.held_by.is_(None)


async def cars_of(conn: AsyncConnection, room_id: str) -> list[Car]:
    """The home's cars, by plate."""
    columns = [car.c[field] for field in Car.__dataclass_fields__]
    rows = await conn.execute(
        select(*columns).where(car.c.room_id == room_id).order_by(car.c.plate)
    )
    return [Car(*row) for row in rows]


async def spaces_of(conn: AsyncConnection, room_id: str) -> list[ParkingSpace]:
    """The spaces that the home rents."""
    return await _spaces(conn, parking_space.c.room_id == room_id)


async def homes_of(conn: AsyncConnection, plates: Collection[str]) -> dict[str, str]:
    """By plate that is entered: the id of the home that has it."""
    rows = await conn.execute(select(car.c.plate, car.c.room_id).where(car.c.plate.in_(plates)))
    return {row.plate: row.room_id for row in rows}


async def free_spaces(conn: AsyncConnection) -> list[ParkingSpace]:
    """What nobody rents and nothing is held for, the cheapest first."""
    return await _spaces(conn, FREE)


async def _spaces(conn: AsyncConnection, which: Any) -> list[ParkingSpace]:
    columns = [parking_space.c[field] for field in ParkingSpace.__dataclass_fields__]
    order = (parking_space.c.monthly_fen, parking_space.c.code)
    return [
        ParkingSpace(*r) for r in await conn.execute(select(*columns).where(which).order_by(*order))
    ]


async def hold(conn: AsyncConnection, request_id: str) -> str | None:
    """Hold the first free space for a request; its code, or None when there is none."""
    first = (
        select(parking_space.c.id)
        .where(FREE)
        .order_by(parking_space.c.monthly_fen, parking_space.c.code)
        .limit(1)
        .scalar_subquery()
    )
    held = await conn.execute(
        update(parking_space)
        .where(parking_space.c.id == first, FREE)
        .values(held_by=request_id)
        .returning(parking_space.c.code)
    )
    code = held.scalar()
    return str(code) if code else None


async def let_go(conn: AsyncConnection, request_id: str) -> None:
    """What was held for a request is free again."""
    await conn.execute(
        update(parking_space).where(parking_space.c.held_by == request_id).values(held_by=None)
    )


async def let(conn: AsyncConnection, code: str, room_id: str, until: date) -> None:
    """Enter who rents a space, and until when."""
    await conn.execute(
        update(parking_space)
        .where(parking_space.c.code == code)
        .values(room_id=room_id, rented_until=until, held_by=None)
    )


async def end_let(conn: AsyncConnection, code: str, room_id: str) -> bool:
    """Nobody rents the space any more; False when it was not this home that did."""
    changed = await conn.execute(
        update(parking_space)
        .where(parking_space.c.code == code, parking_space.c.room_id == room_id)
        .values(room_id=None, rented_until=None)
    )
    return bool(changed.rowcount)


async def put_car(conn: AsyncConnection, room_id: str, old: str | None, plate: str) -> bool:
    """Enter a home's car, or its new plate in place of the old one.

    False when the home has the old one no more. Raises IntegrityError for a plate that is entered
    already.
    """
    if old is None:
        await conn.execute(insert(car).values(id=new_id("car"), room_id=room_id, plate=plate))
        return True
    changed = await conn.execute(
        update(car).where(car.c.room_id == room_id, car.c.plate == old).values(plate=plate)
    )
    return bool(changed.rowcount)


async def drop_car(conn: AsyncConnection, room_id: str, plate: str) -> None:
    """Strike a home's car."""
    await conn.execute(delete(car).where(car.c.room_id == room_id, car.c.plate == plate))


def _select() -> Any:
    own = [parking_request.c[name] for name in list(Request.__dataclass_fields__)[:-1]]
    return select(*own, room.c.label).join(room, room.c.id == parking_request.c.room_id)


async def of_turn(conn: AsyncConnection, turn_id: str) -> Request | None:
    row = (await conn.execute(_select().where(parking_request.c.turn_id == turn_id))).first()
    return Request(*row) if row else None


async def create(conn: AsyncConnection, clock: Clock, **fields: Any) -> str:
    """Write a request; returns its id."""
    request_id = new_id("park")
    await conn.execute(
        insert(parking_request).values(
            id=request_id, no=await counters.next_number(conn), created_at=clock.now(), **fields
        )
    )
    return request_id


async def change(conn: AsyncConnection, request_id: str, **values: Any) -> None:
    await conn.execute(
        update(parking_request).where(parking_request.c.id == request_id).values(**values)
    )


async def by_no(conn: AsyncConnection, no: int) -> Request | None:
    row = (await conn.execute(_select().where(parking_request.c.no == no))).first()
    return Request(*row) if row else None


async def get(conn: AsyncConnection, request_id: str) -> Request:
    row = (await conn.execute(_select().where(parking_request.c.id == request_id))).one()
    return Request(*row)


async def open_of_room(conn: AsyncConnection, room_id: str) -> list[Request]:
    """The home's requests that are not over, oldest first."""
    rows = await conn.execute(
        _select()
        .where(parking_request.c.room_id == room_id, parking_request.c.state.in_(OPEN))
        .order_by(parking_request.c.no)
    )
    return [Request(*row) for row in rows]


async def every_open(conn: AsyncConnection) -> list[Request]:
    """All requests that are not over, oldest first."""
    rows = await conn.execute(
        _select().where(parking_request.c.state.in_(OPEN)).order_by(parking_request.c.no)
    )
    return [Request(*row) for row in rows]


async def first_waiting(conn: AsyncConnection) -> Request | None:
    """Who is next in line for a space."""
    rows = _select().where(parking_request.c.state == "waiting").order_by(parking_request.c.no)
    row = (await conn.execute(rows.limit(1))).first()
    return Request(*row) if row else None


async def overdue(conn: AsyncConnection, now: datetime) -> list[Request]:
    """Requests whose space was not fetched in time."""
    rows = await conn.execute(
        _select().where(parking_request.c.state == "reserved", parking_request.c.held_until <= now)
    )
    return [Request(*row) for row in rows]


async def place_in_line(conn: AsyncConnection, no: int) -> int:
    """1 for who is next."""
    query = select(func.count()).where(
        parking_request.c.state == "waiting", parking_request.c.no <= no
    )
    return int((await conn.execute(query)).scalar_one())
