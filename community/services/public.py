"""The tables of words behind facilities, grid, 12345 and incidents, read once from their files."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def table(name: str) -> dict[str, Any]:
    """What `<name>.yml` beside this module holds."""
    text = resources.files("community.services").joinpath(f"{name}.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def _patterns(name: str, group: str) -> dict[str, re.Pattern[str]]:
    return {
        code: re.compile(pattern, re.IGNORECASE) for code, pattern in table(name)[group].items()
    }


def first_fit(name: str, group: str, words: str) -> str | None:
    """The first code of a group, in the file's order, whose pattern the words hold."""
    found = (code for code, fits in _patterns(name, group).items() if fits.search(words))
    return next(found, None)
