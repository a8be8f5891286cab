"""The gateway's own words, read once from `phrases.yml`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _all() -> dict[str, Any]:
    text = resources.files("bot").joinpath("phrases.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def phrase(key: str, **values: object) -> str:
    """The words under a dotted key, filled in. Raises KeyError for a key that has none."""
    return str(_at(key)).format(**values)


def phrases(key: str) -> list[str]:
    """A list of words under a dotted key."""
    found = _at(key)
    if not isinstance(found, list):
        raise KeyError(key)
    return [str(item) for item in found]


def _at(key: str) -> Any:
    found: Any = _all()
    for part in key.split("."):
        found = found[part]
    return found
