"""The guard: makes a resident's words safe to hand to the engine, without changing what they say."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 1000
"What the engine reads of one message; the whole text is kept in the transcript"

_SLASHES = re.compile(r"^[\s/／∕⁄]+(?=\S)")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Words without control, zero-width and private-use characters, with single spaces.

    A leading slash of any width would make Rasa read a raw intent: it is dropped. At most
    MAX_CHARACTERS remain, the first ones.
    """
    visible = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return _SLASHES.sub("", _SPACES.sub(" ", visible).strip())[:MAX_CHARACTERS].strip()


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in it: emoji and punctuation alone say nothing to serve."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)
