"""Complaints and suggestions: filed through one form, and asked about."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions import matters, reading
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import Fields, Form
from actions.hearing import Hearing
from community.labels import group, label
from community.services import complaint
from community.store.tickets import Ticket, TicketEvent

_GENERIC = re.compile(
    r"我?(要|想|得)?(投诉|反映|提(个|点)?(建议|意见)|建议|表扬|举报|说个事|一下|个|事儿?|情况|你们|物业|"
    r"的|吗|呢|啊|呀|吧|[，。！？,.!? ])"
)
_ANONYMOUS = re.compile(r"匿名|别(说|讲|提|写)(是)?我|不要(说|写|透露|留).{0,4}(我|名)|保密|不留名")
_NOT_CONTENT = re.compile(
    r"不满意|没解决|没用|不管用|敷衍|还是(老样子|那样|没|不|在)|又(来|开始|在)"
)
_TOLD = frozenset({"nlu_fallback", "correct_info"})
"Intents of words that go on telling, once there is something told"
_SUGGESTS = re.compile(r"建议|表扬|希望能|能不能(装|加|修|设)|夸")


class ValidateComplaintForm(Form):
    """What it is about, and once more in full before it is filed."""

    stem = "complaint"
    intents = frozenset({"submit_complaint", "submit_suggestion"})

    async def begin(self, heard: Hearing) -> Fields:
        suggests = heard.intent == "submit_suggestion" or (
            heard.intent != "submit_complaint" and bool(_SUGGESTS.search(heard.words))
        )
        known: Fields = {"complaint_kind": "suggestion" if suggests else "complaint"}
        if len(_GENERIC.sub("", heard.words)) >= 2:
            known["complaint_text"] = heard.words
        place = heard.entity("place")
        if place:
            known["complaint_place"] = place
        if _ANONYMOUS.search(heard.words):
            known["complaint_anonymous"] = True
        return known

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        if not known.get("complaint_text"):
            return "complaint_text"
        return None if known.get("complaint_confirm") else "complaint_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question == "complaint_text":
            if not heard.text or len(_GENERIC.sub("", heard.text)) < 2:
                return None
            place = heard.entity("place")
            return {"complaint_text": heard.text} | ({"complaint_place": place} if place else {})
        answer = reading.yes_or_no(heard)
        if answer is False:
            return {"complaint_text": None}
        return {"complaint_confirm": True} if answer else None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        if _ANONYMOUS.search(heard.words):
            return {"complaint_anonymous": True}
        place = heard.entity("place")
        if place and heard.corrects and known.get("complaint_text"):
            old = known.get("complaint_place")
            text = known["complaint_text"]
            text = text.replace(old, place) if old and old in text else f"{place}：{text}"
            return {"complaint_place": place, "complaint_text": text}
        goes_on = heard.intent in self.intents | _TOLD and len(_GENERIC.sub("", heard.text)) >= 2
        if goes_on and known.get("complaint_text"):
            return {"complaint_text": f"{known['complaint_text']}；{heard.text}"}
        return {}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        kind = label("kind", known.get("complaint_kind", "complaint"))
        if question == "complaint_text":
            heard.ask("utter_complaint_ask_text", kind=kind)
            return
        key = "utter_complaint_ask_confirm"
        if known.get("complaint_anonymous"):
            key = "utter_complaint_ask_confirm_anonymous"
        heard.ask(key, kind=kind, content=known["complaint_text"])


class ActionComplaintCreate(ServiceAction):
    writes = "complaint"

    def name(self) -> str:
        return "action_complaint_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        kind = str(heard.slot("complaint_kind") or "complaint")
        made = await complaint.submit(
            heard.ctx,
            await heard.party(),
            kind=kind,
            turn_id=heard.turn_id,
            description=str(heard.slot("complaint_text")),
            place=heard.slot("complaint_place"),
            anonymous=bool(heard.slot("complaint_anonymous")),
            photos=tuple(heard.slot("complaint_photos") or ()),
        )
        heard.say(f"utter_{kind}_created", no=made.no, days=complaint.DUE_DAYS[kind])
        return finished(heard, "complaint")


class ActionComplaintQuery(ServiceAction):
    """Tells how far it is and what was answered, and takes the verdict on the answer."""

    def name(self) -> str:
        return "action_complaint_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        found = await complaint.mine(heard.ctx, await heard.party())
        said, score = heard.entity("order_no"), heard.entity("score")
        named = [pair for pair in found if str(pair[0].no) == said]
        if said and (named or score is not None):
            found = named  # a verdict is of the one it names, or of none
        number = matters.said_number(heard)
        if number is not None and not named and await matters.tell_by_number(heard, number):
            return []
        if not found:
            if score is not None or not await matters.tell_all(heard):
                heard.ask("utter_complaint_none")
            return []
        first, reply = found[0]
        if score is not None:
            return await self._judge(heard, first, int(score))
        if reply is not None and _NOT_CONTENT.search(heard.words):
            return _offer_reopen(heard, first)
        for one, answer in found[:3]:
            _tell(heard, one, answer)
        if first.state == "replied" and first.score is None:
            heard.ask("utter_complaint_ask_score", buttons=verdicts(first.no), no=first.no)
        return []

    async def _judge(self, heard: Hearing, one: Ticket, score: int) -> list[EventType]:
        await complaint.rate(heard.ctx, await heard.party(), one.no, score, turn_id=heard.turn_id)
        if score == complaint.CONTENT:
            heard.say("utter_complaint_rated")
            return []
        return _offer_reopen(heard, one)


def verdicts(no: int) -> list[tuple[str, str]]:
    """The two answers to "are you content with the reply": label and payload of each."""
    return [
        (words, f'/query_complaint{{"order_no":"{no}","score":"{score}"}}')
        for score, words in group("verdict").items()
    ]


def _tell(heard: Hearing, one: Ticket, reply: TicketEvent | None) -> None:
    heard.say(
        "utter_complaint_replied" if reply else "utter_complaint_state",
        kind=label("kind", one.kind),
        no=one.no,
        what=one.description[:20],
        state=label("complaint_state", one.state),
        reply=reply.note if reply else "",
    )


def _offer_reopen(heard: Hearing, one: Ticket) -> list[EventType]:
    """Once it is handled again; after that a person has to look."""
    if one.reopened:
        heard.say("utter_complaint_reopened_before", no=one.no)
        heard.hand_off("rule", words=heard.words, slots={label("kind", one.kind): str(one.no)})
        return []
    heard.ask("utter_complaint_ask_reopen", no=one.no)
    return [SlotSet("offer", {"kind": "reopen_complaint", "no": one.no, "words": heard.words})]
