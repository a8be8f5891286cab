"""What the channel itself says to residents; its words are in `words.yml`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml


@cache
def _all() -> dict[str, str]:
    text = resources.files("connectors.wecom").joinpath("words.yml").read_text(encoding="utf-8")
    loaded: dict[str, str] = yaml.safe_load(text)
    return loaded


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    said = _all()[key]
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", value)
    return said
