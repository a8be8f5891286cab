"""The demonstration community: homes, people, staff, bills and notices, marked as such.

Its passwords and household codes are random; they leave this module once, as the document that the
caller writes to `demo-credentials.json`.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from argon2 import PasswordHasher
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.config import Secret
from community.demo import appointments, care, devices, estate, guides, meals, neighbours, public
from community.ids import new_id
from community.store import rooms, schema
from community.store.database import Database
from community.times import Clock, local

MONTHS = 3
Part = Callable[[AsyncConnection, Clock], Awaitable[None]]
PARTS: tuple[Part, ...] = (
    estate.fill,
    neighbours.fill,
    meals.fill,
    devices.fill,
    appointments.fill,
    guides.fill,
    care.fill,
    public.fill,
)
"What the modules of this package add, in this order; homes, people and staff are there already"


@dataclass(frozen=True)
class Credentials:
    """What a newcomer needs to try every side of it."""

    desk_users: list[dict[str, str]]
    households: list[dict[str, Any]]


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("households.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def is_new(db: Database) -> bool:
    """Whether the database has no home and no staff yet."""
    async with db.read() as conn:
        homes = await conn.execute(select(func.count()).select_from(schema.room))
        people = await conn.execute(select(func.count()).select_from(schema.staff))
        return homes.scalar_one() + people.scalar_one() == 0


async def is_demo(db: Database) -> bool:
    """Whether the database was filled by `fill`: nobody in it is real."""
    async with db.read() as conn:
        marked = await conn.execute(
            select(schema.setting.c.value).where(schema.setting.c.name == "demo")
        )
        return bool(marked.scalar())


async def fill(
    db: Database, clock: Clock, pepper: Secret, keep: Callable[[Credentials], None] | None = None
) -> Credentials:
    """Write the demonstration community in one transaction; returns its credentials.

    `keep` stores them before the commit: a crash leaves a file that opens nothing, which the next
    start writes anew, and never a community that nobody can enter.
    """
    async with db.write() as conn:
        households = [await _household(conn, clock, pepper, row) for row in _data()["households"]]
        desk_users = [await _member_of_staff(conn, row) for row in _data()["staff"]]
        await _notices(conn, clock)
        for part in PARTS:
            await part(conn, clock)
        await conn.execute(insert(schema.setting).values(name="demo", value=True))
        made = Credentials(desk_users, households)
        if keep is not None:
            keep(made)
    return made


async def _household(
    conn: AsyncConnection, clock: Clock, pepper: Secret, row: dict[str, Any]
) -> dict[str, Any]:
    building, unit, number = row["room"]
    label = f"{building}号楼{unit}单元{number}"
    room_id, code = new_id("room"), f"{secrets.randbelow(90_000_000) + 10_000_000}"
    await conn.execute(
        insert(schema.room).values(
            id=room_id,
            building=building,
            unit=unit,
            number=str(number),
            label=label,
            code_hash=rooms.hash_code(code, pepper),
            area_dm2=row["area_m2"] * 100,
        )
    )
    for person in row["residents"]:
        await conn.execute(
            insert(schema.resident).values(
                id=new_id("res"),
                room_id=room_id,
                name=person["name"],
                phone=person.get("phone"),
                role=person.get("role", "member"),
                birth_year=person.get("born"),
                notes=person.get("notes", {}),
            )
        )
    await conn.execute(insert(schema.bill), list(_bills(clock, room_id, row)))
    return {"room": label, "code": code, "residents": [p["name"] for p in row["residents"]]}


def _bills(clock: Clock, room_id: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The last MONTHS months of every item; the newest is open, older ones mostly paid."""
    bills = []
    month = local(clock.now()).replace(day=1)
    for back in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        for item, spec in _data()["fees"].items():
            lines = _lines(spec, row["area_m2"], row["seed"] + 7 * back)
            amount = sum(line["fen"] for line in lines)
            paid = back > row.get("open_months", 1) - 1
            late = amount * 3 // 100 if not paid and back else 0
            due = (month + timedelta(days=32)).replace(day=25)
            bills.append(
                {
                    "id": new_id("bill"),
                    "room_id": room_id,
                    "item": item,
                    "period": f"{month:%Y-%m}",
                    "amount_fen": amount,
                    "late_fee_fen": late,
                    "paid_fen": amount if paid else 0,
                    "due_on": due.date(),
                    "paid_at": min(due - timedelta(days=5), clock.now()) if paid else None,
                    "lines": lines,
                }
            )
    return bills


def _lines(spec: dict[str, Any], area_m2: int, seed: int) -> list[dict[str, Any]]:
    lines = []
    for line in spec["lines"]:
        quantity = area_m2 if line["per"] == "m2" else line["base"] + seed % line["spread"]
        unit = line["unit"]
        lines.append(
            {
                "name": line["name"],
                "fen": quantity * line["price_fen"],
                "detail": f"{quantity}{unit}",
            }
        )
    return lines


async def _member_of_staff(conn: AsyncConnection, row: dict[str, Any]) -> dict[str, str]:
    password = secrets.token_urlsafe(9)
    await conn.execute(
        insert(schema.staff).values(
            id=new_id("staff"),
            user=row["user"],
            name=row["name"],
            role=row["role"],
            skills=row.get("skills", []),
            password_hash=PasswordHasher().hash(password),
            on_duty=row.get("on_duty", True),
        )
    )
    return {"user": row["user"], "password": password, "role": row["role"]}


async def _notices(conn: AsyncConnection, clock: Clock) -> None:
    today = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    for row in _data()["notices"]:
        await conn.execute(
            insert(schema.notice).values(
                id=new_id("notice"),
                topic=row["topic"],
                title=row["title"],
                body=row["body"],
                building=row.get("building"),
                unit=row.get("unit"),
                starts_at=_at(today, row.get("starts")),
                ends_at=_at(today, row.get("ends")),
                published_at=clock.now() - timedelta(hours=row.get("hours_old", 6)),
                expires_at=clock.now() + timedelta(days=30),
            )
        )


def _at(today: datetime, said: list[int] | None) -> datetime | None:
    """[days from today, hour] as a moment."""
    return today + timedelta(days=said[0], hours=said[1]) if said else None
