"""Times told by meals: 早饭后, 晚饭前半小时, 三餐前, 吃完晌午饭; minutes after midnight."""

from __future__ import annotations

import re

from language.numerals import NUMBER, parse_number

MEALS = (("早", 450), ("午", 720), ("晚", 1080))
"Breakfast 7:30, lunch 12:00, supper 18:00"
_AWAY = 30
"Minutes before or after a meal when no others were said: 早饭后 is 8:00, 晚饭后 18:30"
_MEAL_BREAKFAST = "早[饭餐点]|早起饭|过[完了]?早|早茶|食早餐"
_MEAL_LUNCH = "中?午[饭餐]|中[饭餐]|晌午?饭|晏|中浪向?[吃饭]"
_MEAL_SUPPER = "[晚夜][饭餐]"
_MEAL = re.compile(
    "(?P<a>吃[完了过罢好]|食完|(?=过[完了]早))?"
    f"(?:(?P<早>{_MEAL_BREAKFAST})|(?P<午>{_MEAL_LUNCH})|(?P<晚>{_MEAL_SUPPER}))"
    "(?P<b>罢|好)?"
)
_SEVERAL = re.compile("[早中午晚]、?[早中午晚]?、?晚(?=[饭餐])")
_UNNAMED = re.compile("(?<![早午中晚夜晌])[饭餐]")
_BETWEEN = 180
"Minutes after a meal: the middle of the time to the next"
_SIDE = re.compile(
    "(?:[以之]?(?P<before>[前钱]头?)|[以之过]?(?P<after>[后厚])|(?P<during>[时中]|那会儿|一起|嗰阵))"
    rf"(?P<away>半个?(?:小时|钟头)|半拉钟头|{NUMBER}个?(?:小时|钟头)|{NUMBER}分钟?|一刻钟)?"
)


def _away(words: str | None) -> int:
    """Minutes of 半个小时, 十五分钟, 一小时."""
    if not words:
        return _AWAY
    if words.startswith("半"):
        return 30
    if "刻" in words:
        return 15
    number = re.match(NUMBER, words)
    count = parse_number(number[0]) if number else None
    return int(float(count or 0.5) * (1 if "分" in words else 60))


def _shift(said: str, end: int, *, done: bool) -> tuple[int, int]:
    """(minutes from the meal that is named up to `end`, the offset after the words for them)."""
    side = _SIDE.match(said, end)
    if side is None:
        return (_AWAY if done else 0), end
    return _minutes(side), side.end()


def _minutes(side: re.Match[str]) -> int:
    if side["during"]:
        return 0
    return _away(side["away"]) * (-1 if side["before"] else 1)


def meal_times(said: str) -> tuple[str, set[int]]:
    """(the words without the meals, their times)."""
    found, rest, after = set(), "", 0
    for match in _MEAL.finditer(said):
        if match.start() < after:
            continue
        which = next(name for name, _ in MEALS if match[name])
        done = match["a"] is not None or match["b"] is not None
        minutes, end = _shift(said, match.end(), done=done)
        found.add(dict(MEALS)[which] + minutes)
        rest, after = rest + said[after : match.start()] + "饭", end
    rest += said[after:]
    several = _SEVERAL.search(said)
    if several and found:
        minutes, _ = _shift(said, several.end() + 1, done=False)
        found |= {at + minutes for name, at in MEALS if name in several[0].replace("中", "午")}
        rest = rest.replace(several[0][:-1], "", 1)
    return rest, found


def any_meal(said: str) -> int | None:
    """饭后, 饭前半小时, 三餐前: minutes from each meal; None when no meal is named so."""
    for match in _UNNAMED.finditer(said):
        if side := _SIDE.match(said, match.end()):
            return _minutes(side)
    if "两餐之间" in said:
        return _BETWEEN
    return 0 if re.search("饭点|随餐|餐中|饭中间|吃饭的时候|用餐时", said) else None
