"""What the channel itself says, by `words.yml`."""

from __future__ import annotations

from connectors.words import filled, load


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    return filled(load("connectors.spoken", "words.yml")[key], values)
