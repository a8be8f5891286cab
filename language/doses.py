"""How much is taken at a time: 一片, 半片, 5毫升, 十二个单位; said back as it was said, never judged."""

from __future__ import annotations

import re

from language.clean import fold
from language.numerals import NUMBER

_UNIT = (
    "片|粒|颗|丸|滴|小?袋|包|支|毫升|毫克|微克|克|mg|ml|小勺|汤勺|勺|匙|瓶盖|小?碗|喷|吸|贴|张|个?单位|"
    "针|枚|[口杯瓶](?!服)|个(?!小时|钟头|月|礼拜|星期|半|时候|钟)"
)
_DOSE = re.compile(
    rf"(?:(?P<part>[一二两三四]分之[一二三])|(?P<number>{NUMBER})|(?P<half>半拉)|(?P<several>[两三四五]三?))"
    rf"(?P<unit>{_UNIT})(?P<more>半)?|(?P<cut>半拉)(?!钟头)|(?P<few>[俩仨](?![个回遍趟次时]))",
    re.IGNORECASE,
)
_WEEKDAY = re.compile("(?<!个)(?:周|星期|礼拜)[一二三四五六日]")


_BY_PART = re.compile(
    r"(?P<part>早(?:上|晨|饭[前后])?|清早|中午?|中饭[前后]|下午|晚(?:上|饭[前后])?|夜里|睡前)(?:各|吃|用|打|服)?(?=[一二两三四五半\d])"
)


def parse_dose(text: str) -> str | None:
    """How much at a time, as it was said: 一片, 半片, 5毫升; the last that is not denied. None without.

    One that differs by the time of day is kept whole: 早一片晚两片.
    """
    said, found = _WEEKDAY.sub("■■", fold(text)), None
    by_part = _by_part(said)
    if len(set(by_part.values())) > 1:
        return "、".join(part + dose for part, dose in by_part.items())
    for match in _DOSE.finditer(said):
        before = said[max(0, match.start() - 4) : match.start()]
        if re.search("不是|原来是?|从$", before):
            continue
        if match["unit"] == "张" and not re.search("贴|膏", said):
            continue
        found = _said_dose(match)
    return found


def _by_part(said: str) -> dict[str, str]:
    """The dose of each part of the day that has one of its own."""
    found = {}
    for match in _BY_PART.finditer(said):
        dose = _DOSE.match(said, match.end())
        if dose is not None and (dose["unit"] or dose["cut"]):
            found[match["part"]] = _said_dose(dose)
    return found


def _said_dose(match: re.Match[str]) -> str:
    if match["cut"]:
        return "半片"
    if match["few"]:
        return {"俩": "两", "仨": "三"}[match["few"]] + "个"
    amount = "半" if match["half"] else match["part"] or match["number"] or match["several"]
    return f"{amount}{match['unit']}{match['more'] or ''}"
