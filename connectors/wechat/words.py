"""What the channel itself says: to residents by `words.yml`, to operators by `doctor.yml`."""

from __future__ import annotations

from typing import Any

from connectors.words import filled, load

PACKAGE = "connectors.wechat"


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    return filled(load(PACKAGE, "words.yml")[key], values)


def doctor_words(key: str, *, missing: str | None = None, **values: str) -> str:
    """An operator's words under a dotted key; `missing` for a key that has none, else KeyError."""
    found: Any = load(PACKAGE, "doctor.yml")
    for part in key.split("."):
        found = found.get(int(part) if part.isdecimal() else part)
        if found is None and missing is not None:
            return missing
        if found is None:
            raise KeyError(key)
    return filled(found, values)
