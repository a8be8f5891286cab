"""Qualifying: the stored questions one at a time, and a judgement that promises nothing."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import ASKS, COMMANDS, HEEDED, Fields, Form
from actions.guide_matter import ask_matter, matter_to_qualify_for
from actions.guide_telling import close, is_done
from actions.hearing import Buttons, Hearing
from community.errors import NotFound
from community.labels import label
from community.services import eligibility, eligibility_words, guide
from community.services.fee import yuan
from community.store.guides import Guide, Rule
from language import emergency
from language.corrections import corrects

ANSWER = "eligibility_answer"
UNKNOWN = "unknown"
_SAME_FIELD = frozenset({"query_guide", "check_material"})
_WISH = re.compile(
    "人工|真人|活人|客服|工作人员|转人|(?:找|叫|喊|换)个?人|你们(?:领导|经理|的人)|算了|取消|拉倒|退出|停下|打住"
    "|不(?:问|说|办|查|弄|搞|整|想问|想说|想办|聊)了|别问|莫问|莫搞|不搞|唔搞|唔问"
)
"A person, or an end of the questions"


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
    facts = eligibility_words.opening_facts(one, words, age)
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

    def _interrupts(self, heard: Hearing) -> bool:
        """Words of the same field that neither name a matter nor ask are an answer in doubt."""
        asks = heard.entities("matter") or heard.entities("aspect") or ASKS.search(heard.text)
        if heard.intent in _SAME_FIELD and not asks:
            return False
        return super()._interrupts(heard)

    async def _asked(self, heard: Hearing, known: Fields) -> tuple[Guide, Rule] | None:
        """The matter and its rule that is asked about; None when nothing is left to ask."""
        one = await guide.find(heard.ctx, known.get("eligibility_code"))
        if one is None:
            return None
        facts = known.get("eligibility_facts") or {}
        rule = eligibility.next_question(one.eligibility, facts)
        return None if rule is None else (one, rule)

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        return None if await self._asked(heard, known) is None else ANSWER

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        asked = await self._asked(heard, known)
        if asked is None:
            return {}
        if _is_no_answer(heard):
            return None
        one, rule = asked
        tapped = heard.entity("choice")
        if tapped is not None and not heard.text:
            options = {option.words[0]: option.value for option in rule.options}
            known_choice = tapped in options or tapped == UNKNOWN
            found: Fields | None = {rule.fact: options.get(tapped)} if known_choice else None
        else:
            yes = reading.yes_or_no(heard)
            found = eligibility_words.answer(one.eligibility, rule, heard.text, yes)
        if found is None:
            return None
        return {"eligibility_facts": (known.get("eligibility_facts") or {}) | found}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        """不对，是七十九岁 after the next question was put."""
        facts = known.get("eligibility_facts") or {}
        years = eligibility_words.years_in(heard.text) if corrects(heard.text) else None
        if years is None or facts.get("age") in {None, years}:
            return {}
        return {"eligibility_facts": facts | {"age": years}}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        asked = await self._asked(heard, known)
        if asked is not None:
            rule = asked[1]
            heard.ask("utter_eligibility_ask", question=rule.ask, buttons=_buttons(rule))


def _is_no_answer(heard: Hearing) -> bool:
    """A wish for a person or to stop, a cry, and what every form heeds are never a fact."""
    if heard.intent in COMMANDS and (heard.confidence >= HEEDED or not heard.text):
        return True
    return _WISH.search(heard.text) is not None or emergency.detect(heard.text).sos


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
