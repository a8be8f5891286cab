"""What the channel itself says to residents; its words are in `words.yml`."""

from __future__ import annotations

from connectors.words import filled, load


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    return filled(load("connectors.wecom", "words.yml")[key], values)
