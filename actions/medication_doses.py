"""Doses: taken, put off or left out by word; which one, when several may be meant."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import medication_words
from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.medication import leave_to_doctor
from community.labels import label
from community.services import doses, medication
from community.services.doses import Answered, Told
from community.services.medication import Taker
from community.store.medications import ANSWERED, REMINDED, Dose
from conversation import care
from language.dose_answers import act_of, doubts, takes_back

_ALL = re.compile("都|全|齐|一样没|一格没|两[样种片粒]|几样|一块|并")
_QUESTION = "medication_pending"
_ACTS = ("taken", "later", "skipped")


class ActionMedicationConfirm(ServiceAction):
    """confirm_medication: answers the dose that was reminded last, or asks which."""

    def name(self) -> str:
        return "action_medication_confirm"

    async def handle(self, heard: Hearing) -> list[EventType]:
        asked = self._asked(heard)
        spent: list[EventType] = [SlotSet(_QUESTION, None)] if heard.slot(_QUESTION) else []
        if not asked and medication_words.asks_advice(heard.words):
            return [*spent, *leave_to_doctor(heard)]
        if heard.words and not asked and medication_words.is_for_ever(heard.words):
            return [*spent, FollowupAction("action_medication_request")]
        if heard.words and not asked and takes_back(heard.words):
            undone = await self._take_back(heard)
            if undone:
                return spent
        act = str(asked.get("act") or act_of(medication_words.without_drugs(heard)))
        if asked.get("refs"):
            await self._answer_named(heard, act, str(asked["refs"]).split())
            return spent
        who = await medication_words.whose(heard) if heard.words else None
        found = await self._found(heard, who)
        if not found and medication_words.ends_plan(heard.words):
            return [*spent, FollowupAction("action_medication_request")]
        if not found:
            self._say_unwell(heard)
            await self._say_nothing_waits(heard, who)
            return spent
        return [*spent, *await self._act_on(heard, act, found, names_whom=who is not None)]

    async def _found(self, heard: Hearing, who: Taker | None) -> list[Dose]:
        """What waits for an answer; of the medicines that are named, if any is."""
        drugs = heard.meant("drug") if heard.entities("drug") else []
        return await doses.waiting(heard.ctx, await heard.party(), who, drugs)

    async def _say_nothing_waits(self, heard: Hearing, who: Taker | None) -> None:
        others = await doses.waiting(heard.ctx, await heard.party(), who)
        if others:
            heard.say("utter_medication_not_waiting", drugs=care.drugs(others))
        else:
            heard.say("utter_medication_nothing_waiting")

    async def _take_back(self, heard: Hearing) -> bool:
        """What was written as taken by mistake waits again."""

        async def follow(conn: Any, found: list[Dose], at: datetime) -> None:
            await care.follow(conn, found, heard.ctx.clock)

        done = await doses.take_back(
            heard.ctx, await heard.party(), turn_id=heard.turn_id, again=follow
        )
        if done:
            heard.say("utter_medication_taken_back", drugs=await self._named(heard, done))
        return bool(done)

    def _asked(self, heard: Hearing) -> dict[str, Any]:
        """What a tap or a yes to a question of ours stands for: an act, and the doses by name."""
        choice, refs = heard.entity("choice"), heard.entity("order_no")
        if choice in (*_ACTS, "unsure", "noted"):
            return {"act": choice, "refs": refs}
        return dict(heard.slot(_QUESTION) or {}) if heard.intent == "affirm" else {}

    async def _answer_named(self, heard: Hearing, act: str, refs: list[str]) -> None:
        """The doses of a button, and no others: one that is settled or long over is left as it is."""
        named = await doses.of_refs(heard.ctx, await heard.party(), refs)
        open_ones = [one for one in named if doses.still_counts(one, heard.ctx.clock)]
        if act == "unsure" and open_ones:
            self._ask_act(heard, open_ones)
        elif act == "noted" and open_ones:
            heard.say("utter_medication_waiting", drugs=care.drugs(open_ones))
        elif open_ones:
            await self._answer(heard, act, open_ones)
        elif any(one.state in ANSWERED for one in named):
            heard.say("utter_medication_answered_before")
        else:
            heard.say("utter_medication_over")

    async def _act_on(
        self, heard: Hearing, act: str, found: list[Dose], *, names_whom: bool
    ) -> list[EventType]:
        meant = self._meant(heard, found)
        if act == "unsure":
            return self._say_unsure(heard, meant or _together(found))
        kin = None if names_whom else await self._kin_not_told_here(heard, found[0])
        if kin:
            return self._ask_whose(heard, act, meant or _together(found), kin)
        if meant is None:
            return self._ask_which(heard, act, _together(found))
        await self._answer(heard, act, meant)
        return []

    async def _kin_not_told_here(self, heard: Hearing, one: Dose) -> str | None:
        """Whose dose it is when it is an elder's and this conversation was not asked about it."""
        account = await heard.party()
        if one.plan.resident_id in {None, account.resident_id}:
            return None
        async with heard.ctx.db.read() as conn:
            told, _ = await care.of_taker(conn, one.plan)
            if heard.conversation_id in told:
                return None
            return await medication.kin_of_taker(conn, account, one.plan)

    def _meant(self, heard: Hearing, found: list[Dose]) -> list[Dose] | None:
        """The doses that are meant, of each medicine the likeliest; None to be asked."""
        if heard.entities("drug"):
            return list({one.plan.no: one for one in reversed(found)}.values())[::-1]
        group = _together(found)
        return group if len(group) == 1 or _ALL.search(heard.words) else None

    def _say_unsure(self, heard: Hearing, group: list[Dose]) -> list[EventType]:
        """Nothing is written of what was not said; who is not sure is told whom to ask."""
        self._say_unwell(heard)
        if doubts(heard.words):
            heard.say("utter_medication_unsure")
        else:
            self._ask_act(heard, group)
        return []

    def _ask_act(self, heard: Hearing, group: list[Dose]) -> None:
        buttons = [(label("dose_choice", act), care.dose_payload(act, group)) for act in _ACTS]
        heard.ask("utter_medication_ask_act", buttons=buttons, drugs=care.drugs(group))

    def _ask_which(self, heard: Hearing, act: str, group: list[Dose]) -> list[EventType]:
        buttons = [(label("dose_words", f"all_{act}"), care.dose_payload(act, group))]
        buttons += [
            (
                label("dose_words", f"only_{act}").format(drug=one.plan.drug),
                care.dose_payload(act, [one]),
            )
            for one in group[:2]
        ]
        heard.ask(
            "utter_medication_ask_all", buttons=buttons, drugs=care.drugs(group),
            all=label("dose_words", f"all_{act}"),
        )  # fmt: skip
        return self._offer(act, group)

    def _ask_whose(self, heard: Hearing, act: str, group: list[Dose], kin: str) -> list[EventType]:
        """What nobody named is never written into an elder's log by a guess."""
        called = label("kin", kin)
        heard.ask(
            "utter_medication_ask_whose", drugs=care.drugs(group), kin=called,
            buttons=[
                (label("dose_words", "is_kins").format(kin=called), care.dose_payload(act, group)),
                (label("dose_words", "not_kins"), "/deny"),
            ],
        )  # fmt: skip
        return self._offer(act, group)

    def _offer(self, act: str, group: list[Dose]) -> list[EventType]:
        fills = {_QUESTION: {"act": act, "refs": " ".join(one.ref for one in group)}}
        return [SlotSet("offer", {"kind": "resume", "form": self.name(), "fills": fills})]

    async def _answer(self, heard: Hearing, act: str, meant: list[Dose]) -> None:
        minutes = medication_words.minutes_of(heard.words) or doses.SNOOZE_MIN
        done = await doses.answer(
            heard.ctx, await heard.party(), meant, turn_id=heard.turn_id, act=act,
            minutes=minutes, again=care.again, told=_told(heard),
        )  # fmt: skip
        await self._say(heard, act, done)
        self._say_unwell(heard)
        left = [one for one in await doses.waiting(heard.ctx, await heard.party()) if one.id]
        asked = (*done.refused, *done.early)
        still = [one for one in left if one.state == REMINDED and one not in asked]
        if act == "taken" and still:
            heard.say("utter_medication_still_open", drugs=care.drugs(still))

    def _say_unwell(self, heard: Hearing) -> None:
        if medication_words.unwell(heard.words):
            heard.say("utter_medication_unwell")

    async def _say(self, heard: Hearing, act: str, done: Answered) -> None:
        now = medication_words.moment_words(heard.now, heard.now)
        drugs = await self._named(heard, done.doses)
        if done.refused:
            heard.say("utter_medication_no_more_later", drugs=care.drugs(done.refused))
        if done.early:
            at = medication_words.moment_words(done.early[0].due_at, heard.now)
            heard.say("utter_medication_not_yet", drugs=care.drugs(done.early), time=at)
        if not done.doses:
            if not done.refused and not done.early:
                heard.say("utter_medication_answered_before")
        elif act == "taken":
            heard.say("utter_medication_taken", drugs=drugs, time=now)
        elif act == "skipped":
            heard.say("utter_medication_skipped", drugs=drugs)
        elif done.again_at is not None:
            again_at = medication_words.moment_words(done.again_at, heard.now)
            heard.say("utter_medication_later", drugs=drugs, time=again_at)

    async def _named(self, heard: Hearing, found: list[Dose]) -> str:
        """The medicines, and whose they are when not the speaker's: 妈妈的降压药."""
        drugs = care.drugs(found)
        if not found:
            return drugs
        async with heard.ctx.db.read() as conn:
            kin = await medication.kin_of_taker(conn, await heard.party(), found[0].plan)
        return (
            label("dose_words", "of").format(kin=label("kin", kin), drugs=drugs) if kin else drugs
        )


def _together(found: list[Dose]) -> list[Dose]:
    """Those that the same person was reminded of in the same breath as the first."""
    first = found[0]
    return [one for one in found if _breath(one) == _breath(first)]


def _breath(one: Dose) -> tuple[Any, ...]:
    return one.reminded_at, one.due_at, one.plan.resident_id, one.plan.kin


def _told(heard: Hearing) -> Told:
    async def told(conn: Any, found: list[Dose]) -> None:
        await care.tell_of_doses(conn, heard.ctx.clock, found, "taken")

    return told
