"""The virtual homes of the demonstration, and the doors of its community."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import schema
from community.times import Clock


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("devices.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Put the same things into every home that is there, and doors before them."""
    rooms = (
        await conn.execute(
            select(
                schema.room.c.id, schema.room.c.building, schema.room.c.unit, schema.room.c.number
            ).order_by(schema.room.c.building, schema.room.c.unit, schema.room.c.number)
        )
    ).all()
    for room in rooms:
        here = [room.building, room.unit, int(room.number)]
        rows = furniture(room.id, clock, [one for one in _data()["homes"] if one["room"] == here])
        await conn.execute(insert(schema.virtual_device), rows)
    units = dict.fromkeys((room.building, room.unit) for room in rooms)
    await conn.execute(insert(schema.door), doors(list(units)))


def furniture(room_id: str, clock: Clock, otherwise: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The things of one home as rows; `otherwise`: {id, fault, state} of those that differ."""
    differing = {one["id"]: one for one in otherwise}
    return [
        {
            "room_id": room_id,
            "entity_id": row["id"],
            "position": position,
            "kind": row["kind"],
            "name": row["name"],
            "area": row["area"],
            "words": row.get("words", []),
            "limits": row.get("limits", {}),
            "state": differing.get(row["id"], {}).get("state", row["state"]),
            "fault": differing.get(row["id"], {}).get("fault"),
            "seen_at": clock.now(),
        }
        for position, row in enumerate(_data()["devices"])
    ]


def doors(units: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """The common doors, and one for every (building, unit)."""
    common = [
        {
            "id": new_id("door"),
            "name": row["name"],
            "kind": row["kind"],
            "building": None,
            "unit": None,
            "words": row["words"],
            "is_online": not row.get("offline", False),
        }
        for row in _data()["doors"]
    ]
    return common + [
        {
            "id": new_id("door"),
            "name": f"{building}号楼{unit}单元门",
            "kind": "unit",
            "building": building,
            "unit": unit,
            "words": _data()["unit_words"],
            "is_online": True,
        }
        for building, unit in units
    ]
