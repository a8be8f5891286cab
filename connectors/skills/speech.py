"""The speech form of a text: no links, marks, pictures or lists, and pieces that an ear can keep."""

from __future__ import annotations

import re
import unicodedata

from connectors.skills.words import words
from connectors.splitting import split
from language.reading.codes import read_codes, read_hotlines, read_long

PAGE_MAX_CHARACTERS = 60
"What is said in one go, where a sentence or clause ends in time"

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s，。；！？、）】》」”]+", re.IGNORECASE)
_MARKED_LINE = re.compile(
    r"^\s*(?:[-*•·●○▪■◆>＞]+|#{1,6}|\(?\d{1,2}[.．、)）](?!\d)|[①-⑳])\s*", re.MULTILINE
)
_MARKS = re.compile(r"\*\*|__|~~|```|[`*#|<>_]")
_OPENING, _CLOSING = "（(【[〔〖{｛", "）)】]〕〗}｝"
_BRACKETS = str.maketrans({**dict.fromkeys(_OPENING, "，"), **dict.fromkeys(_CLOSING, "，")})
_SILENT = str.maketrans("", "", "「」『』《》〈〉")
_PICTURES = {"So", "Sk", "Cs", "Co", "Cn", "Cf", "Cc"}
_VARIATION = re.compile("[\ufe00-\ufe0f\u20e3]")
_SPACED = re.compile(r"[ \t\u3000]+")
_HAN_SPACE = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")
_ENDS = frozenset("。！？!?")
_STRONGER = re.compile(r"[，、；：,;:]*([。！？!?])[，、；：。,;:]*")
_COMMAS = re.compile(r"[，、,]*([；：，、,])[，、,]*")
_HAN_BYTES = 3


def spoken(text: str) -> str:
    """The text as it is said: sentences, each with its mark; empty when nothing of it can be said."""
    text = _LINK.sub(r"\1", _VARIATION.sub("", text))
    text = _MARKS.sub("", _MARKED_LINE.sub("", _ADDRESS.sub("", text)))
    text = text.translate(_BRACKETS).translate(_SILENT)
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _PICTURES)
    lines = [_line(line) for line in _spelled(text).split("\n")]
    return "".join(_ended(line) for line in lines if line)


def offered(labels: tuple[str, ...]) -> str:
    """The choices as a sentence: 您可以说，确认，或者取消。"""
    *others, last = labels
    first = words("and").join(others)
    return words("choices", labels=f"{first}{words('or')}{last}" if first else last)


def pages(text: str) -> list[str]:
    """The text in pieces, all but the last with room for the question whether to go on."""
    if len(text) <= PAGE_MAX_CHARACTERS:
        return [text]
    room = PAGE_MAX_CHARACTERS - len(words("more"))
    limit = room * _HAN_BYTES
    while max(map(len, found := split(text, limit))) > room and limit > room:
        limit -= _HAN_BYTES * 4  # digits and letters take fewer bytes, and as long to say
    return found


def _line(line: str) -> str:
    """One line without what stands doubled or alone."""
    line = _HAN_SPACE.sub("", _SPACED.sub(" ", line)).strip(" ，、；：,;:-—")
    line = _STRONGER.sub(r"\1", _COMMAS.sub(r"\1", line))
    return line if any(unicodedata.category(c)[0] in "LN" for c in line) else ""


def _ended(line: str) -> str:
    return line if line.rstrip("”’")[-1:] in _ENDS else f"{line}。"


def _spelled(text: str) -> str:
    """Telephone numbers and long codes digit by digit, in groups as people say them.

    All other numbers a maker's own voice reads well.
    """
    return read_long(read_hotlines(read_codes(text)))
