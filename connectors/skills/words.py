"""What the skills themselves say and listen for; the words are in `words.yml`."""

from __future__ import annotations

from connectors.words import filled, load


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    return filled(load("connectors.skills", "words.yml")[key], values)


def several(key: str) -> tuple[str, ...]:
    """The list of words under a key."""
    return tuple(load("connectors.skills", "words.yml")[key])
