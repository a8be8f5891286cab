"""Doses: taken, put off or left out by word; which one, when several may be meant."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import medication_words
from actions.base import ServiceAction
from actions.hearing import Hearing
from community.labels import label
from community.services import doses, medication
from community.services.doses import Answered, Told
from community.store.medications import Dose
from conversation import care

_ALL = re.compile("都|全|齐|一样没|一格没|两[样种片粒]|几样|一块|并")
_QUESTION = "medication_pending"


class ActionMedicationConfirm(ServiceAction):
    """confirm_medication: answers the dose that was reminded last, or asks which."""

    def name(self) -> str:
        return "action_medication_confirm"

    async def handle(self, heard: Hearing) -> list[EventType]:
        asked = self._asked(heard)
        spent: list[EventType] = [SlotSet(_QUESTION, None)] if heard.slot(_QUESTION) else []
        if heard.words and medication_words.is_for_ever(heard.words):
            return [*spent, FollowupAction("action_medication_request")]
        act = str(asked.get("act") or medication_words.act_of(heard.words))
        if act == "unsure":
            heard.say("utter_medication_unsure")
            return spent
        who = await medication_words.whose(heard) if heard.words else None
        found = await doses.waiting(heard.ctx, await heard.party(), who)
        if not found and medication_words.ends_plan(heard.words):
            return [*spent, FollowupAction("action_medication_request")]
        if not found:
            heard.say("utter_medication_nothing_waiting")
            return spent
        meant = self._meant(heard, found, everything=bool(asked.get("all")))
        if meant is None:
            return [*spent, *self._ask_which(heard, act, _together(found))]
        if not meant:
            heard.say("utter_medication_not_waiting", drugs=care.drugs(found))
            return spent
        await self._answer(heard, act, meant)
        return spent

    def _asked(self, heard: Hearing) -> dict[str, Any]:
        """What a tap or a yes to the question which dose stands for."""
        offer = heard.slot("offer")
        from_offer = offer.get("fills", {}).get(_QUESTION, {}) if isinstance(offer, dict) else {}
        choice = heard.entity("choice")
        if choice in {"taken", "later", "skipped"}:
            return {"act": choice}
        if heard.intent == "affirm":
            return dict(heard.slot(_QUESTION) or {})
        if not heard.words and from_offer:
            return {"act": from_offer["act"], "all": choice == "all"}
        return {"act": "taken", "all": choice == "all"} if not heard.words else {}

    def _meant(self, heard: Hearing, found: list[Dose], *, everything: bool) -> list[Dose] | None:
        """The doses that are meant; none when the named medicine is not due; None to be asked."""
        named = heard.meant("drug") if heard.entities("drug") else []
        if named:
            plans = [one.plan for one in found]
            fitting = [plan.id for drug in named for plan in medication.named(plans, drug)]
            return [one for one in found if one.plan.id in fitting]
        group = _together(found)
        if everything or len(group) == 1 or _ALL.search(heard.words):
            return group
        return None

    def _ask_which(self, heard: Hearing, act: str, group: list[Dose]) -> list[EventType]:
        buttons = [(label("dose_words", f"all_{act}"), _payload("all", None))]
        buttons += [
            (label("dose_words", f"only_{act}").format(drug=one.plan.drug), _payload("", one))
            for one in group[:2]
        ]
        heard.ask(
            "utter_medication_ask_all", buttons=buttons, drugs=care.drugs(group),
            all=label("dose_words", f"all_{act}"),
        )  # fmt: skip
        fills = {_QUESTION: {"act": act, "all": True}}
        return [SlotSet("offer", {"kind": "resume", "form": self.name(), "fills": fills})]

    async def _answer(self, heard: Hearing, act: str, meant: list[Dose]) -> None:
        minutes = medication_words.minutes_of(heard.words) or doses.SNOOZE_MIN
        done = await doses.answer(
            heard.ctx, await heard.party(), meant, turn_id=heard.turn_id, act=act,
            minutes=minutes, again=care.again, told=_told(heard),
        )  # fmt: skip
        self._say(heard, act, done)
        if medication_words.unwell(heard.words):
            heard.say("utter_medication_unwell")
        left = [one for one in await doses.waiting(heard.ctx, await heard.party()) if one.id]
        still = [one for one in left if one.state == "reminded" and one not in done.refused]
        if act == "taken" and still:
            heard.say("utter_medication_still_open", drugs=care.drugs(still))

    def _say(self, heard: Hearing, act: str, done: Answered) -> None:
        now = medication_words.moment_words(heard.now, heard.now)
        drugs = care.drugs(done.doses)
        if done.refused:
            heard.say("utter_medication_no_more_later", drugs=care.drugs(done.refused))
        if not done.doses:
            if not done.refused:
                heard.say("utter_medication_answered_before")
        elif act == "taken":
            heard.say("utter_medication_taken", drugs=drugs, time=now)
        elif act == "skipped":
            heard.say("utter_medication_skipped", drugs=drugs)
        elif done.again_at is not None:
            again_at = medication_words.moment_words(done.again_at, heard.now)
            heard.say("utter_medication_later", drugs=drugs, time=again_at)


def _payload(choice: str, one: Dose | None) -> str:
    entities = {"drug": one.plan.drug} if one else {"choice": choice}
    return "/confirm_medication" + json.dumps(entities, ensure_ascii=False, separators=(",", ":"))


def _together(found: list[Dose]) -> list[Dose]:
    """Those that were reminded in the same breath as the last."""
    last = found[0]
    return [
        one for one in found if (one.reminded_at, one.due_at) == (last.reminded_at, last.due_at)
    ]


def _told(heard: Hearing) -> Told:
    async def told(conn: Any, found: list[Dose]) -> None:
        await care.tell_of_doses(conn, heard.ctx.clock, found, "taken")

    return told
