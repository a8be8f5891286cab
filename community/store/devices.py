"""Things of the virtual homes, and what was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import device_act, virtual_device
from community.times import Clock


@dataclass(frozen=True)
class VirtualDevice:
    """`fault`: offline, stuck or silent; None for one that works."""

    entity_id: str
    kind: str
    name: str
    area: str
    words: list[str]
    limits: dict[str, list[Any]]
    state: dict[str, Any]
    fault: str | None
    seen_at: datetime


@dataclass(frozen=True)
class Act:
    """`steps`: {entity, wanted, before} of each thing; `results`: what each came to, once known."""

    id: int
    room_id: str
    identity_id: str
    steps: list[dict[str, Any]]
    results: list[dict[str, Any]] | None
    undone: bool
    turn_id: str
    at: datetime


def _devices(room_id: str) -> Any:
    fields = [virtual_device.c[field] for field in VirtualDevice.__dataclass_fields__]
    return select(*fields).where(virtual_device.c.room_id == room_id)


async def of_room(conn: AsyncConnection, room_id: str) -> list[VirtualDevice]:
    """The home's things in the order in which they were put there."""
    rows = await conn.execute(_devices(room_id).order_by(virtual_device.c.position))
    return [VirtualDevice(*row) for row in rows]


async def get(conn: AsyncConnection, room_id: str, entity_id: str) -> VirtualDevice | None:
    row = (
        await conn.execute(_devices(room_id).where(virtual_device.c.entity_id == entity_id))
    ).first()
    return None if row is None else VirtualDevice(*row)


async def put(conn: AsyncConnection, room_id: str, entity_id: str, **values: Any) -> None:
    await conn.execute(
        update(virtual_device)
        .where(virtual_device.c.room_id == room_id, virtual_device.c.entity_id == entity_id)
        .values(**values)
    )


def _acts() -> Any:
    return select(*[device_act.c[field] for field in Act.__dataclass_fields__])


async def begin(
    conn: AsyncConnection,
    clock: Clock,
    *,
    turn_id: str,
    room_id: str,
    identity_id: str,
    steps: list[dict[str, Any]],
    undone: bool = False,
) -> Act:
    """Note what is about to be done, once per turn: a turn that comes again finds its own.

    `undone`: it is an undoing itself, which is not undone.
    """
    row = (await conn.execute(_acts().where(device_act.c.turn_id == turn_id))).first()
    if row is None:
        await conn.execute(
            insert(device_act).values(
                room_id=room_id,
                identity_id=identity_id,
                steps=steps,
                results=None,
                undone=undone,
                turn_id=turn_id,
                at=clock.now(),
            )
        )
        row = (await conn.execute(_acts().where(device_act.c.turn_id == turn_id))).one()
    return Act(*row)


async def end(conn: AsyncConnection, act_id: int, results: list[dict[str, Any]]) -> None:
    await conn.execute(update(device_act).where(device_act.c.id == act_id).values(results=results))


async def of_turn(conn: AsyncConnection, turn_id: str) -> Act | None:
    row = (await conn.execute(_acts().where(device_act.c.turn_id == turn_id))).first()
    return None if row is None else Act(*row)


async def last(
    conn: AsyncConnection, identity_id: str, room_id: str, since: datetime
) -> Act | None:
    """What an account did last at its home, if it was after `since`."""
    row = (
        await conn.execute(
            _acts()
            .where(
                device_act.c.identity_id == identity_id,
                device_act.c.room_id == room_id,
                device_act.c.at >= since,
            )
            .order_by(device_act.c.id.desc())
            .limit(1)
        )
    ).first()
    return None if row is None else Act(*row)


async def take_back(conn: AsyncConnection, act_id: int) -> bool:
    """Mark an act as undone; False when it was already."""
    changed = await conn.execute(
        update(device_act)
        .where(device_act.c.id == act_id, device_act.c.undone.is_(False))
        .values(undone=True)
    )
    return changed.rowcount == 1
