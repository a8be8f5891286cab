"""Figures as words: 1280 as 一千二百八十, 2 as 两 before a measure word, 501 as 五零一."""

import re

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_SCALES = ("", "万", "亿", "万亿")
_LONGEST = 16  # digits of the longest number that is read as a number
_CUTS = {6: (3, 3), 7: (3, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4)}
"""Digits to the lengths of the groups that they are said in; others go in fours."""

PAUSE = "，"
FIGURES = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d+)(?:\.\d+)?"
"""Pattern of one written number, 1,280.00 too; it has no groups."""


def cardinal(figures: str) -> str:
    """Read a written number: "1,280" is 一千二百八十, "0.5" is 零点五, "2000" is 两千, "-3" is 负三.

    Zeros after the point are said (3.0 is 三点零), those before the number are not.
    """
    minus = "负" if figures.startswith("-") else ""
    whole, point, fraction = figures.lstrip("-").replace(",", "").partition(".")
    tail = "点" + one_by_one(fraction) if point else ""
    return minus + _whole(whole.lstrip("0")) + tail


def counted(figures: str) -> str:
    """As `cardinal` before a measure word: "2" is 两."""
    return "两" if figures.lstrip("0") == "2" else cardinal(figures)


def ordinal(figures: str) -> str:
    """As `cardinal` after 第, where 200 is 二百."""
    return re.sub("^两", "二", cardinal(figures))


def one_by_one(figures: str, *, one: str = "一") -> str:
    """Each digit by itself: "501" is 五零一. `one`: how 1 is said, 幺 in telephone numbers."""
    return "".join(_DIGITS[int(digit)] for digit in figures).replace("一", one)


def in_groups(figures: str, *, one: str = "幺") -> str:
    """A long run of digits one by one, with pauses: 幺三八，零零幺三，八零零零."""
    cuts = _CUTS.get(len(figures), (4,) * (-(-len(figures) // 4)))
    if len(figures) <= 5:
        cuts = (5,)
    groups, at = [], 0
    for length in cuts:
        groups.append(one_by_one(figures[at : at + length], one=one))
        at += length
    return PAUSE.join(groups)


def _whole(figures: str) -> str:
    if not figures:
        return "零"
    if len(figures) > _LONGEST:
        return one_by_one(figures)
    said = ""
    for scale in range((len(figures) - 1) // 4, -1, -1):
        end = len(figures) - 4 * scale
        group = figures[max(0, end - 4) : end]
        if int(group):
            said += _below_ten_thousand(group, first=not said) + _SCALES[scale]
    said = re.sub("^一十", "十", said)
    return re.sub("^二(?=[百千万亿])", "两", said)


def _below_ten_thousand(group: str, *, first: bool) -> str:
    said, gap = "", not first and group.startswith("0")
    for place, digit in zip(range(len(group) - 1, -1, -1), group, strict=True):
        if digit == "0":
            gap = gap or bool(said)
            continue
        said += ("零" if gap else "") + _DIGITS[int(digit)] + _PLACES[place]
        gap = False
    return said
