"""Numerals and digit strings as people say them: 一百五, 两个半, 五零一, 幺三八."""

import re
from decimal import Decimal

from language.clean import fold
from language.found import Found

DIGITS = {
    **{str(n): n for n in range(10)},
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **dict(zip("两幺么腰洞灵拐勾", (2, 1, 1, 1, 0, 0, 7, 9), strict=True)),
}
"""A digit written or spoken, and its value; 么, 腰 and 灵 are 幺 and 零 misheard; 洞, 拐
and 勾 are 0, 7 and 9 as on the radio."""

PAIRS = {"俩": 2, "仨": 3}
"""Numerals that hold their measure word."""

_SCALES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_TENS = {"廿": "二十", "卅": "三十"}
_FORMAL = str.maketrans("拾佰仟", "十百千")
_LONGEST = 20  # characters; a longer run is a code, not a number

SAID = "零一二三四五六七八九壹贰叁肆伍陆柒捌玖两"
"""The digits that numerals are made of; those said one by one only (幺) are not here."""
DIGIT = rf"[\d{SAID}]"
"""Pattern of one digit, written or spoken."""
WRITTEN = r"(?<![\d.])(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,6})?(?!\d)"
"""Pattern of one whole written number: 38.5, 1,280.00; it has no groups."""

_NUMERAL = f"[{SAID}十百千拾佰仟万亿廿卅]"
_MIXED = (
    r"(?<![\d.])(?:(?:\d{1,4}[亿万千百]){1,3}\d{1,4}(?![\d.万千百亿])|(?:\d{1,4}[亿万千百]){2,3})"
)
NUMBER = rf"(?:{_MIXED}|(?:{WRITTEN})[万千百亿]?|{_NUMERAL}{{1,20}}(?:点[{SAID}]{{1,6}})?|[半俩仨])"
"""Pattern of one number in folded text, as `parse_number` reads it; it has no groups."""

ONE_WORD = "一(?=[直定样起共般会些旦])"
"""Pattern of 一 at the head of a word such as 一直, where it is no digit."""
_GUESS = re.compile("一二|[两二]三|三四|三五|四五|五六|六七|七八|八九")
_SECTION = re.compile("(?:([1-9])千)?0?(?:([1-9])百)?0?(?:([1-9])?(十))?0?([1-9])?")
_ASTRAY = re.compile("^0.|.0$|百0.?十")
"""A zero where none is said: 零十, 一百零, 一百零五十."""
_NUMBER_AT = re.compile(rf"(?:负|零下)?{NUMBER}(?:个半)?")


def parse_number(text: str) -> int | float | None:
    """Read a text that is one number: 三十二, 一百五 (150), 3.5, 半, 两个半, 第三, 零下五.

    Digits said one by one are a number too (五零一 is 501). None for a guess (两三, 七八) and when
    anything else is left.
    """
    said = fold(text).strip().removeprefix("第")
    if len(said) > _LONGEST:
        return None
    for minus in ("负", "零下", "-"):
        if said.startswith(minus):
            value = _positive(said[len(minus) :])
            return None if value is None else -value
    return _positive(said)


def digits(text: str) -> str | None:
    """Turn a text of nothing but digits into ASCII: 五零一 is "501", 幺三八 is "138".

    Spaces and hyphens between them are dropped. None when anything else is left.
    """
    said = [mark for mark in fold(text) if mark not in " -"]
    if not said or any(mark not in DIGITS for mark in said):
        return None
    return "".join(str(DIGITS[mark]) for mark in said)


def find_numbers(text: str) -> list[Found[int | float]]:
    """All numbers in the text, from left to right; 一 in a word such as 一下 counts too."""
    found = []
    for match in _NUMBER_AT.finditer(fold(text)):
        value = parse_number(match.group())
        if value is not None:
            found.append(Found(match.start(), match.end(), value))
    return found


def _positive(said: str) -> int | float | None:
    if said == "半":
        return 0.5
    if said.endswith("个半"):
        whole = _integer(said[:-2])
        return None if whole is None else whole + 0.5
    if re.fullmatch(rf"(?:{WRITTEN})[万千百亿]?", said):
        return _written(said)
    if re.fullmatch(_MIXED, said):
        return _mixed(said)
    whole_text, point, fraction = said.partition("点")
    whole = _integer(whole_text)
    if whole is None or not point:
        return whole
    tail = digits(fraction)
    return None if tail is None else float(f"{whole}.{tail}")


def _mixed(said: str) -> int | None:
    """Read figures between scales: 1万2千 is 12000, 3千5 is 3500; None when a scale grows again."""
    value, scale = 0, _SCALES["亿"] * 10
    for figures, mark in re.findall(r"(\d+)([亿万千百]?)", said):
        below = _SCALES[mark] if mark else 1
        if not mark and len(figures) == 1:
            below = scale // 10
        if int(figures) * below >= scale:
            return None
        value, scale = value + int(figures) * below, below
    return value


def _written(said: str) -> int | float:
    scale = _SCALES.get(said[-1], 1)
    plain = said.rstrip("万千百亿").replace(",", "")
    value = Decimal(plain) * scale
    return int(value) if value == value.to_integral_value() else float(value)


def _integer(said: str) -> int | None:
    if said in PAIRS:
        return PAIRS[said]
    for short, full in _TENS.items():
        said = said.replace(short, full)
    if said.endswith("两") and len(said) > 1:
        return None  # 三两 is a weight
    if said and all(mark in DIGITS for mark in said):
        return None if _GUESS.fullmatch(said) else int(digits(said) or "")
    return _grouped("".join(str(DIGITS.get(mark, mark)) for mark in said.translate(_FORMAL)))


def _grouped(said: str) -> int | None:
    """Read numerals with 万 and 亿: 一万二 is 12000, 一万零二 is 10002."""
    for mark, scale in (("亿", 100_000_000), ("万", 10_000)):
        high, found, low = said.rpartition(mark)
        if not found:
            continue
        upper = _grouped(high)
        if upper is None or not low:
            return None if upper is None else upper * scale
        if len(low) == 1 and low.isdigit():
            return upper * scale + int(low) * scale // 10
        lower = _grouped(low.lstrip("0"))
        return None if lower is None or lower >= scale else upper * scale + lower
    return _below_ten_thousand(said)


def _below_ten_thousand(said: str) -> int | None:
    match = _SECTION.fullmatch(said)
    if match is None or not said or _ASTRAY.search(said):
        return None
    thousands, hundreds, tens, ten, ones = match.groups()
    last = int(ones or 0)
    if said[-2:-1] == "百":
        last *= 10
    elif said[-2:-1] == "千":
        last *= 100
    middle = int(tens or 1) * 10 if ten else 0
    return int(thousands or 0) * 1000 + int(hundreds or 0) * 100 + middle + last
