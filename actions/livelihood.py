"""Work, schools and nurseries: what fits, three at a time, each with its source and phone."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.labels import label
from community.services import livelihood
from community.services.livelihood import Question
from community.store.livelihood import Job, School
from language.ages import find_age

LISTED = 3
NO_LIMIT_AGE = 99


class ActionLivelihoodQuery(ServiceAction):
    steps = ("livelihood_more",)

    def name(self) -> str:
        return "action_livelihood_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        more = heard.slot("livelihood_more")
        if more:
            asked = Question(more["side"], more["topic"], more["age"])
            return await self._list(heard, asked, int(more["from"]))
        said = heard.entity("age")
        age = (find_age(said) if said else None) or find_age(heard.words)
        found = livelihood.question("、".join(heard.meant("topic")), heard.words, age)
        if found is None:
            heard.ask("utter_livelihood_ask_what")
            return []
        return await self._list(heard, found, 0)

    async def _list(self, heard: Hearing, asked: Question, first: int) -> list[EventType]:
        """Three of what fits from the `first`, then whether to go on."""
        found: list[Any] = (
            list(await livelihood.jobs(heard.ctx, asked))
            if asked.side == "job"
            else list(await livelihood.schools(heard.ctx, asked))
        )
        if not found:
            heard.ask("utter_livelihood_none", what=label("livelihood_side", asked.side))
            offer = {"kind": "handoff", "reason": "asked", "words": heard.words}
            return [SlotSet("offer", offer)]
        if not first:
            heard.say("utter_livelihood_count", count=len(found))
        for one in found[first : first + LISTED]:
            _tell(heard, one)
        left = len(found) - first - LISTED
        if left <= 0:
            return []
        heard.ask("utter_livelihood_ask_more", count=left)
        more = {
            "side": asked.side,
            "topic": asked.topic,
            "age": asked.age_months,
            "from": first + LISTED,
        }
        fills = {"livelihood_more": more}
        return [SlotSet("offer", {"kind": "resume", "form": self.name(), "fills": fills})]


def _tell(heard: Hearing, one: Job | School) -> None:
    if isinstance(one, Job):
        group = "age_from" if one.to_age >= NO_LIMIT_AGE else "age_between"
        heard.say(
            "utter_livelihood_job",
            title=one.title,
            employer=one.employer,
            hours=one.hours,
            pay=one.pay,
            ages=label("livelihood_word", group).format(first=one.from_age, last=one.to_age),
            phone=one.phone,
            source=one.source,
            until=_day(one.expires_on),
        )
        return
    begun = one.enrols_from <= heard.now.date()
    heard.say(
        "utter_livelihood_school",
        name=one.name,
        when=label("livelihood_word", "until" if begun else "between").format(
            first=_day(one.enrols_from), last=_day(one.enrols_to)
        ),
        advice=one.advice,
        fee=one.fee,
        phone=one.phone,
        source=one.source,
    )


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
