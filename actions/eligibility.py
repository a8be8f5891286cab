"""Qualifying: the stored questions one at a time, and a judgement that promises nothing."""

from __future__ import annotations

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import Fields, Form
from actions.guide_matter import ask_matter, matter_to_qualify_for
from actions.guide_telling import close, is_done
from actions.hearing import Buttons, Hearing
from community.errors import NotFound
from community.labels import label
from community.services import eligibility, guide
from community.services.fee import yuan
from community.store.guides import Guide, Rule
from language.corrections import corrects

ANSWER = "eligibility_answer"
UNKNOWN = "unknown"


class ActionEligibilityCheck(ServiceAction):
    """我八十二了能领多少; 低保我够不够格."""

    def name(self) -> str:
        return "action_eligibility_check"

    async def handle(self, heard: Hearing) -> list[EventType]:
        found = await matter_to_qualify_for(heard)
        if len(found) != 1:
            return ask_matter(heard, "eligibility", found)
        return await qualify(heard, found[0], heard.words, heard.entity("age"))


async def qualify(heard: Hearing, one: Guide, words: str, age: str | None) -> list[EventType]:
    """Judge at once if the words tell enough; ask for the rest otherwise."""
    events: list[EventType] = [SlotSet("guide_last", one.code)]
    if not is_done(heard, one):
        return events
    facts = eligibility.opening_facts(one, words, age)
    if eligibility.next_question(one.eligibility, facts) is None:
        judge(heard, one, facts)
        return events
    return [
        *events,
        SlotSet("eligibility_code", one.code),
        SlotSet("eligibility_facts", facts),
        FollowupAction("eligibility_form"),
    ]


class ValidateEligibilityForm(Form):
    """The matter's own questions, until its rules can judge."""

    stem = "eligibility"
    intents = frozenset({"check_eligibility"})

    async def begin(self, heard: Hearing) -> Fields:
        return {}

    async def _rule(self, heard: Hearing, known: Fields) -> Rule | None:
        one = await guide.find(heard.ctx, known.get("eligibility_code"))
        if one is None:
            return None
        return eligibility.next_question(one.eligibility, known.get("eligibility_facts") or {})

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        return None if await self._rule(heard, known) is None else ANSWER

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        rule = await self._rule(heard, known)
        if rule is None:
            return {}
        tapped = heard.entity("choice")
        if tapped is not None and not heard.text:
            options = {option.words[0]: option.value for option in rule.options}
            found: Fields | None = {rule.fact: options.get(tapped)}
        else:
            found = eligibility.answer(rule, heard.text, reading.yes_or_no(heard))
        if found is None:
            return None
        return {"eligibility_facts": (known.get("eligibility_facts") or {}) | found}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        """不对，是七十九岁 after the next question was put."""
        facts = known.get("eligibility_facts") or {}
        years = eligibility.years_in(heard.text) if corrects(heard.text) else None
        if years is None or facts.get("age") in {None, years}:
            return {}
        return {"eligibility_facts": facts | {"age": years}}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        rule = await self._rule(heard, known)
        if rule is not None:
            heard.ask("utter_eligibility_ask", question=rule.ask, buttons=_buttons(rule))


def _buttons(rule: Rule) -> Buttons:
    unknown = (label("guide_word", UNKNOWN), f'/check_eligibility{{"choice":"{UNKNOWN}"}}')
    match rule.kind:
        case "yes_no":
            yes, no = (label("guide_word", word) for word in ("yes", "no"))
            return [(yes, "/affirm"), (no, "/deny"), unknown]
        case "choice":
            names = [option.words[0] for option in rule.options]
            return [(name, f'/check_eligibility{{"choice":"{name}"}}') for name in names]
    return [unknown] if rule.kind in {"money", "number"} else []


class ActionEligibilityTell(ServiceAction):
    """Everything is asked: what the rules say."""

    writes = "eligibility"

    def name(self) -> str:
        return "action_eligibility_tell"

    async def handle(self, heard: Hearing) -> list[EventType]:
        one = await guide.find(heard.ctx, heard.slot("eligibility_code"))
        if one is None:
            raise NotFound("no such matter")
        judge(heard, one, heard.slot("eligibility_facts") or {})
        return [*finished(heard, "eligibility"), SlotSet("guide_last", one.code)]


def judge(heard: Hearing, one: Guide, facts: eligibility.Facts) -> None:
    """Say what the rules make of the facts, and that the counter decides."""
    judged = eligibility.judge(one.eligibility, facts)
    match judged.verdict:
        case "yes":
            heard.say("utter_eligibility_yes", name=one.name)
            if judged.grant is not None:
                amount = yuan(judged.grant.fen)
                heard.say("utter_eligibility_amount", per=judged.grant.per, amount=amount)
        case "no" if judged.why is not None:
            heard.say("utter_eligibility_no", name=one.name, reason=judged.why.unmet)
        case _ if judged.why is not None:
            heard.say("utter_eligibility_maybe", name=one.name, reason=judged.why.unmet)
        case _ if one.conditions:
            heard.say("utter_eligibility_unjudged", name=one.name, conditions=one.conditions)
        case _:
            heard.say(
                "utter_guide_missing", name=one.name, aspect=label("guide_aspect", "conditions")
            )
    heard.say("utter_guide_counter_decides")
    close(heard, one)
