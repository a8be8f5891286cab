"""The demonstration's counters, clinics and home visits, some taken seats, and matters handed in."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.services.kin import SELF, kin_word
from community.services.seats import grid
from community.store import appointments, gov_cases, schema, seats
from community.store.gov_cases import Step
from community.times import Clock, local


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("appointments.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write them; days are counted from today, so that nothing is ever all over."""
    for rank, row in enumerate(_data()["bookables"]):
        values = {"at_home": False} | row | {"hours": _data()["hours"][row["hours"]]}
        await conn.execute(insert(schema.bookable).values(id=new_id("book"), rank=rank, **values))
    for number, row in enumerate(_data()["taken"]):
        await _appointment(conn, clock, row, number)
    for row in _data()["cases"]:
        await _case(conn, clock, row)


async def _room(conn: AsyncConnection, label: str) -> str:
    found = await conn.execute(select(schema.room.c.id).where(schema.room.c.label == label))
    return str(found.scalar_one())


async def _appointment(
    conn: AsyncConnection, clock: Clock, row: dict[str, Any], number: int
) -> None:
    """The first slot from some days ahead, of a home whose person is not known."""
    room_id = await _room(conn, row["room"])
    what = next(one for one in await seats.every(conn) if one.name == row["name"])
    day = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    day += timedelta(days=row["days"])
    starts_at, ends_at = next(grid(what, day, day + timedelta(days=7)))
    await appointments.create(
        conn, clock, turn_id=f"demo-appointment-{number}", room_id=room_id,
        slot_id=await seats.take(conn, what, starts_at, ends_at), identity_id=None,
        resident_id=None, person=kin_word(SELF), person_key=f"{room_id}:{SELF}", item="",
        queue_no=1,
    )  # fmt: skip


async def _case(conn: AsyncConnection, clock: Clock, row: dict[str, Any]) -> None:
    room_id = await _room(conn, row["room"])
    resident_id = await conn.execute(
        select(schema.resident.c.id).where(
            schema.resident.c.room_id == room_id, schema.resident.c.name == row["person"]
        )
    )
    steps = [
        Step(state, note, clock.now() - timedelta(days=ago)) for ago, state, note in row["steps"]
    ]
    await gov_cases.create(
        conn, steps=steps, no=row["number"], room_id=room_id, resident_id=resident_id.scalar_one(),
        matter=row["matter"], words=row["words"], person=row["person"], office=row["office"],
        promised_on=(local(clock.now()) + timedelta(days=row["promised"])).date(),
    )  # fmt: skip
