"""The words of `data/reading.yml`, read once: measure words, units, what letters stand for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Words:
    """Words, and patterns of any of them that have no groups."""

    measures: str
    ranks: str
    units: dict[str, str]
    unit: str
    letters: dict[str, str]
    """Lower case to what is said."""
    link: str
    mail: str
    faces: str
    before: str
    """Words before which a pause is natural …"""
    after: str
    """… and words after which it is."""


@cache
def words() -> Words:
    """The words shipped with this package."""
    data: dict[str, Any] = yaml.safe_load(
        (files("language") / "data" / "reading.yml").read_text("utf-8")
    )
    return Words(
        measures=_any(data["measures"].split()),
        ranks=_any(data["ranks"].split()),
        units=data["units"],
        unit=_any(data["units"]),
        letters=data["words"],
        link=data["link"],
        mail=data["mail"],
        faces=_any(data["faces"].split()),
        before=_any(data["before"].split()),
        after=_any(data["after"].split()),
    )


def _any(these: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, these), key=len, reverse=True))})"
