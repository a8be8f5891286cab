"""A text in pieces of so many bytes, cut where it reads well: no reader sees half a character."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

_CHARACTER_MAX_BYTES = 4
_CLOSING = "[”’」』）】》)\\]\"']*"
_SENTENCE_END = re.compile(
    rf"(?:\n|[。！？…]+|[!?](?=\s|[^\x00-\x7f])|(?<=[A-Za-z)])\.(?=\s)){_CLOSING}"
)
"ASCII marks count only before a blank or a Chinese character: they also stand in addresses"
_CLAUSE_END = re.compile(rf"(?:[，、；：]|[,;:](?=\s|[^\x00-\x7f])|\s){_CLOSING}")
_JOINER = "\u200d"
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_TAGS = ("\U000e0020", "\U000e007f")


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` bytes (4 or more), which join to the text.

    Cut after a sentence where one ends in the latter half of a piece, else after a clause there,
    else after the last sentence or clause at all, else between two characters as they are seen.
    Only blanks at the cuts are left out.
    """
    if limit < _CHARACTER_MAX_BYTES:
        raise ValueError("a character may not fit")
    ends = [
        [found.end() for found in mark.finditer(text) if _parts(text, found.end())]
        for mark in (_SENTENCE_END, _CLAUSE_END)
    ]
    pieces = []
    start = 0
    while (end := start + _fitting(text[start : start + limit], limit)) < len(text):
        cut = _cut(text, start, end, ends)
        if piece := text[start:cut].rstrip():
            pieces.append(piece)
        start = _after_blanks(text, cut)
    rest = text[start:]
    return [*pieces, rest] if rest or not pieces else pieces


def _fitting(text: str, limit: int) -> int:
    """How many characters of the text fit into `limit` bytes."""
    return len(text.encode()[:limit].decode(errors="ignore"))


def _cut(text: str, start: int, end: int, ends: Sequence[Sequence[int]]) -> int:
    for floor in ((start + end) // 2, start):
        for marks in ends:
            last = bisect_right(marks, end) - 1
            if last >= 0 and marks[last] > floor:
                return marks[last]
    return next((at for at in range(end, start, -1) if _parts(text, at)), end)


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace() and _parts(text, at + 1):
        at += 1
    return at


def _parts(text: str, at: int) -> bool:
    """Whether a cut here leaves whole what the reader sees as one character.

    Source: the rules of unicode.org/reports/tr29 that matter for Chinese text and emoji.
    """
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == _JOINER or _extends(after):
        return False
    return not (_is_flag_letter(before) and _is_flag_letter(after) and _flag_letters(text, at) % 2)


def _extends(character: str) -> bool:
    """Variation selectors are among the marks of category Mn."""
    return (
        character == _JOINER
        or unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or _SKIN_TONES[0] <= character <= _SKIN_TONES[1]
        or _FLAG_TAGS[0] <= character <= _FLAG_TAGS[1]
    )


def _is_flag_letter(character: str) -> bool:
    return _FLAG_LETTERS[0] <= character <= _FLAG_LETTERS[1]


def _flag_letters(text: str, end: int) -> int:
    """How many of them stand in a row before `end`; two make a flag."""
    start = end
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return end - start
