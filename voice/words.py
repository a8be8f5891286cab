"""Words: what the speaker says of itself, from `words.yml`, never the same twice while others are left."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _all() -> dict[str, Any]:
    text = resources.files("voice").joinpath("words.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def listed(key: str) -> list[str]:
    """The words under a dotted key, all of them. Raises KeyError for a key that has none."""
    found: Any = _all()
    for part in key.split("."):
        found = found[part]
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]


class Words:
    """The words of one session; it remembers which ones were said."""

    def __init__(self) -> None:
        self._said: Counter[str] = Counter()

    def say(self, key: str, **values: str) -> str:
        """The wording under `key` that was said least often, filled in."""
        wording = min(listed(key), key=self._said.__getitem__)
        self._said[wording] += 1
        return wording.format(**values)
