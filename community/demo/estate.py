"""Parking, rooms to borrow, release slips and votes of the demonstration community."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.services import parking as parking_rules
from community.store import releases, schema, spaces, votes
from community.times import Clock, local


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("estate.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write what belongs to the homes that are there already."""
    rows = await conn.execute(
        select(schema.room.c.id, schema.room.c.building, schema.room.c.unit, schema.room.c.number)
    )
    homes = {(building, unit, int(number)): room_id for room_id, building, unit, number in rows}
    today = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    await _parking(conn, clock, homes, today)
    await _spaces(conn, clock, homes, today)
    await _slips(conn, clock, homes, today)
    await _votes(conn, clock, homes, today)


async def _parking(
    conn: AsyncConnection, clock: Clock, homes: dict[Any, str], today: datetime
) -> None:
    month = parking_rules.rules()["month_fen"]
    await conn.execute(
        insert(schema.car),
        [
            {
                "id": new_id("car"),
                "room_id": homes[tuple(row["room"])],
                "plate": row["plate"],
                "monthly_fen": month if "until" in row else None,
                "valid_until": _day(today, row.get("until")),
                "entered_at": (
                    clock.now() - timedelta(hours=row["inside_h"]) if "inside_h" in row else None
                ),
            }
            for row in _data()["cars"]
        ],
    )
    await conn.execute(
        insert(schema.parking_space),
        [
            {
                "id": new_id("lot"),
                "code": row["code"],
                "zone": row["zone"],
                "monthly_fen": row["price_fen"],
                "room_id": homes[tuple(row["room"])] if "room" in row else None,
                "rented_until": _day(today, row.get("until")),
            }
            for row in _data()["parking_spaces"]
        ],
    )


def _day(today: datetime, ahead: int | None) -> Any:
    return None if ahead is None else (today + timedelta(days=ahead)).date()


def _at(today: datetime, said: list[int]) -> datetime:
    """[days from today, hour] as a moment."""
    return today + timedelta(days=said[0], hours=said[1])


async def _spaces(
    conn: AsyncConnection, clock: Clock, homes: dict[Any, str], today: datetime
) -> None:
    rows = [{"id": new_id("space")} | row for row in _data()["spaces"]]
    await conn.execute(insert(schema.space), rows)
    named = {one.name: one for one in await spaces.every(conn)}
    for i, row in enumerate(_data()["bookings"]):
        starts_at, where = _at(today, row["at"]), named[row["space"]]
        await spaces.book(
            conn, clock, where, starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=row["hours"]), turn_id=f"demo_booking_{i}",
            room_id=homes[tuple(row["room"])], price_fen=where.price_fen * row["hours"],
        )  # fmt: skip


async def _slips(
    conn: AsyncConnection, clock: Clock, homes: dict[Any, str], today: datetime
) -> None:
    for i, row in enumerate(_data()["slips"]):
        starts_at = _at(today, row["at"])
        await releases.create(
            conn, clock, turn_id=f"demo_slip_{i}", room_id=homes[tuple(row["room"])],
            items=row["items"], plate=row.get("plate"), starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=row["hours"]), code=f"{204_801 + 7919 * i}",
            state=row["state"],
        )  # fmt: skip


async def _votes(
    conn: AsyncConnection, clock: Clock, homes: dict[Any, str], today: datetime
) -> None:
    for row in _data()["votes"]:
        vote_id = new_id("vote")
        await conn.execute(
            insert(schema.vote).values(
                id=vote_id,
                title=row["title"],
                words=row["words"],
                question=row["question"],
                choices=row["choices"],
                arguments_for=row["for"],
                arguments_against=row["against"],
                opens_at=today + timedelta(days=row["opens"]),
                closes_at=today + timedelta(days=row["closes"], hours=18),
            )
        )
        for home, choice in row["cast"]:
            room_id = homes[tuple(home)]
            await votes.cast(
                conn, clock, vote_id=vote_id, room_id=room_id, choice=choice,
                turn_id=f"demo_{vote_id}_{room_id}"[:64],
            )  # fmt: skip
