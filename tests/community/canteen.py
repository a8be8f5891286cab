"""A canteen and activities for tests: a week of menus, cards, people's ages, things to join."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select, update

from community.store import activities, meal_cards
from community.store.identities import Home
from community.store.meal_cards import CASH, card_of
from community.store.schema import meal_class, meal_entry, meal_menu, meal_week, resident
from tests.community.village import Village

DISHES = {
    "basic": ["红烧肉", "炒白菜", "番茄蛋汤"],
    "soft": ["肉末蒸蛋", "烂面条"],
    "light": ["白切鸡", "小米粥"],
    "diabetic": ["清蒸鱼", "杂粮饭"],
}
PRICES = {"basic": 1000, "soft": 1200, "light": 1100, "diabetic": 1500}


async def cook(village: Village, *, portions: int = 20, closed: tuple[int, ...] = ()) -> None:
    """The same four sets at every meal, but on the `closed` weekdays."""
    async with village.db.write() as conn:
        await conn.execute(
            insert(meal_week),
            [
                {"weekday": day, "meal": meal, "code": code, "dishes": dishes,
                 "price_fen": PRICES[code], "portions": portions}
                for day in range(7) if day not in closed
                for meal in ("lunch", "dinner")
                for code, dishes in DISHES.items()
            ],
        )  # fmt: skip


async def top_up(village: Village, home: Home, fen: int) -> None:
    async with village.db.write() as conn:
        await meal_cards.move(
            conn, village.clock, key=village.next("top_up"), source=CASH,
            target=card_of(home.room_id), fen=fen, kind="top_up",
        )  # fmt: skip


async def accounts(village: Village) -> dict[str, int]:
    """The balance of every account that is not empty, in fen."""
    async with village.db.read() as conn:
        rows = (await conn.execute(select(meal_entry.c.source, meal_entry.c.target))).all()
        names = {name for row in rows for name in row}
        found = {name: await meal_cards.balance(conn, name) for name in sorted(names)}
    return {name: fen for name, fen in found.items() if fen}


async def born(village: Village, home: Home, person: int, year: int) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            update(resident)
            .where(resident.c.id == f"{home.room_id}_p{person}")
            .values(birth_year=year)
        )


async def classed(village: Village, home: Home, person: int, code: str) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            insert(meal_class).values(resident_id=f"{home.room_id}_p{person}", code=code)
        )


async def sold(village: Village) -> dict[tuple[str, str, str], int]:
    """Portions sold by day, meal and set, where there are any."""
    columns = (meal_menu.c.day, meal_menu.c.meal, meal_menu.c.code, meal_menu.c.sold)
    async with village.db.read() as conn:
        rows = (await conn.execute(select(*columns))).all()
    return {(str(day), meal, code): count for day, meal, code, count in rows if count}


async def activity(
    village: Village,
    name: str,
    *words: str,
    hours: float = 24,
    lasts: float = 2,
    capacity: int = 10,
    weekly: bool = False,
    kind: str = "culture",
) -> str:
    """Something that begins in so many hours; returns its id."""
    starts_at = village.clock.now() + timedelta(hours=hours)
    async with village.db.write() as conn:
        return await activities.add(
            conn, series=village.next("series"), name=name, words=list(words), kind=kind,
            place="活动中心", note="欢迎来。", starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=lasts), weekly=weekly, capacity=capacity,
        )  # fmt: skip
