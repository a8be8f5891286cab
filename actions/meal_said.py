"""Meals said back: when, what it costs and how it is paid, how it gets to the home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from community.labels import label
from community.services import fee
from community.services.canteen import Sitting
from community.store.meal_orders import MealOrder
from language.periods import Period, at_minute, say_period


def day_words(day: date, now: datetime) -> str:
    """`今天`, `明天（周二）`, `11月9日（周日）`."""
    noon = at_minute(day, 12 * 60 + 5)
    return say_period(Period(noon, noon), now).removesuffix("中午12点05分")


def sittings_words(sittings: list[Sitting], now: datetime) -> str:
    """`明天（周二）午餐`, or the first to the last and how many."""
    span = span_words(sittings, now)
    if len(sittings) == 1:
        return span
    return label("meal_word", "several").format(span=span, count=len(sittings))


def span_words(sittings: Sequence[Sitting], now: datetime) -> str:
    """`明天（周二）午餐`; of days in a row the first and the last, of others each."""
    words = [f"{day_words(one.day, now)}{label('meal', one.meal)}"
             for one in dict.fromkeys(sittings)]  # fmt: skip
    days = [one.day for one in dict.fromkeys(sittings)]
    in_a_row = len({one.meal for one in sittings}) == 1 and len(days) > 1
    if in_a_row and all(b - a == timedelta(days=1) for a, b in pairwise(days)):
        return label("meal_word", "span").format(first=words[0], last=words[-1])
    return "、".join(words)


def mode_words(mode: str, home: str) -> str:
    return label("meal_said", mode).format(home=home)


def note_words(note: str | None) -> str:
    """`，少放盐` after the rest of the order."""
    return f"，{note}" if note else ""


def paid_words(made: list[MealOrder]) -> str:
    """Whether the card has paid: all of it, nothing, or which part."""
    card = sum(one.due_fen for one in made if one.paid_by == "card")
    cash = sum(one.due_fen for one in made if one.paid_by != "card")
    key = "free" if not card + cash else "both" if card and cash else "card" if card else "cash"
    return label("meal_paid", key).format(card=fee.yuan(card), cash=fee.yuan(cash))


def cost_words(due_fen: int, subsidy_fen: int) -> str:
    """`补贴5元，自付5元`."""
    key = "helped" if subsidy_fen else "plain"
    return label("meal_cost", key).format(due=fee.yuan(due_fen), subsidy=fee.yuan(subsidy_fen))
