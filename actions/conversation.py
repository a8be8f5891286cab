"""Courtesy and control: repeat, slower, cancel, a person, what can you do."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet

from actions import device_doing, guide_telling, matters
from actions.base import ServiceAction
from actions.forms import REQUESTED, known_for_staff
from actions.hearing import Hearing
from community.labels import group, label
from community.services import repair
from conversation import outbox

CLARIFY_AT_MOST = 3
NOT_OFFERED = frozenset(
    {"nlu_fallback", "out_of_scope", "affirm", "deny", "greet", "goodbye", "thank", "chitchat",
     "repeat", "speak_differently", "cancel_flow", "correct_info", "send_photo"}
)  # fmt: skip
"Intents that a clarifying question does not offer"
_TALK = {
    "utter_chitchat_who": re.compile(
        "机器|真人|人工智能|智能|AI|ai|你是谁|你谁|你叫|叫啥|叫什么|你是(不是)?(个)?人|多大|几岁"
    ),
    "utter_chitchat_weather": re.compile("天气|下雨|下雪|刮风|冷不冷|热不热|几度|多少度|气温"),
    "utter_chitchat_lonely": re.compile(
        "闷|孤单|孤独|寂寞|没人(说话|陪|聊)|想(儿子|女儿|孩子|孙子|孙女|老伴|家)|难受|睡不着"
    ),
}
"Response to small talk, by what it is about; the first that fits"
_REPAIR = re.compile("修|师傅|工单")
KEEP_PHOTOS = ("repair", "complaint", "facility", "grid", "hotline")
"Forms that a photo may belong to, before it is said what it shows"


class ActionRepeat(ServiceAction):
    """Says the last answer again; inside a form the form asks its question again by itself."""

    def name(self) -> str:
        return "action_repeat"

    async def handle(self, heard: Hearing) -> list[EventType]:
        heard.say("utter_repeat")
        if heard.tracker.active_loop.get("name"):
            return []
        await say_again(heard)
        return [SlotSet("offer", heard.slot("offer"))] if heard.slot("offer") else []


async def say_again(heard: Hearing) -> None:
    """Utter what was said last, choices and all, from the transcript."""
    async with heard.ctx.db.read() as conn:
        last = await outbox.last_said(conn, heard.conversation_id)
        said = []
        if last is not None:
            said = await outbox.answer_of(conn, last.turn_id) if last.turn_id else [last]
    if not said:
        heard.say("utter_nothing_to_repeat")
    for one in said:
        buttons = [{"title": c.label, "payload": c.payload} for c in one.choices]
        heard.dispatcher.utter_message(text=one.text, buttons=buttons or None)


class ActionSpeakDifferently(ServiceAction):
    """Slower, louder, simpler: on a screen that is the large-type page; the words come again."""

    def name(self) -> str:
        return "action_speak_differently"

    async def handle(self, heard: Hearing) -> list[EventType]:
        heard.say("utter_speak_differently")
        if not heard.tracker.active_loop.get("name"):
            await say_again(heard)
        return []


class ActionCancel(ServiceAction):
    """Stops what is being done; nothing of it is written. 算了不修了 is of the order filed before."""

    def name(self) -> str:
        return "action_cancel"

    async def handle(self, heard: Hearing) -> list[EventType]:
        form = heard.tracker.active_loop.get("name")
        if not form and _REPAIR.search(heard.words):
            offered = await matters.offer_withdrawal(heard)
            return [FollowupAction("change_form")] if offered is None else offered
        if not form and not heard.slot("offer"):
            undone = await device_doing.corrected(heard)
            if undone is not None:
                return undone
        if not form:
            heard.say("utter_nothing_to_cancel" if not heard.slot("offer") else "utter_all_right")
            return []
        stem = str(form).removesuffix("_form")
        heard.say("utter_cancelled", service=label("form", stem))
        return stop_form(heard)


def stop_form(heard: Hearing) -> list[EventType]:
    """End the running form and forget what it gathered."""
    form = str(heard.tracker.active_loop.get("name") or "")
    stem = form.removesuffix("_form")
    gathered = [
        SlotSet(name, None)
        for name in heard.tracker.slots
        if stem and name.startswith(f"{stem}_") and heard.slot(name) is not None
    ]
    return [ActiveLoop(None), SlotSet(REQUESTED, None), SlotSet("suspended", None), *gathered]


class ActionHandoff(ServiceAction):
    """转人工: a person in one step, with what is known already."""

    def name(self) -> str:
        return "action_handoff"

    async def handle(self, heard: Hearing) -> list[EventType]:
        heard.hand_off("asked", words=heard.words, slots=known_for_staff(heard))
        return [*stop_form(heard), SlotSet("misses", 0)]


async def _taken_up(heard: Hearing) -> list[EventType] | None:
    """What goes on with what was just done or told: 弄错了，恢复; 几点下班."""
    undone = await device_doing.corrected(heard)
    return undone if undone is not None else await guide_telling.followed_up(heard)


class ActionClarify(ServiceAction):
    """Not sure: one short question with two or three choices; the second time, a person."""

    def name(self) -> str:
        return "action_clarify"

    async def handle(self, heard: Hearing) -> list[EventType]:
        taken = await _taken_up(heard)
        if taken is not None:
            return taken
        misses = int(heard.slot("misses") or 0) + 1
        likely = [
            entry["name"]
            for entry in heard.ranking
            if entry["name"] not in NOT_OFFERED and entry["name"] in group("intent")
        ][:CLARIFY_AT_MOST]
        if misses >= 2 or not likely:
            return offer_person(heard, "misunderstood")
        heard.ask(
            "utter_clarify",
            buttons=[
                *((label("intent", name), f"/{name}{_payload(heard)}") for name in likely),
                (label("word", "none_of_these"), "/deny"),
            ],
        )
        return [SlotSet("misses", misses), SlotSet("unclear", heard.text)]


def _payload(heard: Hearing) -> str:
    """The entities that were read, so that the chosen service does not ask for them again."""
    found: dict[str, Any] = {}
    for entity in heard.tracker.latest_message.get("entities") or []:
        found[entity["entity"]] = entity["value"]
    return json.dumps(found, ensure_ascii=False) if found else ""


def offer_person(heard: Hearing, reason: str) -> list[EventType]:
    """Twice not understood: a person is one tap away."""
    heard.ask("utter_offer_human")
    return [
        SlotSet("misses", 0),
        SlotSet("offer", {"kind": "handoff", "reason": reason, "words": heard.words}),
    ]


class ActionChitchat(ServiceAction):
    """Small talk; asked who it is, the assistant says that it is no person."""

    def name(self) -> str:
        return "action_chitchat"

    async def handle(self, heard: Hearing) -> list[EventType]:
        fits = (key for key, words in _TALK.items() if words.search(heard.words))
        heard.say(next(fits, "utter_chitchat"))
        return []


class ActionOutOfScope(ServiceAction):
    """What we do not serve: said plainly, with what we do; the second time, a person is offered."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def handle(self, heard: Hearing) -> list[EventType]:
        taken = await _taken_up(heard)
        if taken is not None:
            return taken
        misses = int(heard.slot("misses") or 0) + 1
        if misses >= 2:
            return offer_person(heard, "misunderstood")
        heard.say("utter_out_of_scope")
        return [SlotSet("misses", misses)]


class ActionCorrection(ServiceAction):
    """A correction when nothing is being done: what it was about has to be asked."""

    def name(self) -> str:
        return "action_correction"

    async def handle(self, heard: Hearing) -> list[EventType]:
        done = await device_doing.corrected(heard)
        if done is not None:
            return done
        account = await heard.party()
        if await repair.of_home(heard.ctx, account, repair.OPEN):
            heard.ask("utter_correct_what")
            return [SlotSet("unclear", heard.text)]
        heard.ask("utter_correct_nothing")
        return []


class ActionPhotoReceived(ServiceAction):
    """A photo without words, outside a form: asks what it shows and keeps it for the answer."""

    def name(self) -> str:
        return "action_photo_received"

    async def handle(self, heard: Hearing) -> list[EventType]:
        heard.ask("utter_photo_received")
        return [SlotSet(f"{stem}_photos", [heard.photo]) for stem in KEEP_PHOTOS]
