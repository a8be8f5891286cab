"""The grid: which homes belong to which part of the estate, and who works there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import grid, grid_area, grid_worker, staff

WHOLE = 0
"Unit of an area that is a whole building"


@dataclass(frozen=True)
class Worker:
    """Somebody who works in a grid, with the telephone of the office."""

    id: str
    name: str
    phone: str
    hours: str
    away_until: datetime | None


@dataclass(frozen=True)
class Grid:
    """One part of the estate. `areas`: (building, unit), WHOLE for all of its units."""

    id: str
    name: str
    worker: Worker
    substitute: Worker | None
    areas: tuple[tuple[int, int], ...]


async def every(conn: AsyncConnection) -> list[Grid]:
    """All of them, by name."""
    workers = await _workers(conn)
    areas: dict[str, list[tuple[int, int]]] = {}
    for row in await conn.execute(
        select(grid_area).order_by(grid_area.c.building, grid_area.c.unit)
    ):
        areas.setdefault(row.grid_id, []).append((row.building, row.unit))
    rows = await conn.execute(select(grid).order_by(grid.c.name))
    return [
        Grid(
            row.id, row.name, workers[row.worker_id], workers.get(row.substitute_id or ""),
            tuple(areas.get(row.id, ())),
        )
        for row in rows
        if row.worker_id in workers
    ]  # fmt: skip


async def _workers(conn: AsyncConnection) -> dict[str, Worker]:
    rows = await conn.execute(
        select(
            staff.c.id, staff.c.name, grid_worker.c.phone, grid_worker.c.hours,
            grid_worker.c.away_until,
        ).join(staff, staff.c.id == grid_worker.c.staff_id)
    )  # fmt: skip
    return {row[0]: Worker(*row) for row in rows}


async def put_away(conn: AsyncConnection, staff_id: str, until: datetime | None) -> bool:
    """Until when somebody is away; False for somebody who works in no grid."""
    changed: Any = await conn.execute(
        update(grid_worker).where(grid_worker.c.staff_id == staff_id).values(away_until=until)
    )
    return bool(changed.rowcount)
