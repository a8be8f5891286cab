"""The canteen's week, meal cards, orders and activities of the demonstration community."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.services import meal
from community.store import activities, meal_cards, menus, schema
from community.store.meal_cards import CASH, card_of
from community.times import Clock, local

DAYS = 14


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("meals.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write what the canteen and the activities of the homes that are there already have."""
    rows = await conn.execute(
        select(schema.room.c.id, schema.room.c.building, schema.room.c.unit, schema.room.c.number)
    )
    homes = {(building, unit, int(number)): room_id for room_id, building, unit, number in rows}
    today = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    await _week(conn)
    await menus.fill_up(conn, today.date(), DAYS)
    await _cards(conn, clock, homes)
    await _orders(conn, clock, homes, today)
    await _activities(conn, today)
    await _signups(conn, clock, homes)


async def _week(conn: AsyncConnection) -> None:
    await conn.execute(
        insert(schema.meal_week),
        [
            {
                "weekday": weekday,
                "meal": meal,
                "code": code,
                "dishes": one["week"][(weekday + shift) % 7],
                "price_fen": one["price_fen"],
                "portions": one["portions"],
            }
            for code, one in _data()["sets"].items()
            for weekday in range(7)
            for meal, shift in (("lunch", 0), ("dinner", 3))
        ],
    )


async def _cards(conn: AsyncConnection, clock: Clock, homes: dict[Any, str]) -> None:
    for row in _data()["classes"]:
        resident_id = await conn.execute(
            select(schema.resident.c.id).where(
                schema.resident.c.room_id == homes[tuple(row["room"])],
                schema.resident.c.name == row["name"],
            )
        )
        await conn.execute(
            insert(schema.meal_class).values(resident_id=resident_id.scalar_one(), code=row["code"])
        )
    for row in _data()["cards"]:
        room_id = homes[tuple(row["room"])]
        await meal_cards.move(
            conn, clock, key=f"demo:{room_id}", source=CASH, target=card_of(room_id),
            fen=row["fen"], kind="top_up",
        )  # fmt: skip


async def _orders(
    conn: AsyncConnection, clock: Clock, homes: dict[Any, str], today: datetime
) -> None:
    for i, row in enumerate(_data()["orders"]):
        day = (today + timedelta(days=row["ahead"])).date()
        (menu,) = [
            one
            for one in await menus.of_days(conn, day, day)
            if (one.meal, one.code) == (row["meal"], row["code"])
        ]
        await meal.place(
            conn, clock, menu, row["portions"], room_id=homes[tuple(row["room"])],
            identity_id=None, mode=row["mode"], note=row["note"], turn_id=f"demo_meal_{i}#0",
        )  # fmt: skip


async def _activities(conn: AsyncConnection, today: datetime) -> None:
    for i, row in enumerate(_data()["activities"]):
        ahead = row.get("ahead")
        if ahead is None:
            ahead = (row["weekday"] - today.weekday()) % 7 or 7
        starts_at = today + timedelta(days=ahead, hours=row["at"])
        await activities.add(
            conn, series=f"demo_{i}", name=row["name"], words=row["words"], kind=row["kind"],
            place=row["place"], note=row["note"], starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=row["hours"]), weekly="weekday" in row,
            capacity=row["capacity"],
        )  # fmt: skip


async def _signups(conn: AsyncConnection, clock: Clock, homes: dict[Any, str]) -> None:
    """As the desk writes down those who come by."""
    coming = await activities.between(conn, clock.now(), clock.now() + timedelta(days=DAYS))
    named = {one.name: one for one in reversed(coming)}
    for row in _data()["signups"]:
        one, room_id = named[row["activity"]], homes[tuple(row["room"])]
        seated = await activities.take(conn, one.id, row["people"])
        await activities.create(
            conn, clock, activity_id=one.id, room_id=room_id, identity_id=None, who="",
            people=row["people"], state="joined" if seated else "waiting",
            open_key=f"{one.id}:{room_id}",
        )  # fmt: skip
