"""Doors of the community, and every opening of one: who, when, which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import counters
from community.store.schema import door, door_opening, room
from community.times import Clock


@dataclass(frozen=True)
class Door:
    """`building` and `unit` are None where it belongs to all; `kind`: unit, gate, garage, bicycle."""

    id: str
    name: str
    kind: str
    building: int | None
    unit: int | None
    words: list[str]
    is_online: bool


@dataclass(frozen=True)
class Opening:
    """`state`: asked, opened or failed."""

    no: int
    door_id: str
    room_id: str
    identity_id: str
    state: str
    turn_id: str
    at: datetime


def _doors() -> Any:
    return select(*[door.c[field] for field in Door.__dataclass_fields__])


def _openings() -> Any:
    return select(*[door_opening.c[field] for field in Opening.__dataclass_fields__])


async def of_home(conn: AsyncConnection, building: int, unit: int) -> list[Door]:
    """The doors that a home of this building and unit uses: its unit's first, then the common."""
    rows = await conn.execute(
        _doors()
        .where(
            or_(door.c.building.is_(None), door.c.building == building),
            or_(door.c.unit.is_(None), door.c.unit == unit),
        )
        .order_by(door.c.unit.is_(None), door.c.building.is_(None), door.c.name)
    )
    return [Door(*row) for row in rows]


async def get(conn: AsyncConnection, door_id: str) -> Door | None:
    row = (await conn.execute(_doors().where(door.c.id == door_id))).first()
    return None if row is None else Door(*row)


async def of_turn(conn: AsyncConnection, turn_id: str) -> Opening | None:
    row = (await conn.execute(_openings().where(door_opening.c.turn_id == turn_id))).first()
    return None if row is None else Opening(*row)


async def count(conn: AsyncConnection, identity_id: str, since: datetime) -> int:
    """How often an account asked for a door after `since`."""
    found = await conn.execute(
        select(func.count())
        .select_from(door_opening)
        .where(door_opening.c.identity_id == identity_id, door_opening.c.at > since)
    )
    return int(found.scalar_one())


async def begin(
    conn: AsyncConnection,
    clock: Clock,
    *,
    door_id: str,
    room_id: str,
    identity_id: str,
    turn_id: str,
) -> Opening:
    await conn.execute(
        insert(door_opening).values(
            id=new_id("opening"),
            no=await counters.next_number(conn, "door"),
            door_id=door_id,
            room_id=room_id,
            identity_id=identity_id,
            state="asked",
            turn_id=turn_id,
            at=clock.now(),
        )
    )
    row = (await conn.execute(_openings().where(door_opening.c.turn_id == turn_id))).one()
    return Opening(*row)


async def end(conn: AsyncConnection, no: int, state: str) -> None:
    await conn.execute(update(door_opening).where(door_opening.c.no == no).values(state=state))


async def between(
    conn: AsyncConnection, start: datetime, end_: datetime
) -> list[tuple[Opening, str, str]]:
    """(opening, door, home) of a stretch of time, in its order."""
    fields = [door_opening.c[field] for field in Opening.__dataclass_fields__]
    rows = await conn.execute(
        select(*fields, door.c.name, room.c.label)
        .join(door, door.c.id == door_opening.c.door_id)
        .join(room, room.c.id == door_opening.c.room_id)
        .where(door_opening.c.at >= start, door_opening.c.at < end_)
        .order_by(door_opening.c.no)
    )
    return [(Opening(*row[:-2]), row[-2], row[-1]) for row in rows]
