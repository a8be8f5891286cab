"""Rough numbers as people say them, as the least and the most: 三千多, 不到八十, 八十挂零, 两三年."""

from __future__ import annotations

import re
from typing import NamedTuple

from language.clean import fold
from language.numerals import DIGITS, NUMBER, SAID, parse_number

ENDLESS = float("inf")


class Rough(NamedTuple):
    """From `least` to `most`, both possible; the same twice when it was said exactly.

    `unit`: the word that was said after it (岁, 年, 个月, 块), or "". `start`, `end`: in the text as
    `plain` makes it.
    """

    least: float
    most: float
    unit: str
    start: int
    end: int


_AWAY = rf"(?:{NUMBER}|几)个?(?:多?月|礼拜|星期|天|岁|年|百|千|块)"
_SHORT_OF = (
    re.compile(rf"(?:还|就)?(?:差|欠|缺){_AWAY}(?:左右|多)?(?:才|就|到|满|够|是|过)*(?=[\d{SAID}十百千])"),
    re.compile(rf"(?:还|再)(?:有|过|等|要|得)+{_AWAY}(?:左右|多)?(?:才|就|到|满|够|是|过)*(?=[\d{SAID}十百千])"),
    re.compile("(?:明年|后年|下个?月|年底|过了年|下半年)(?:才|就|到|满|够|是|过|生日)*(?=[\\d一二三四五六七八九十])"),
)  # fmt: skip
"差两个月八十, 再过两年才八十, 明年八十: not yet"
_LEFT = re.compile(rf"(?<=[\d{SAID}十岁年月])还?(?:差|欠|缺)(?:着|了)?(?:{_AWAY}|点|一点|些)?")
"八十还差两个月"
_BELOW = (
    "不到|没到|未到|不够|没够|不足|没满|不满|未满|没有满|没有到|没过|没上|低于|少于|小于|快到?满?|将近|接近|眼看着?|马上就?到?|奔|"
    "最多|顶多|至多|不超过|没超过|没有超过|不会超过|不高于|不大于"
)
_ABOVE = "超过|不止|不只|不低于|不少于|高于|大于|多于|过了|至少|起码|最少|少说"
_BEFORE = (
    rf"(?P<just>刚刚?(?:满|到|过|好)?|正好|整整|足足)|(?P<below>还?(?:{_BELOW})(?:了|是|就|有)?)"
    rf"|(?P<above>{_ABOVE})|(?P<about>大概|大约|差不多|约摸?|估计|可能|好像|也许|约莫)(?:是|有|也?就|在)?"
)
_AFTER = (
    "(?P<over>出头|挂零|冒头|有零|零点|冒尖|挂点零)|(?P<many>多|好几|几|有余)|(?P<around>左右|上下|来|前后)"
    "|(?P<up>以上|往上|不止|开外|朝上|出去了)|(?P<down>以下|以内|之内|往下|都?不到|都?不够|没到|不足|都?没满|没有到)"
)
_SCALES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10_000}
_UNIT = "周岁|个整月|个半月|个月|块钱|元钱|[岁年月天块元毛个人口号楼层点日次回份种级栋户斤套辆]"
_ROUGH = re.compile(
    rf"(?:{_BEFORE})?(?P<nominal>虚岁|虚)?(?P<most_of>大(?=半[年岁个]))?(?:"
    rf"(?P<pair>[{SAID}][{SAID}])(?P<scale>[十百千万])(?:来|多)?(?![\d{SAID}十百千万点])"
    rf"|(?P<years>[{SAID}][{SAID}])(?=[年岁]|个?多?月)"
    rf"|(?P<tens>[{SAID}]?十)(?P<ones>[{SAID}][{SAID}])(?![{SAID}十百千万点])"
    "|(?P<some>好?几)(?P<times>[十百千万]?)"
    "|(?P<scant>[百千万])(?=把|来)"
    rf"|(?P<number>{NUMBER}))"
    "(?P<ba>把)?"
    rf"(?:{_AFTER})?(?P<unit>{_UNIT})?(?P<half>半)?(?P<late>多|出头|挂零|左右|上下|以上|以下|以内|之内|往上|不止|开外"
    rf"|都?不到|都?不够|没到|都?没满)?(?:零|又)?(?:(?P<rest>{NUMBER})个月)?"
)
_LATE = {
    "多": "many", "出头": "over", "挂零": "over", "左右": "around", "上下": "around", "以上": "up",
    "往上": "up", "不止": "up", "开外": "up",
}  # fmt: skip
_PART, _FEW = 0.1, 2
"How far 左右 may be from a round number, as a part of it, and from another"
_LITTLE = 4
"How far 出头 goes at most"


