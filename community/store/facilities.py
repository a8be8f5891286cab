"""Facilities that all share: what there is, where, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import facility
from community.times import Clock


@dataclass(frozen=True)
class Facility:
    """`building`, `unit`: whose it is, None for the whole estate's; `number`: 2 of 2号电梯."""

    id: str
    name: str
    kind: str
    words: list[str]
    "What residents call it beside the words of its kind"
    building: int | None
    unit: int | None
    number: int | None
    place: str
    hours: str
    price: str
    state: str
    "ok, faulty or repairing"
    until: datetime | None
    "When it should work again"
    version: int


def _select() -> tuple[object, ...]:
    return tuple(facility.c[name] for name in Facility.__dataclass_fields__)


async def every(conn: AsyncConnection) -> list[Facility]:
    """All of them, house by house."""
    rows = await conn.execute(
        select(*_select()).order_by(  # type: ignore[call-overload]
            facility.c.building, facility.c.unit, facility.c.kind, facility.c.name
        )
    )
    return [Facility(*row) for row in rows]


async def get(conn: AsyncConnection, facility_id: str) -> Facility | None:
    rows = await conn.execute(
        select(*_select()).where(facility.c.id == facility_id)  # type: ignore[call-overload]
    )
    row = rows.first()
    return Facility(*row) if row else None


async def put_state(
    conn: AsyncConnection, clock: Clock, one: Facility, state: str, until: datetime | None
) -> bool:
    """Change how it stands; False when it has changed since it was read."""
    changed = await conn.execute(
        update(facility)
        .where(facility.c.id == one.id, facility.c.version == one.version)
        .values(state=state, until=until, version=one.version + 1, updated_at=clock.now())
    )
    return bool(changed.rowcount)
