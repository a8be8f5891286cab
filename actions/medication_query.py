"""Was it taken, what is next, which are there: from the log and the plans alone.

What is not written is not known: silence is told as no record, never as not taken.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from rasa_sdk.events import EventType

from actions import medication_words
from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.listing import say_list
from actions.medication import leave_to_doctor
from actions.medication_words import moment_words, plan_words
from community.labels import label
from community.services import dose_times, medication
from community.services.medication import Taker
from community.store.medications import Dose
from community.times import local

_NEXT = re.compile(
    "下[一]?[顿次回趟道吨针]|下个|接下来|几点|啥点|好久吃|轮到|该吃|该次|该恰|该喝|还有(?:啥|什么|哪|么|没得?)|今天还|还差|还要|明天|晚上要|铃"
)
_LIST = re.compile(
    "哪些|几种|几样|几回|几遍|几次吃|清单|单子|列给|都设了|设了几个|计划|今日用药|一共|多少|几片|半片|几颗|饭前|饭后|天天吃|念一?遍|哪几样|在提醒里|提醒还|记的是|设的"
)
_LOG = re.compile(
    "吃过|吃了[没吗么冇木]|吃没|没吃|漏|记录|按时|[食恰]过|食咗|[喝打滴含]过|打卡|造没|有没有吃|是不是吃|齐|咽了没|整没"
)
_STRETCH = re.compile("这?个?(?:礼拜|星期|周|月)|这几天|最近|一周|连着")
_PARTS = ((re.compile("早|清起|今朝|过早"), 0, 11), (re.compile("中午|晌午|中浪"), 11, 14),
          (re.compile("下午|后晌"), 14, 18), (re.compile("晚|夜|睡前|黑"), 17, 24))  # fmt: skip
_DAYS_BACK = ((re.compile("前天|前日"), 2), (re.compile("昨|夜个|夜儿"), 1))
WEEK, MONTH = 7, 30


class ActionMedicationQuery(ServiceAction):
    """query_medication: the log, the next dose or the list, whichever is asked for."""

    def name(self) -> str:
        return "action_medication_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        if medication_words.asks_advice(heard.words):
            if medication_words.asks_log(heard.words):
                await self._tell(heard)
            return leave_to_doctor(heard)
        return await self._tell(heard)

    async def _tell(self, heard: Hearing) -> list[EventType]:
        who = await medication_words.whose(heard)
        who = who or await medication.taker(heard.ctx, await heard.party(), None)
        words = heard.words
        if _STRETCH.search(words) and not _LIST.search(words):
            await _say_stretch(heard, who)
            return []
        if _LOG.search(words) or not (_NEXT.search(words) or _LIST.search(words)):
            return await _say_log(heard, who)
        if _NEXT.search(words):
            return await _say_next(heard, who)
        return await _say_plans(heard, who)


def _day(heard: Hearing) -> date:
    said = [back for words, back in _DAYS_BACK if words.search(heard.words)]
    back = said[0] if said else 0
    return heard.now.date() - timedelta(days=back)


async def _say_log(heard: Hearing, who: Taker) -> list[EventType]:
    day = _day(heard)
    found = await medication.log(heard.ctx, await heard.party(), who, day)
    found = [one for one in found if _fits(heard, one)]
    said = label("care_word", "today") if day == heard.now.date() else f"{day.month}月{day.day}日"
    if not found:
        heard.say("utter_medication_no_record", day=said)
        return []
    return say_list(heard, [_line(one, heard) for one in found])


def _fits(heard: Hearing, one: Dose) -> bool:
    """Whether a dose is of the medicine and of the part of the day that the words name."""
    drug = heard.entity("drug")
    if drug and not medication.named([one.plan], drug):
        return False
    hour = local(one.due_at).hour
    named = [(start, end) for words, start, end in _PARTS if words.search(_rest(heard.words))]
    return not named or any(start <= hour < end for start, end in named)


def _rest(words: str) -> str:
    """Without words that name a time but mean none: 早就, 昨晚 stays."""
    return re.sub("早就|一早就|晚点", "", words)


def _line(one: Dose, heard: Hearing) -> str:
    due = moment_words(one.due_at, heard.now)
    answered = moment_words(one.answered_at, heard.now) if one.answered_at else ""
    return label("dose_line", one.state).format(drug=one.plan.drug, due=due, time=answered)


async def _say_next(heard: Hearing, who: Taker) -> list[EventType]:
    found = await medication.plans(heard.ctx, await heard.party(), who)
    found = medication.named(found, heard.entity("drug"))
    coming = await dose_times.to_come(heard.ctx, found)
    if not coming:
        heard.say("utter_medication_no_plans")
        return []
    lines = [
        label("dose_line", "next").format(
            time=moment_words(moment, heard.now), drug=plan.drug + (plan.dose or "")
        )
        for moment, plan in coming
    ]
    return say_list(heard, lines)


async def _say_plans(heard: Hearing, who: Taker) -> list[EventType]:
    found = await medication.plans(heard.ctx, await heard.party(), who)
    found = medication.named(found, heard.entity("drug"))
    if not found:
        heard.say("utter_medication_no_plans")
        return []
    return say_list(heard, [plan_words(one) for one in found])


async def _say_stretch(heard: Hearing, who: Taker) -> None:
    """How often it was taken, left out, and not heard of, over a week or a month."""
    days = MONTH if "月" in heard.words else WEEK
    counted = {"taken": 0, "skipped": 0, "missed": 0}
    for back in range(days):
        day = heard.now.date() - timedelta(days=back)
        for one in await medication.log(heard.ctx, await heard.party(), who, day):
            if one.state in counted and _fits(heard, one):
                counted[one.state] += 1
    if not any(counted.values()):
        heard.say("utter_medication_no_record", day=label("care_word", "these_days"))
    else:
        heard.say(
            "utter_medication_stretch", days=days, taken=counted["taken"],
            skipped=counted["skipped"], missed=counted["missed"],
        )  # fmt: skip
