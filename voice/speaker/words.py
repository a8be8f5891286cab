"""What the speaker says while its line is down, by `words.yml`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _all() -> dict[str, Any]:
    text = resources.files("voice.speaker").joinpath("words.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def words(key: str, turn: int = 0, **values: str) -> str:
    """The wording under a key, filled in; where there are several, `turn` after `turn` the next.

    Raises KeyError for a key that has none.
    """
    found = _all()[key]
    wordings = found if isinstance(found, list) else [found]
    return str(wordings[turn % len(wordings)]).format(**values)
