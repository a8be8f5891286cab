"""The shape of a text that cry rules are matched on: plain, solid, in clauses; knows no rule."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from .clean import fold

SOFT_STOPS = frozenset(",，、;；:：~～—…·")
HARD_STOPS = frozenset(".。!！?？\n")
QUOTES = frozenset("《》")
STOPS = frozenset(",.《》")
TABLE_LIMIT = 30_000  # characters remembered; beyond it they are worked out again each time

_NUMERALS = "零一二三四五六七八九十百幺两"
_RUN = re.compile(f"([\u4e00-\u9fff])(?<![{_NUMERALS}])\\1+")

Span = tuple[int, int]
"""First index, and the index after the last."""


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


@dataclass(frozen=True)
class Solid:
    """A text without stops, noise and hesitation, runs of one character squeezed: 救救，命 is 救命."""

    chars: str
    origins: list[int]
    """For each of `chars`, its index in the text as received."""
    clauses: list[Span]
    """Stretches of `chars` between stops, in order; at least one."""


def is_han(char: str) -> bool:
    """Whether one character is a common Han character (the basic block)."""
    return "\u4e00" <= char <= "\u9fff"


def solid(text: str, table: FoldTable, fillers: re.Pattern[str]) -> Solid:
    """Fold, drop stops and fillers, squeeze; `fillers` are words of hesitation in plain text."""
    plain, origins = _folded(text, table)
    dropped = {index for found in fillers.finditer(plain) for index in range(*found.span())}
    chars: list[str] = []
    kept: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(plain):
        if char in STOPS:
            ends.append(len(chars))
        elif index not in dropped and not _is_repeated(char, chars):
            chars.append(char)
            kept.append(origins[index])
    bounds = sorted({0, *ends, len(chars)})
    return Solid("".join(chars), kept, list(pairwise(bounds)) or [(0, 0)])


def squeezed(plain: str) -> str:
    """Plain text with its stops, runs of one Han character squeezed to one."""
    return _RUN.sub(r"\1", plain)  # never numerals: 一一九 is a number to call


def _folded(text: str, table: FoldTable) -> tuple[str, list[int]]:
    parts = [(index, plain) for index, char in enumerate(text) for plain in table[ord(char)]]
    return "".join(plain for _, plain in parts), [index for index, _ in parts]


def _is_repeated(char: str, before: list[str]) -> bool:
    return bool(before) and before[-1] == char and is_han(char) and char not in _NUMERALS


def _plain(char: str) -> str:
    if char in SOFT_STOPS:
        return ","
    if char in HARD_STOPS:
        return "."
    usual = fold(char)
    if usual in QUOTES or is_han(usual):
        return usual
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", usual).lower()))
