"""How urgent a household repair is, decided from its words by the table in `urgency.yml`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

ORDER = ("critical", "high", "low")


@cache
def _table() -> tuple[dict[str, int], dict[str, re.Pattern[str]]]:
    text = resources.files("community.services").joinpath("urgency.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    patterns = {name: re.compile("|".join(loaded["patterns"][name])) for name in ORDER}
    return loaded["minutes"], patterns


def decide(words: str) -> str:
    """`critical`, `high`, `normal` or `low`; the gravest pattern that fits wins."""
    _, patterns = _table()
    return next((name for name in ORDER if patterns[name].search(words)), "normal")


def due_at(urgency: str, now: datetime) -> datetime:
    """When the repair must have been dealt with."""
    minutes, _ = _table()
    return now + timedelta(minutes=minutes[urgency])
