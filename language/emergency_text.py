"""The shape of a text that cry rules are matched on: folded and solid; knows no rule."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise

from .clean import fold

SOFT_STOPS = frozenset(",，、;；:：~～—…·")
HARD_STOPS = frozenset(".。!！?？\n")
QUOTES = frozenset("《》")
TABLE_LIMIT = 30_000  # characters remembered; beyond it they are worked out again each time

STOPS = frozenset(",.《》")

Span = tuple[int, int]
"""First index, and the index after the last."""

_NO_STOPS = str.maketrans("", "", ",.《》")
_NUMERALS = "零一二三四五六七八九十百幺两"
_RUN = re.compile(f"([\u4e00-\u9fff])(?<![{_NUMERALS}])\\1+")


class FoldTable(dict[int, str]):
    """For `str.translate`: a character to its plain form; stops become `,` or `.`, other noise ""."""

    def __init__(self, signs: Mapping[str, str]) -> None:
        """`signs`: one character (a rare old form, an emoji) to what it stands for, of any length."""
        super().__init__({ord(sign): plain for sign, plain in signs.items()})

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if len(self) < TABLE_LIMIT:
            self[code] = plain
        return plain


def is_han(char: str) -> bool:
    """Whether one character is a common Han character (the basic block)."""
    return "\u4e00" <= char <= "\u9fff"


def solid(plain: str) -> str:
    """Plain text without stops, runs of one character squeezed (救救，命 → 救命)."""
    return squeezed(plain.translate(_NO_STOPS))


def squeezed(plain: str) -> str:
    """Plain text with its stops, runs of one Han character squeezed to one."""
    return _RUN.sub(r"\1", plain)  # never numerals: 一一九 is a number to call


def places(text: str, table: FoldTable) -> tuple[list[int], list[int]]:
    """Where the characters of `solid(text.translate(table))` come from, and where its clauses end.

    The first list holds, for each character, its index in `text`; the second, for each stop, how
    many characters come before it.
    """
    origins: list[int] = []
    ends: list[int] = []
    last = ""
    for index, char in enumerate(text):
        for plain in table[ord(char)]:
            if plain in STOPS:
                ends.append(len(origins))
            else:
                if plain != last or not is_han(plain) or plain in _NUMERALS:
                    origins.append(index)
                last = plain
    return origins, ends


def clauses(length: int, ends: list[int]) -> list[Span]:
    """The whole text, then its clauses when it has several: what follows a stop may mislead a rule."""
    bounds = sorted({0, *ends, length})
    parts = [part for part in pairwise(bounds) if part != (0, length)]
    return [(0, length), *parts]


def _plain(char: str) -> str:
    if char in SOFT_STOPS:
        return ","
    if char in HARD_STOPS:
        return "."
    usual = fold(char)
    if usual in QUOTES or is_han(usual):
        return usual
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", usual).lower()))
