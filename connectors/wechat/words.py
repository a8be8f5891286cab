"""What the channel itself says: to residents by `words.yml`, to operators by `doctor.yml`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _all(name: str) -> dict[str, Any]:
    text = resources.files("connectors.wechat").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    return _filled(_all("words.yml")[key], values)


def doctor_words(key: str, *, missing: str | None = None, **values: str) -> str:
    """An operator's words under a dotted key; `missing` for a key that has none, else KeyError."""
    found: Any = _all("doctor.yml")
    for part in key.split("."):
        found = found.get(int(part) if part.isdecimal() else part)
        if found is None and missing is not None:
            return missing
        if found is None:
            raise KeyError(key)
    return _filled(found, values)


def _filled(said: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", value)
    return said
