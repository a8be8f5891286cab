"""Menus: what the canteen cooks on each day, and how many portions of it are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.schema import meal_menu, meal_week


@dataclass(frozen=True)
class Menu:
    """One set of one meal of one day."""

    id: str
    day: date
    meal: str
    "lunch or dinner"
    code: str
    "Of the set; its name and words are in services/meal.yml"
    dishes: list[str]
    price_fen: int
    portions: int
    sold: int

    @property
    def left(self) -> int:
        return self.portions - self.sold


async def last_day(conn: AsyncConnection) -> date | None:
    """The last day that has a menu."""
    found: date | None = (await conn.execute(select(func.max(meal_menu.c.day)))).scalar()
    return found


async def fill_up(conn: AsyncConnection, first: date, days: int) -> None:
    """Write the menus of `days` days from the weekly plan, those that are not there yet."""
    week = (await conn.execute(select(meal_week))).all()
    there = await of_days(conn, first, first + timedelta(days=days - 1))
    keys = {(one.day, one.meal, one.code) for one in there}
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        for row in week:
            if row.weekday == day.weekday() and (day, row.meal, row.code) not in keys:
                await conn.execute(
                    insert(meal_menu).values(
                        id=new_id("menu"), day=day, meal=row.meal, code=row.code,
                        dishes=row.dishes, price_fen=row.price_fen, portions=row.portions, sold=0,
                    )
                )  # fmt: skip


async def of_days(conn: AsyncConnection, first: date, last: date) -> list[Menu]:
    """The menus of the days from `first` to `last`, both included, in the order of days."""
    columns = [meal_menu.c[field] for field in Menu.__dataclass_fields__]
    rows = await conn.execute(
        select(*columns)
        .where(meal_menu.c.day >= first, meal_menu.c.day <= last)
        .order_by(meal_menu.c.day, meal_menu.c.meal.desc(), meal_menu.c.price_fen)
    )
    return [Menu(*row) for row in rows]


async def take(conn: AsyncConnection, menu_id: str, portions: int) -> bool:
    """Take portions; False when not so many are left, and then none is taken."""
    changed = await conn.execute(
        update(meal_menu)
        .where(meal_menu.c.id == menu_id, meal_menu.c.sold + portions <= meal_menu.c.portions)
        .values(sold=meal_menu.c.sold + portions)
    )
    return bool(changed.rowcount)


async def give_back(conn: AsyncConnection, menu_id: str, portions: int) -> None:
    """Portions that nobody eats can be ordered again."""
    await conn.execute(
        update(meal_menu).where(meal_menu.c.id == menu_id).values(sold=meal_menu.c.sold - portions)
    )
