"""The guard: makes a resident's words safe to hand to the engine, without changing what they say."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 1000
"What the engine reads of one message; the whole text is kept in the transcript"

_SLASHES = re.compile(r"^[\s/／∕⁄]+(?=\S)")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Words that the engine may read: visible, without a leading slash, MAX_CHARACTERS at most.

    A leading slash of any width would make Rasa read a raw intent.
    """
    return _SLASHES.sub("", visible(text))[:MAX_CHARACTERS].strip()


def visible(text: str) -> str:
    """Words without control, zero-width and private-use characters, with single spaces."""
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return _SPACES.sub(" ", kept).strip()


def has_emoji(text: str) -> bool:
    """Whether there is a picture among the signs; question marks alone are none."""
    return any(unicodedata.category(c) == "So" for c in text)


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in it: emoji and punctuation alone say nothing to serve."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)