def plain(text: str) -> str:
    """The folded text with what is not reached yet said shortly: 差两个月八十 is 不到八十."""
    said = fold(text)
    for words in _SHORT_OF:
        said = words.sub("不到", said)
    return _LEFT.sub("不到", said)


def find_rough(text: str) -> list[Rough]:
    """Every number of the text with what blurs it, from left to right.

    Of a guess (两三年, 七八百) the whole stretch counts.
    """
    found = [_read(match) for match in _ROUGH.finditer(plain(text))]
    return [one for one in found if one is not None]


def _read(match: re.Match[str]) -> Rough | None:
    span = _span(match)
    if span is None:
        return None
    least, most = _blurred(match, *span)
    if (match["half"] and match["unit"]) or match["unit"] == "个半月":
        least, most = least + 0.5, most + 0.5
    if match["nominal"]:  # 虚岁 is one or two above the years lived
        least, most = least - 2, most - 1
    if match["rest"] and match["unit"] in {"岁", "周岁", "年"}:
        months = (parse_number(match["rest"]) or 0) / 12
        least, most = least + months, least + months
    unit = "个月" if match["unit"] in {"个整月", "个半月"} else match["unit"] or ""
    return Rough(max(0.0, least), most, unit, match.start(), match.end())


def _span(match: re.Match[str]) -> tuple[float, float] | None:
    """What the bare number may stand for: one value, or a stretch for a guess."""
    pair = match["pair"] or match["years"] or match["ones"]
    if pair:
        low, high = DIGITS[pair[0]], DIGITS[pair[1]]
        if match["tens"]:
            tens = parse_number(match["tens"]) or 0
            return (tens + low, tens + high) if high == low + 1 else None
        scale = _SCALES[match["scale"] or ""]
        if high != low + 1:
            value = parse_number(pair + (match["scale"] or ""))
            return None if value is None else (value, value)
        return low * scale, high * scale + _within(scale)
    if match["some"]:
        scale = _SCALES[match["times"]]
        return (3 if match["some"] == "好几" else 2) * scale, 9 * scale + _within(scale)
    if match["scant"]:
        return 0.9 * _SCALES[match["scant"]], 1.5 * _SCALES[match["scant"]]
    value = parse_number(match["number"])
    return None if value is None else (value, value)


def _within(scale: float) -> float:
    """How far a number of this scale can go before the next one."""
    return scale - 1 if scale > 1 else 0


def _blurred(match: re.Match[str], least: float, most: float) -> tuple[float, float]:
    late = _LATE.get(match["late"] or "", "down" if match["late"] else "")
    if match["below"] or match["down"] or late == "down":
        return 0, most - (1 if most > 1 and not match["unit"] else 0.01)
    if match["above"] or match["up"] or late == "up":
        return least, ENDLESS
    if match["over"] or late == "over":
        return least, most + _LITTLE
    if match["many"] or late == "many":
        return least, _with_more(most, bool(match["unit"]) and not match["many"])
    if match["most_of"]:
        return least, 2 * most - 0.01
    if match["around"] or match["about"] or late == "around":
        return least - _near(least), most + _near(most)
    if match["ba"] and not match["scant"]:
        return least * (1 - _PART), most * 1.5
    return least, most


def _near(value: float) -> float:
    """How far 左右 is from a number: a part of a round one, a little of one that is counted out."""
    return value * _PART if value < 10 or value % 10 == 0 else _FEW


def _with_more(value: float, of_unit: bool) -> float:
    """The most that 多 after a number means: 八十多 to 89, 三千多 to 3999, 三岁多 below 4."""
    step = 1
    while not of_unit and value >= 10 and value % (step * 10) == 0:
        step *= 10
    return value + (step - 1 if step > 1 else 0.99)
