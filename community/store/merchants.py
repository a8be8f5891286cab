"""Merchants: shops that serve this community, and the orders that homes place with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict
from community.ids import new_id
from community.store import counters
from community.store.schema import merchant, merchant_order, room
from community.times import Clock


@dataclass(frozen=True)
class Merchant:
    """`opens`, `closes`: minutes of the day. `closed_on`: days of the week, 0 is Monday."""

    id: str
    name: str
    services: list[str]
    "Codes of `merchant.yml`"
    place: str
    distance_m: int
    comes_within_m: int
    "How far it goes to a home; 0 when people come to it"
    opens: int
    closes: int
    closed_on: list[int]
    phone: str
    "Its own public number"
    prices: str


@dataclass(frozen=True)
class Order:
    """A home's wish that a merchant come. `phone` is the resident's."""

    id: str
    no: int
    merchant_id: str
    room_id: str
    conversation_id: str
    service: str
    starts_at: datetime
    ends_at: datetime
    phone: str
    state: str
    shop: str
    "Name of the merchant"
    shop_phone: str
    home: str
    "Label of the home"


async def listed(conn: AsyncConnection) -> list[Merchant]:
    """All that are in the directory, nearest first."""
    columns = [merchant.c[field] for field in Merchant.__dataclass_fields__]
    rows = await conn.execute(
        select(*columns).where(merchant.c.listed).order_by(merchant.c.distance_m, merchant.c.name)
    )
    return [Merchant(*row) for row in rows]


def _select() -> Any:
    own = [merchant_order.c[field] for field in list(Order.__dataclass_fields__)[:-3]]
    return (
        select(*own, merchant.c.name, merchant.c.phone, room.c.label)
        .join(merchant, merchant.c.id == merchant_order.c.merchant_id)
        .join(room, room.c.id == merchant_order.c.room_id)
    )


async def order(conn: AsyncConnection, clock: Clock, *, turn_id: str, **fields: Any) -> Order:
    """Place one, once per turn."""
    made = _select().where(merchant_order.c.turn_id == turn_id)
    row = (await conn.execute(made)).first()
    if row is None:
        await conn.execute(
            insert(merchant_order).values(
                id=new_id("shop"),
                no=await counters.next_number(conn),
                state="requested",
                turn_id=turn_id,
                created_at=clock.now(),
                **fields,
            )
        )
        row = (await conn.execute(made)).one()
    return Order(*row)


async def find(conn: AsyncConnection, no: int) -> Order | None:
    row = (await conn.execute(_select().where(merchant_order.c.no == no))).first()
    return None if row is None else Order(*row)


async def of_room(conn: AsyncConnection, room_id: str, states: Sequence[str]) -> list[Order]:
    """A home's orders in these states, newest first."""
    rows = await conn.execute(
        _select()
        .where(merchant_order.c.room_id == room_id, merchant_order.c.state.in_(states))
        .order_by(merchant_order.c.no.desc())
    )
    return [Order(*row) for row in rows]


async def in_states(conn: AsyncConnection, states: Sequence[str]) -> list[Order]:
    """All orders in these states, those that begin soonest first."""
    rows = await conn.execute(
        _select()
        .where(merchant_order.c.state.in_(states))
        .order_by(merchant_order.c.starts_at, merchant_order.c.no)
    )
    return [Order(*row) for row in rows]


async def between(conn: AsyncConnection, start: datetime, end: datetime) -> list[Order]:
    """What begins in a stretch of time, soonest first."""
    rows = await conn.execute(
        _select()
        .where(merchant_order.c.starts_at >= start, merchant_order.c.starts_at < end)
        .order_by(merchant_order.c.starts_at, merchant_order.c.no)
    )
    return [Order(*row) for row in rows]


async def move(conn: AsyncConnection, one: Order, state: str, *, states: Sequence[str]) -> Order:
    """Move it on if it is still in one of `states`. Raises Conflict."""
    changed = await conn.execute(
        update(merchant_order)
        .where(merchant_order.c.id == one.id, merchant_order.c.state.in_(states))
        .values(state=state)
    )
    if changed.rowcount == 0:
        raise Conflict("the order has moved on")
    moved = await find(conn, one.no)
    assert moved is not None  # noqa: S101 - it was changed just now
    return moved
