"""The demonstration's facilities, grid, reports of residents and an incident that is known."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.demo import neighbours
from community.ids import new_id
from community.services import hotline
from community.services.public import table
from community.store import incidents, matters, schema, tickets
from community.times import Clock


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("public.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write what belongs to the homes and the staff that are there already."""
    facilities = await _facilities(conn, clock)
    grids = await _grids(conn, clock)
    made = {}
    for row in _data()["incidents"]:
        one = await incidents.create(
            conn, clock, topic="facility", title=row["facility"], building=None,
            facility_id=facilities[row["facility"]], expected=row["expected"],
            expected_at=clock.now() + timedelta(hours=row["hours"]),
        )  # fmt: skip
        made[row["facility"]] = one.id
    for number, row in enumerate(_data()["reports"]):
        ticket_id = await _report(conn, clock, row, number, facilities, grids)
        if "voice" in row:
            await incidents.tie(conn, clock, made[row["facility"]], ticket_id, row["voice"])


async def _facilities(conn: AsyncConnection, clock: Clock) -> dict[str, str]:
    named = {}
    for row in _data()["facilities"]:
        named[row["name"]] = new_id("fac")
        until = clock.now() + timedelta(hours=row["until"]) if "until" in row else None
        plain = {"words": [], "hours": "", "price": "", "state": "ok"} | row
        await conn.execute(
            insert(schema.facility).values(
                **plain | {"until": until}, id=named[row["name"]], version=1, updated_at=clock.now()
            )
        )
    return named


async def _grids(conn: AsyncConnection, clock: Clock) -> dict[str, str]:
    rows = await conn.execute(select(schema.staff.c.user, schema.staff.c.id))
    staff = {row.user: row.id for row in rows}
    for row in _data()["workers"]:
        away = clock.now() + timedelta(hours=row["away"]) if "away" in row else None
        await conn.execute(
            insert(schema.grid_worker).values(
                staff_id=staff[row["user"]], phone=row["phone"], hours=row["hours"],
                away_until=away,
            )
        )  # fmt: skip
    named = {}
    for row in _data()["grids"]:
        named[row["name"]] = new_id("grid")
        await conn.execute(
            insert(schema.grid).values(
                id=named[row["name"]], name=row["name"], worker_id=staff[row["worker"]],
                substitute_id=staff[row["substitute"]],
            )
        )  # fmt: skip
        await conn.execute(
            insert(schema.grid_area),
            [
                {"grid_id": named[row["name"]], "building": building, "unit": unit}
                for building, unit in row["areas"]
            ],
        )
    return named


async def _report(
    conn: AsyncConnection,
    clock: Clock,
    row: dict[str, Any],
    number: int,
    facilities: dict[str, str],
    grids: dict[str, str],
) -> str:
    building, unit, door = row["room"]
    label = f"{building}号楼{unit}单元{door}"
    account = await neighbours.account_of(
        conn, clock, row | {"room": label}, f"demo-reporter-{number}"
    )
    days = hotline.answer_days(row["category"]) if row.get("state") == "filed" else 1
    due_at = (
        hotline.after_working_days(clock.now(), days)
        if row["kind"] == "hotline"
        else clock.now() + timedelta(hours=table(row["kind"])["hours"][row["urgency"]])
    )
    one = await tickets.create(
        conn, clock, kind=row["kind"], state=row.get("state", "new"), actor="resident",
        turn_id=f"demo-report-{number}", place=row.get("facility") or row["place"],
        description=row["words"], urgency=row["urgency"], due_at=due_at, **account,
    )  # fmt: skip
    await matters.add(
        conn, one.id, category=row["category"], facility_id=facilities.get(row.get("facility", "")),
        grid_id=grids.get(row.get("grid", "")),
    )  # fmt: skip
    if "outside_no" in row:
        await matters.note_outside_no(conn, one.id, row["outside_no"])
    return one.id
