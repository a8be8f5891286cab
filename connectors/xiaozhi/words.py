"""What the channel itself says, by `words.yml`, and the words that only wake a speaker."""

from __future__ import annotations

from connectors.words import filled, load

PACKAGE = "connectors.xiaozhi"


def words(key: str, **values: str) -> str:
    """The words under a key, filled in. Raises KeyError for a key that has none."""
    return filled(load(PACKAGE, "words.yml")[key], values)


def is_wake_word(text: str) -> bool:
    """Whether somebody only called, without a question. Spaces, signs and capitals do not count."""
    plain = "".join(sign for sign in text.lower() if sign.isalnum())
    return not plain or plain in load(PACKAGE, "words.yml")["wake_words"]
