"""The demonstration's neighbours: volunteers, requests, shops, jobs and schools."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.labels import label
from community.store import helps, identities, schema, timebank, volunteers
from community.store.timebank import COMMUNITY
from community.times import Clock, local

SOURCE_JOBS, SOURCE_SCHOOLS = "jobs", "schools"


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("neighbours.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write them; each volunteer and asker gets an account that nobody can enter."""
    for number, row in enumerate(_data()["volunteers"]):
        account = await account_of(conn, clock, row, f"demo-volunteer-{number}")
        made = await volunteers.put(
            conn, clock, account["identity_id"], room_id=account["room_id"], name=row["person"],
            conversation_id=account["conversation_id"], kinds=row["kinds"], days=row["days"],
            part=row["part"],
        )  # fmt: skip
        await timebank.transfer(
            conn, clock, key=f"demo:{number}", payer=COMMUNITY, payee=made.owner,
            minutes=row["minutes"], what=label("form", "help"),
        )  # fmt: skip
    for number, row in enumerate(_data()["requests"]):
        await _request(conn, clock, row, number)
    for row in _data()["merchants"]:
        await conn.execute(insert(schema.merchant).values(**_merchant(row)))
    await _offers(conn, clock)


async def account_of(
    conn: AsyncConnection, clock: Clock, row: dict[str, Any], user_key: str
) -> dict[str, str]:
    """An account of a resident, with its conversation."""
    person = (
        await conn.execute(
            select(schema.resident.c.id, schema.resident.c.room_id)
            .join(schema.room, schema.room.c.id == schema.resident.c.room_id)
            .where(schema.room.c.label == row["room"], schema.resident.c.name == row["person"])
        )
    ).one()
    identity_id = await identities.ensure(conn, clock, "webchat", user_key)
    await identities.bind(conn, clock, identity_id, person.room_id, person.id)
    conversation_id = new_id("conv")
    await conn.execute(
        insert(schema.conversation).values(
            id=conversation_id, identity_id=identity_id, channel="webchat", state="BOT",
            owner_epoch=0, next_seq=1, seen_seq=0, created_at=clock.now(),
        )
    )  # fmt: skip
    return {
        "identity_id": identity_id,
        "conversation_id": conversation_id,
        "room_id": person.room_id,
    }


async def _request(conn: AsyncConnection, clock: Clock, row: dict[str, Any], number: int) -> None:
    today = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at, ends_at = (
        today + timedelta(days=days, hours=hours) for days, hours in (row["starts"], row["ends"])
    )
    await helps.create(
        conn, clock, turn_id=f"demo-help-{number}", kind=row["kind"], task=row["task"],
        starts_at=starts_at, ends_at=ends_at,
        **await account_of(conn, clock, row, f"demo-asker-{number}"),
    )  # fmt: skip


def _merchant(row: dict[str, Any]) -> dict[str, Any]:
    opens, closes = (hour * 60 + minute for hour, minute in (row["opens"], row["closes"]))
    return {
        **row, "id": new_id("mer"), "opens": opens, "closes": closes, "listed": True,
        "closed_on": row.get("closed_on", []),
    }  # fmt: skip


async def _offers(conn: AsyncConnection, clock: Clock) -> None:
    """Jobs and schools: their days are counted from today, so that they are never all over."""
    today = local(clock.now()).date()
    for row in _data()[SOURCE_JOBS]:
        plain = {name: row[name] for name in row if name not in ("ages", "days")}
        await conn.execute(
            insert(schema.job).values(
                **plain, id=new_id("job"), from_age=row["ages"][0], to_age=row["ages"][1],
                source=label("livelihood_source", SOURCE_JOBS),
                expires_on=today + timedelta(days=row["days"]),
            )
        )  # fmt: skip
    for row in _data()[SOURCE_SCHOOLS]:
        plain = {name: row[name] for name in row if name not in ("ages", "enrols")}
        first, last = (today + timedelta(days=days) for days in row["enrols"])
        await conn.execute(
            insert(schema.school).values(
                **plain, id=new_id("sch"), from_months=row["ages"][0], to_months=row["ages"][1],
                source=label("livelihood_source", SOURCE_SCHOOLS), enrols_from=first,
                enrols_to=last,
            )
        )  # fmt: skip
