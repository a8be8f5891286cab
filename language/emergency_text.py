"""The shape of a text that cry rules are matched on: folded and solid; knows no rule."""

import re
import unicodedata
from collections.abc import Mapping

from .clean import fold

SOFT_STOPS = frozenset(",，、;；:：~～—…·")
HARD_STOPS = frozenset(".。!！?？\n")
QUOTES = frozenset("《》")
TABLE_LIMIT = 30_000  # characters remembered; beyond it they are worked out again each time

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


def places(text: str, table: FoldTable) -> list[int]:
    """For each character of `solid(text.translate(table))`, its index in `text`."""
    found: list[int] = []
    last = ""
    for index, char in enumerate(text):
        for plain in table[ord(char)].translate(_NO_STOPS):
            if plain != last or not is_han(plain) or plain in _NUMERALS:
                found.append(index)
            last = plain
    return found


def _plain(char: str) -> str:
    if char in SOFT_STOPS:
        return ","
    if char in HARD_STOPS:
        return "."
    usual = fold(char)
    if usual in QUOTES or is_han(usual):
        return usual
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", usual).lower()))
