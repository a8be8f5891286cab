"""Text made comparable: `fold` keeps every offset, `squeeze` does not."""

import re
from functools import cache
from importlib.resources import files

_DIGIT_ROWS = (  # code points of a zero, followed by one to nine
    0xFF10,  # full width
    0x0660,  # Arabic-Indic
    0x06F0,  # Persian
    0x0966,  # Devanagari
    0x2080,  # subscript
    *range(0x1D7CE, 0x1D800, 10),  # mathematical bold, double-struck, sans-serif, monospace
)
_ONE_ROWS = (  # code points of a one, followed by two to nine
    0x2460,  # ①
    0x2474,  # ⑴
    0x2488,  # ⒈
    0x2776,  # ❶
    0x2780,  # ➀
    0x278A,  # ➊
    0x2160,  # Ⅰ
    0x2170,  # ⅰ
)
_HAN_ROW = 0x3220  # ㈠ to ㈨
_SMALL = dict(zip("⓪⁰¹²³⁴⁵⁶⁷⁸⁹", "00123456789", strict=True))
_WIDE_SIGNS = "＃－．：／＠＋＿％＆＝＊～"
_SIGNS = dict(zip(_WIDE_SIGNS + "　\xa0﹣−‐‑–", "#-.:/@+_%&=*~  -----", strict=True))
_ZEROS = dict.fromkeys("〇○◯", "零")

_RUN = re.compile(r"([^\d零一二三四五六七八九幺])\1{2,}")
_NOISE = re.compile(r"[\s\u200b-\u200f\ufeff\ufe0f]+")
_MARKS = re.compile(r"[,，.。!！?？;；、…~～·]+")


def fold(text: str) -> str:
    """Map width, digit and traditional variants to one form, character by character.

    `len(fold(text)) == len(text)` always holds, so a span found in the folded text is true in
    the original. Chinese sentence marks （，。！？；） are left alone, letter case too.
    """
    return text.translate(_table())


def squeeze(text: str) -> str:
    """Fold, lower, drop spaces, make marks one comma, and cut runs of three or more to one.

    For matching only: offsets are lost. 「我 要要要 报修！！！」 becomes 「我要报修」; marks at
    either end are dropped, and digits are never cut, written or spoken.
    """
    text = _NOISE.sub("", fold(text).lower())
    text = _MARKS.sub("，", text).strip("，")
    return _RUN.sub(r"\1", text)


@cache
def _table() -> dict[int, str]:
    table: dict[int, str] = {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)}
    table |= {ord("ａ") + n: chr(ord("a") + n) for n in range(26)}
    table |= {row + n: str(n) for row in _DIGIT_ROWS for n in range(10)}
    table |= {row + n: str(n + 1) for row in _ONE_ROWS for n in range(9)}
    table |= {_HAN_ROW + n: "一二三四五六七八九"[n] for n in range(9)}
    for mapping in (_SMALL, _SIGNS, _ZEROS, _traditional()):
        table |= {ord(old): new for old, new in mapping.items()}
    return table


def _traditional() -> dict[str, str]:
    lines = (files("language") / "data" / "traditional.txt").read_text("utf-8").splitlines()
    pairs = (pair for line in lines if not line.startswith("#") for pair in line.split())
    return {pair[0]: pair[1] for pair in pairs}
