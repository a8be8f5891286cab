"""What residents say of a meal: which days, which set or dish, how many, how it gets to them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from actions.days import no_such_day
from actions.forms import Fields
from actions.hearing import Hearing
from community.labels import label
from community.services import canteen
from community.services.canteen import Sitting, rules
from community.services.meal import NOTE_AT_MOST
from community.store.meal_orders import MealOrder
from language.clean import fold
from language.numerals import NUMBER, parse_number
from language.periods import Period
from language.times import find_periods, parse_period

_DAY = re.compile(
    "今|明|后天|后日|大后|听|聽|周|礼拜|星期|[号日]|月|昨|前天|初[一二三四五六七八九十]|下[个周]"
)
_NAMED = (
    ("breakfast", re.compile("早饭|早餐|(?<!送)早点(?![送来儿])|过早")),
    ("lunch", re.compile("午饭|午餐|中饭|中餐|晌午饭|晏昼饭")),
    ("dinner", re.compile("晚饭|晚餐|夜饭|晚上那")),
)
_BEFORE = re.compile(
    "(?:跟|和|照)?(?:昨天|昨儿|昨晚|上回|上次|上(?:个)?(?:礼拜|周|星期).?|上顿)(?:中午|晚上)?"
    "(?:(?:的|那[个份样]?|吃的|来)(?:一样|一模一样)?|一样|一模一样)"
)
_AND = re.compile("(?:[、和跟及,， ]|还有|的)*")
_AFTER_MEAL = re.compile("(?<=[饭餐])(?=后天|后日)")
_LISTED = re.compile("(?:[、和跟及与,， 的都]|还有|外加|再加|那[顿份]?|[午晚中]?[饭餐])*")
"Words between two times that only list them"
_NOT_LISTED = re.compile("[不别没莫改换退挪到至]|有事|取消|.{14}")
"Words between two times, or after the last, that make of them more than a list"
_PORTIONS = re.compile(
    rf"(?P<number>{NUMBER})(?:大|小)?(?:[份客盒套分粉盘碟人]|个人|口人)|(?P<pair>[俩仨])(?!包|馍|菜)"
)
_HALF = re.compile("半[份碗]|小份")
_NO_CARRY = re.compile("别送|不用送|不送|唔使送|莫送")
_MODES = (
    ("pickup", re.compile("自取|[去来]拿|[去来]取|我?自己.{0,3}[拿取]|带走|打包|取走")),
    ("dine_in", re.compile("堂食|在(?:食堂|那儿?|你们那儿?)吃|去吃|下来吃|店里吃")),
    ("deliver", re.compile("送|端.{0,3}来|拿上来|上门|捎上来")),
)
_FOOD = (
    "辣椒?|盐|油|葱花?|蒜|姜|香菜|糖|醋|酱油|花生|海鲜|味精|鸡精|花椒|麻椒|孜然|鸡蛋|蛋|牛奶|奶|羊肉|牛肉|猪肉|肥肉|鸡肉|鱼|虾|螃?蟹"
    "|芹菜|韭菜|洋葱|胡椒|豆子|豆腐|豆制品|内脏|坚果|芝麻|甜的?|咸的?|生冷|硬的|油腻"
)
_WISH = re.compile(
    rf"(?:不要|别放|不放|别搁|不吃|不能吃|不敢吃|吃不了|吃不得|忌口?|少放?|多放?|多搁|少搁|走)(?:太)?(?:点儿?|一点)?"
    rf"(?:{_FOOD}|青)(?:[和、跟]?(?:{_FOOD}))*"
    rf"|(?:{_FOOD})(?:少|多|轻)?(?:搁|放)?(?:一?点儿?|少点|一点点)(?!半)|小份|半份|煮烂|剁碎|炖烂|饭要?软|低盐|清淡点?|淡一?点"
)
_HARMS = re.compile(
    "对[^，。,]{1,8}过敏|(?<![，。,、对])[^，。,、对有我是]{1,4}过敏|(?:有|得了?|是)?(?:糖尿病|高血压|高血脂|高血糖|痛风|肾病|胃病)"
    "|血[压糖脂尿]*高|尿酸高|吃素|回民|清真"
)
"What may do harm when the cook does not know it"
_CLOCK = re.compile(rf"{NUMBER}点(?:半|钟)?(?:以后|之后|以前|之前|左右)?(?=.{{0,4}}[送取拿]|$|，)")


def when_of(words: str, now: datetime, old: Sitting | None = None) -> dict[str, Any] | None:
    """The days and the meal that are said: {"days", "meal", "problem"}; None when no time is.

    `meal` is None when only days were said. A meal without a day is taken on the day of `old`,
    a day without a meal for the meal of `old`.
    """
    if no_such_day(words):
        return {"days": [], "meal": None, "problem": "no_day"}
    found = _periods(words, now)
    named = next((meal for meal, said in _NAMED if said.search(words)), None)
    if not found:
        day = (old.day if old else now.date()).isoformat()
        return {"days": [day], "meal": named, "problem": None} if named else None
    pairs = _pairs(words, now, old)
    if pairs:
        on = sorted({day for day, _ in pairs})
        found_pairs = [list(one) for one in pairs]
        return {"days": on, "meal": None, "problem": None, "pairs": found_pairs}
    days = sorted({day for one in found for day in _days_of(one)})
    if old and not _DAY.search(words):
        days = [old.day]
    meal = named or _meal_of(found[-1]) or (old.meal if old else None)
    return {"days": [day.isoformat() for day in days], "meal": meal, "problem": None}


def _pairs(words: str, now: datetime, old: Sitting | None) -> list[tuple[str, str]]:
    """今天午饭和明天晚饭: each day with the meal that was said with it; empty when one fits all.

    A meal without a day is of the day before it (明天午饭和晚饭), a day without one has the next.
    """
    said = _AFTER_MEAL.sub("，", fold(words))
    found = find_periods(said, now)
    between = [said[one.end : other.start] for one, other in pairwise(found)]
    listed = all(_LISTED.fullmatch(gap) for gap in between)
    if len(found) < 2 or any(_NOT_LISTED.search(gap) for gap in between):
        return []
    if not listed and _NOT_LISTED.match(said, found[-1].end):
        return []
    ends = [*(one.start for one in found[1:]), len(said)]
    whole = [said[one.start : min(end, one.end + 3)] for one, end in zip(found, ends, strict=True)]
    meals = [
        next((meal for meal, named in _NAMED if named.search(text)), None) or _meal_of(one.value)
        for one, text in zip(found, whole, strict=True)
    ]
    after = [next((m for m in meals[at:] if m), None) for at in range(len(meals))]
    last = next((m for m in reversed(meals) if m), None)
    days: list[date] = [old.day if old else now.date()]
    pairs: list[tuple[str, str]] = []
    for one, meal in zip(found, after, strict=True):
        if _DAY.search(said[one.start : one.end]):
            days = _days_of(one.value)
        pairs += [(day.isoformat(), meal or last or "") for day in days]
    pairs = sorted(set(pairs), key=lambda pair: (pair[0], pair[1] != "lunch"))
    if not last or (len({meal for _, meal in pairs}) < 2 and listed):
        return []
    return pairs


def fits(one: MealOrder | Sitting, when: dict[str, Any] | None) -> bool:
    """Whether a meal is of the time that was said; without one every meal is."""
    if when is None:
        return True
    if when.get("pairs"):
        return [one.day.isoformat(), one.meal] in when["pairs"]
    return one.day.isoformat() in when["days"] and when["meal"] in (None, one.meal)


def _periods(words: str, now: datetime) -> list[Period]:
    """The time that is meant, or all of a list of days: 明天和后天, 周一、周三."""
    said, found = fold(words), find_periods(words, now)
    between = [said[one.end : other.start] for one, other in pairwise(found)]
    if len(found) > 1 and all(_AND.fullmatch(gap) for gap in between):
        return [one.value for one in found]
    # 明天不要辣, 明天的饭不要了: what is not wanted is not the day
    period = parse_period(words, now) or (found[0].value if found else None)
    return [] if period is None or period.anytime else [period]


def _days_of(period: Period) -> list[date]:
    """The days that a period touches, at most a month of them."""
    first = period.start.date()
    last = max(period.start, period.end - timedelta(minutes=1)).date()
    return [first + timedelta(days=i) for i in range(min(31, (last - first).days + 1))]


def without_before(words: str) -> str:
    """The words without the earlier meal that they only compare with: 跟昨天一样的."""
    return _BEFORE.sub("", words)


def _meal_of(period: Period) -> str | None:
    if period.all_day:
        return None
    if period.start.hour < 10:
        return "breakfast"
    evening = period.start.hour >= 15 or (period.start.hour >= 13 and period.end.hour >= 17)
    return "dinner" if evening else "lunch"


def portions_of(heard: Hearing) -> int | None:
    """How many portions; None when it was not said. 半份 is one, noted as small."""
    for said in [heard.entity("portions") or "", heard.words]:
        if _HALF.search(said):
            return 1
        found = list(_PORTIONS.finditer(said))
        if found:
            number = parse_number(found[-1]["number"] or found[-1]["pair"])
            return None if number is None else int(number)
    alone = parse_number(heard.entity("portions") or "")
    return None if alone is None else int(alone)


def mode_of(words: str) -> str | None:
    """dine_in, pickup or deliver; None when it was not said."""
    plain = _NO_CARRY.sub("", words)
    return next((mode for mode, said in _MODES if said.search(plain)), None)


def note_of(words: str) -> str:
    """What the cook should mind, in the resident's words: 少放辣、不要葱; what does harm comes first."""
    harms = [found[0].replace("、", "和") for found in _HARMS.finditer(words)]
    wishes = [found[0].replace("、", "和") for found in _WISH.finditer(words)]
    clock = _CLOCK.search(words)
    return _joined([*harms, *wishes, *([clock[0]] if clock else [])])


