"""The desk's own words that code needs, read once from `phrases.yml`; pages have theirs inside."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _load(name: str) -> Any:
    text = resources.files("desk").joinpath(f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def words(key: str, **values: object) -> str:
    """The words under a dotted key, filled in. Raises KeyError for a key that has none."""
    found: Any = _load("phrases")
    for part in key.split("."):
        found = found[part]
    return str(found).format(**values)


def group(name: str) -> dict[str, str]:
    """All words of a group, by code, in the file's order."""
    return dict(_load("phrases")[name])


def canned() -> list[dict[str, str]]:
    """Ready-made replies: `{key, title, text}`, in the file's order."""
    return [dict(one) for one in _load("canned")]
