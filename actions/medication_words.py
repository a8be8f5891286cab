"""What words about medicines mean: whose, which change, taken or not, and what only a doctor answers."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from actions.days import no_such_day
from actions.forms import Fields
from actions.hearing import Hearing
from community.services import kin
from community.services.medication import Taker, taker
from community.store.medications import Plan
from community.times import local
from language import times
from language.doses import parse_dose
from language.numerals import NUMBER, parse_number
from language.regimens import change_regimen, parse_regimen
from language.schedules import Regimen, say_clock, say_regimen

_STOPS = re.compile(
    "不吃.{0,8}了|不用吃了|不打了|停药|停了|停掉|停用|先停|说停|关了|关掉|关调|取消|去掉|删[了掉]|清掉"
    "|不用(?:再)?(?:提醒|喊|叫)|[别莫](?:再)?(?:喊|叫|提醒|吆喝)(?:我|俺)?(?:吃)?.{0,8}了|不再提醒|不提醒了"
)
_GOES_ON = re.compile("改吃|换成?(?!了)|改成|改到|挪|推|改做|[别莫].{0,4}(?:点|晚上|早上).{0,6}挪")
_CHANGES = re.compile(
    "改(?!天)|换成|挪|推迟|提前|往后|往前|减量|减药|加到|加量|调到|调成|砍到|翻倍|早点叫|晚点叫|不是.{1,8}[，,]?是"
)
_FOREVER = re.compile("以后|往后|今后|再也|永远|从明天|明天开始|明天起")
_THIS_TIME = re.compile("今[天晚日朝儿]|这[顿次回]|本次|先不")
_ADVICE = re.compile(
    "(?:能不能|可不可以|可以|能|会不会|要不要|该不该|用不用|敢不敢|行不行)[^，,。]{0,8}(?:一起|一块|同时|混着|配着|喝酒|补|加量|减量|多吃|少吃|掰|停药|换药|停)"
    "|(?:一起|一块|同时)[^，,。]{0,4}(?:吃|用|喝)[^，,。]{0,4}(?:吗|么|不|没事|行|可以)|合适|副作用|禁忌|相克|冲突|过量|吃多了|吃重了咋|该吃多少|吃多少好"
    "|(?:漏|忘)[^，,。]{0,8}(?:怎么办|咋办|要不要|补不补)|再吃一遍|有没有毒|伤不伤|管用吗|治什么"
    "|(?:能|可以)(?:再|接着|马上|立刻)?[吃喝服][^，,。]{0,8}(?:吗|么|嘛|不|没)[？?]?$"
)
_ASKS_LOG = re.compile("吃没吃|吃过没|刚才吃|记录")
_UNWELL = re.compile("吐|吃多|重了|过敏|疹|晕|难受|恶心|翻|反胃|不舒服|胃不|并一块")
_MINUTES = re.compile(
    rf"(?P<half>半)个?(?:小时|钟头)|(?P<n>{NUMBER})(?:个)?(?P<unit>分种?钟?|刻钟|小时|钟头)"
)
_FROM = re.compile("(?P<day>[^，,。]{1,8}?)(?:起|开始)")
_AS_PRESCRIBED = re.compile(
    "医嘱|大夫|医生|说明书|不知道|不晓得|不清楚|没说|不用记|随便|记不|不记|盒子上|单子上"
)
_NAMELESS = re.compile("不知道|不晓得|叫不上|记不|忘了|没名|不认识|不清楚")


async def whose(heard: Hearing) -> Taker | None:
    """The taker that the words name; None when nobody but the speaker is meant. Raises NotBound."""
    code = kin.other_of(heard.words)
    return await taker(heard.ctx, await heard.party(), code) if code else None


def change_of(words: str) -> str:
    """`new`, `change` or `stop`."""
    if _STOPS.search(words) and not _GOES_ON.search(words):
        return "stop"
    return "change" if _CHANGES.search(words) and "改吃" not in words else "new"


def asks_advice(words: str) -> bool:
    """Whether only a doctor or a pharmacist may answer."""
    return _ADVICE.search(words) is not None


def asks_log(words: str) -> bool:
    return _ASKS_LOG.search(words) is not None


def is_for_ever(words: str) -> bool:
    """Whether the words end a medicine and not one dose of it."""
    return _FOREVER.search(words) is not None and _STOPS.search(words) is not None


def ends_plan(words: str) -> bool:
    """Whether the words may end a medicine when no dose is waiting: 降压药不吃了."""
    return _STOPS.search(words) is not None and not _THIS_TIME.search(words)


def without_drugs(heard: Hearing) -> str:
    """The words with each medicine that was named as 药: 吃了阿司匹林 says 吃了药."""
    words = heard.words
    for drug in heard.meant("drug"):
        words = words.replace(drug, "药")
    return words


def unwell(words: str) -> bool:
    """Whether something went wrong with the medicine, which a doctor should hear of."""
    return _UNWELL.search(words) is not None


def minutes_of(words: str) -> int | None:
    """过十分钟, 半个钟头以后."""
    match = _MINUTES.search(words)
    if match is None:
        return None
    count = 0.5 if match["half"] else float(parse_number(match["n"]) or 0)
    unit = match["unit"] or "小时"
    return int(count * (1 if unit.startswith("分") else 15 if unit == "刻钟" else 60))


def read_plan(heard: Hearing) -> Fields:
    """What the words say of a plan: drug, dose, regimen, first day."""
    words = heard.words
    found: Fields = {}
    drug = heard.entity("drug")
    if drug:
        found["medication_drug"] = drug
    found |= plan_of_words(words, heard.slot("medication_old"))
    first = _first_day(heard)
    return found | ({"medication_from": first} if first else {})


def plan_of_words(words: str, old: dict[str, Any] | None) -> Fields:
    """The dose and the regimen; of a plan whose regimen is `old` what is not said stays as it is."""
    found: Fields = {}
    dose = parse_dose(words)
    if dose:
        found["medication_dose"] = dose
    regimen = change_regimen(words, Regimen.of(old)) if old else parse_regimen(words)
    if regimen:
        found["medication_when"] = as_field(regimen)
    return found


def as_field(regimen: Regimen) -> dict[str, Any]:
    return regimen.as_dict() | {"said": say_regimen(regimen)}


def _first_day(heard: Hearing) -> dict[str, Any] | None:
    """从下周一起, 明天开始; the day as it is said, and whether it can be meant."""
    match = _FROM.search(heard.words)
    if match is None:
        return None
    if no_such_day(match["day"]):
        return {"day": None, "problem": "no_such_day", "said": match["day"]}
    period = times.parse_period(match["day"], heard.now)
    if period is None:
        return None
    day = period.start.date()
    problem = "past" if day < heard.now.date() else None
    return {"day": day.isoformat(), "problem": problem, "said": f"{day.month}月{day.day}日"}


def first_day(field: dict[str, Any] | None) -> date | None:
    return date.fromisoformat(field["day"]) if field and field.get("day") else None


def as_prescribed(heard: Hearing) -> bool:
    """Whether an answer to "how much" leaves it to the prescription."""
    return _AS_PRESCRIBED.search(heard.words) is not None or heard.intent == "deny"


def nameless(words: str) -> bool:
    return _NAMELESS.search(words) is not None


def moment_words(moment: datetime, now: datetime) -> str:
    """今天晚上8点, 明天早上8点, 11月9日早上8点."""
    at, today = local(moment), local(now).date()
    near = {today: "今天", today + timedelta(days=1): "明天", today - timedelta(days=1): "昨天"}
    day = near.get(at.date(), f"{at.month}月{at.day}日")
    return day + say_clock(at.hour * 60 + at.minute)


def plan_words(plan: Plan, *, with_dose: bool = True) -> str:
    """降压药，每天早上8点，每次一片."""
    dose = f"，每次{plan.dose}" if plan.dose and with_dose else ""
    return f"{plan.drug}，{say_regimen(plan.regimen)}{dose}"