def notes_together(old: str, new: str) -> str:
    """An order's wishes and those that were said later; of two clock times the later said counts."""
    kept = [one for one in old.split("、") if one]
    added = [one for one in new.split("、") if one]
    if any(_CLOCK.fullmatch(one) for one in added):
        kept = [one for one in kept if not _CLOCK.fullmatch(one)]
    both = [*kept, *added]
    return _joined(sorted(both, key=lambda one: not is_harmful(one)))


def _joined(wishes: list[str]) -> str:
    """As many whole wishes as an order can hold, the first ones first."""
    said = ""
    for one in dict.fromkeys(wishes):
        longer = f"{said}、{one}" if said else one
        said = longer if len(longer) <= NOTE_AT_MOST else said
    return said


def is_harmful(note: str) -> bool:
    """Whether a wish tells an allergy or an illness, which no kitchen can be trusted with unseen."""
    return _HARMS.search(note) is not None


def set_of(heard: Hearing, words: str) -> Fields:
    """The set that is named, or the dish that is wanted; empty when neither is."""
    dishes = [d for d in heard.meant("dish") if d in words or not heard.text]
    by_name = [code for d in dishes if (code := canteen.set_named(d))]
    code = by_name[-1] if by_name else canteen.set_named(words)
    wanted = [d for d in dishes if not canteen.set_named(d)]
    if any(word in words for word in rules()["any"]) and not dishes:
        code = code or "basic"
    found: Fields = {"meal_set": chosen(code)} if code else {}
    return found | ({"meal_dish": "、".join(wanted)} if wanted and not by_name else {})


def chosen(code: str) -> dict[str, str]:
    """A set as a slot holds it."""
    return {"code": code, "said": label("meal_set", code)}


def mode_field(mode: str) -> dict[str, str]:
    """A mode as a slot holds it."""
    return {"code": mode, "said": label("meal_mode", mode)}
