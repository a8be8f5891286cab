"""Meal orders, who eats in a home, and whose meal the subsidy helped to pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import counters
from community.store.schema import meal_class, meal_grant, meal_menu, meal_order, resident, room
from community.times import Clock


@dataclass(frozen=True)
class MealOrder:
    """One set of one meal, in whole portions. Money in fen, for all portions together."""

    id: str
    no: int
    menu_id: str
    room_id: str
    portions: int
    mode: str
    "dine_in, pickup or deliver"
    note: str
    price_fen: int
    subsidy_fen: int
    delivery_fen: int
    paid_by: str
    "card or cash"
    state: str
    day: date
    meal: str
    code: str
    dishes: list[str]
    home: str
    "Label of the home"

    @property
    def due_fen(self) -> int:
        """What the home pays itself."""
        return self.price_fen - self.subsidy_fen + self.delivery_fen


@dataclass(frozen=True)
class Diner:
    """A person of a home. `code`: class of registered need, None for most."""

    resident_id: str
    birth_year: int | None
    code: str | None


def _select() -> Any:
    own = [meal_order.c[name] for name in list(MealOrder.__dataclass_fields__)[:12]]
    menu = [meal_menu.c[name] for name in ("day", "meal", "code", "dishes")]
    return (
        select(*own, *menu, room.c.label)
        .join(meal_menu, meal_menu.c.id == meal_order.c.menu_id)
        .join(room, room.c.id == meal_order.c.room_id)
    )


async def create(conn: AsyncConnection, clock: Clock, **fields: Any) -> MealOrder:
    """Write an order; its portions are taken and its money is moved by the caller."""
    order_id = new_id("meal")
    await conn.execute(
        insert(meal_order).values(
            id=order_id, no=await counters.next_number(conn), state="booked",
            created_at=clock.now(), **fields,
        )
    )  # fmt: skip
    return MealOrder(*(await conn.execute(_select().where(meal_order.c.id == order_id))).one())


async def of_turn(conn: AsyncConnection, turn_ids: Sequence[str]) -> list[MealOrder]:
    """The orders that these turns made, in the order of days."""
    return await _all(conn, meal_order.c.turn_id.in_(turn_ids))


async def of_room(conn: AsyncConnection, room_id: str, first: date) -> list[MealOrder]:
    """The home's standing orders from a day on, soonest first."""
    return await _all(
        conn,
        meal_order.c.room_id == room_id,
        meal_order.c.state == "booked",
        meal_menu.c.day >= first,
    )


async def cancelled(
    conn: AsyncConnection, room_id: str, numbers: Sequence[int]
) -> dict[int, MealOrder]:
    """Those of the home's orders that were cancelled, by number."""
    found = await _all(
        conn,
        meal_order.c.room_id == room_id,
        meal_order.c.no.in_(numbers),
        meal_order.c.state == "cancelled",
    )
    return {one.no: one for one in found}


async def of_day(conn: AsyncConnection, day: date) -> list[MealOrder]:
    """Every standing order of one day, lunch first."""
    return await _all(conn, meal_order.c.state == "booked", meal_menu.c.day == day)


async def _all(conn: AsyncConnection, *where: Any) -> list[MealOrder]:
    rows = await conn.execute(
        _select().where(*where).order_by(meal_menu.c.day, meal_menu.c.meal.desc(), meal_order.c.no)
    )
    return [MealOrder(*row) for row in rows]


async def newest(conn: AsyncConnection, room_id: str) -> MealOrder | None:
    """What the home ordered last and kept."""
    row = (
        await conn.execute(
            _select()
            .where(meal_order.c.room_id == room_id, meal_order.c.state == "booked")
            .order_by(meal_order.c.no.desc())
            .limit(1)
        )
    ).first()
    return MealOrder(*row) if row else None


async def close(conn: AsyncConnection, order_id: str, state: str) -> bool:
    """End a standing order as cancelled or changed; False when it was ended before."""
    ended = await conn.execute(
        update(meal_order)
        .where(meal_order.c.id == order_id, meal_order.c.state == "booked")
        .values(state=state)
    )
    await conn.execute(delete(meal_grant).where(meal_grant.c.order_id == order_id))
    return bool(ended.rowcount)


async def diners(conn: AsyncConnection, room_id: str) -> list[Diner]:
    """The people of a home, in the order of their ids."""
    rows = await conn.execute(
        select(resident.c.id, resident.c.birth_year, meal_class.c.code)
        .outerjoin(meal_class, meal_class.c.resident_id == resident.c.id)
        .where(resident.c.room_id == room_id)
        .order_by(resident.c.id)
    )
    return [Diner(*row) for row in rows]


async def grant(conn: AsyncConnection, order: MealOrder, given: Sequence[tuple[str, int]]) -> None:
    """Write whose meal was subsidised with how many fen: one portion of a meal for each person."""
    for resident_id, fen in given:
        await conn.execute(
            insert(meal_grant).values(
                resident_id=resident_id, day=order.day, meal=order.meal, order_id=order.id,
                fen=fen,
            )
        )  # fmt: skip


async def granted(
    conn: AsyncConnection, resident_ids: Sequence[str], day: date, meal: str, but_of: str = ""
) -> set[str]:
    """Those of the people whose portion of this meal is subsidised, but for one order's."""
    rows = await conn.execute(
        select(meal_grant.c.resident_id).where(
            meal_grant.c.resident_id.in_(resident_ids),
            meal_grant.c.day == day,
            meal_grant.c.meal == meal,
            meal_grant.c.order_id != but_of,
        )
    )
    return {str(one) for one in rows.scalars()}


async def grants(
    conn: AsyncConnection, resident_ids: Sequence[str], first: date, last: date, but_of: str = ""
) -> Counter[str]:
    """How many subsidised meals each person has from one day to another, both included."""
    rows = await conn.execute(
        select(meal_grant.c.resident_id, func.count())
        .where(
            meal_grant.c.resident_id.in_(resident_ids),
            meal_grant.c.day >= first,
            meal_grant.c.day <= last,
            meal_grant.c.order_id != but_of,
        )
        .group_by(meal_grant.c.resident_id)
    )
    return Counter({str(resident_id): int(count) for resident_id, count in rows})
