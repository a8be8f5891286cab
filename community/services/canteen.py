"""The canteen's side: its rules, which meals can still be ordered, and what is on the menu."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from community.context import Context
from community.store import menus
from community.store.menus import Menu
from community.times import SHANGHAI, local
from language.corrections import is_denied
from language.homophones import NameIndex

LONGEST_WORD = 8


class Sitting(NamedTuple):
    """One meal of one day; `meal`: lunch or dinner."""

    day: date
    meal: str


@cache
def rules() -> dict[str, Any]:
    """The rules of services/meal.yml."""
    text = resources.files("community.services").joinpath("meal.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _at(day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def cut_off(sitting: Sitting) -> datetime:
    """From this moment on nothing of the meal can be ordered, changed or cancelled."""
    return _at(sitting.day, rules()["meals"][sitting.meal]["until"])


def is_over(ctx: Context, sitting: Sitting) -> bool:
    """Whether the canteen has closed after the meal."""
    return ctx.clock.now() >= _at(sitting.day, rules()["meals"][sitting.meal]["closes"])


def today(ctx: Context) -> date:
    return local(ctx.clock.now()).date()


def horizon(ctx: Context) -> date:
    """The last day that can be ordered for."""
    return today(ctx) + timedelta(days=rules()["ahead_days"] - 1)


def problem(ctx: Context, sitting: Sitting) -> str | None:
    """Why the meal cannot be ordered: past, closed (after the cut-off), too_far; or None."""
    if sitting.day < today(ctx):
        return "past"
    if sitting.day > horizon(ctx):
        return "too_far"
    return "closed" if ctx.clock.now() >= cut_off(sitting) else None


def all_sittings(first: date, last: date) -> list[Sitting]:
    """Every meal of these days, in their order."""
    days = range((last - first).days + 1)
    return [Sitting(first + timedelta(days=i), meal) for i in days for meal in rules()["meals"]]


async def between(ctx: Context, first: date, last: date) -> list[Menu]:
    """The menus of these days; those of the coming days are written first when they are missing."""
    async with ctx.db.read() as conn:
        known = await menus.last_day(conn)
    if known is None or known < horizon(ctx):
        async with ctx.db.write() as conn:
            await menus.fill_up(conn, today(ctx), rules()["ahead_days"])
    async with ctx.db.read() as conn:
        return await menus.of_days(conn, first, last)


async def on(ctx: Context, sitting: Sitting) -> list[Menu]:
    """What is on the menu of one meal, cheapest first."""
    return [one for one in await between(ctx, sitting.day, sitting.day) if one.meal == sitting.meal]


async def next_open(ctx: Context, meal: str | None = None) -> Sitting | None:
    """The next meal that can be ordered and is cooked; of one kind when it is given."""
    cooked = {
        Sitting(one.day, one.meal)
        for one in await between(ctx, today(ctx), horizon(ctx))
        if one.left and meal in (None, one.meal)
    }
    possible = [one for one in all_sittings(today(ctx), horizon(ctx)) if one in cooked]
    return next((one for one in possible if problem(ctx, one) is None), None)


def set_named(words: str) -> str | None:
    """The code of the set that the words name by its letter, its name or its nature.

    A letter counts before a nature: A餐，我有糖尿病 orders what was named.
    """
    found = [
        (one["letter"].lower() in word.lower(), len(word), code)
        for code, one in rules()["sets"].items()
        for word in one["words"]
        if (at := words.find(word)) >= 0 and not is_denied(words, at, at + len(word))
    ]
    return max(found, key=lambda named: named[:2])[2] if found else None


def lettered(words: str) -> list[str]:
    """The sets that the words name by their letters, in the order of the menu."""
    return [
        code
        for code, one in rules()["sets"].items()
        if any(one["letter"].lower() in word.lower() and word in words for word in one["words"])
    ]


def with_dish(words: str, among: list[Menu]) -> list[Menu]:
    """The menus that have a dish whose name is in the words, or sounds like them."""
    named = [one for one in among if any(dish in words for dish in one.dishes)]
    if named or len(words) > LONGEST_WORD:
        return named
    whole = [one for one in among if any(words in dish for dish in one.dishes)] if words else []
    match = NameIndex({dish for one in among for dish in one.dishes}).best(words)
    return whole or [one for one in among if match and match.name in one.dishes]
