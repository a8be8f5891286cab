"""Reminders of medicines: set, changed and stopped by word; what only a doctor answers is left to one."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import medication_words, reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import COMMANDS, STRANGE, SURE, Fields
from actions.hearing import Hearing
from actions.medication_words import moment_words, plan_words
from community.labels import label
from community.services import dose_times, kin, medication
from community.services.medication import Arm
from community.store.medications import Plan
from conversation import care
from language.schedules import Regimen

MOST_OFFERED = 3
"Medicines that a question which one is meant has buttons for"
LONGEST_NAME = 12
_EDGES = "。！，,.! 吧呢啊的了"
_LEAD = re.compile("^(?:是|叫|那个|这个|吃的?是?|我吃|药名是?)+")


class ValidateMedicationForm(BindingQuestions):
    """Which medicine, when, how much; read back before it is kept. A change asks only what is new."""

    stem = "medication"
    intents = frozenset({"set_medication", "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        found = medication_words.read_plan(heard)
        if heard.slot("medication_no"):
            found.pop("medication_drug", None)
        elif about := kin.other_of(heard.words):
            found["medication_kin"] = about
        return self._without_bad_day(heard, found)

    def _without_bad_day(self, heard: Hearing, found: Fields) -> Fields:
        """A first day that no calendar has, or that is over, is named and left out."""
        problem = (found.get("medication_from") or {}).get("problem")
        if problem:
            heard.say(
                "utter_medication_past" if problem == "past" else "utter_medication_no_such_day"
            )
            found.pop("medication_from")
        return found

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        match known.get("medication_op"):
            case "stop":
                needed: tuple[str, ...] = ()
            case "change":
                has_new = known.get("medication_when") or known.get("medication_dose")
                needed = () if has_new else ("medication_when",)
            case _:
                needed = ("medication_drug", "medication_when", "medication_dose")
        for slot in needed:
            if not known.get(slot):
                return slot
        return None if known.get("medication_confirm") else "medication_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question in {"medication_room", "medication_code"}:
            return await self.bind_read(heard, question, known)
        found = medication_words.read_plan(heard)
        match question:
            case "medication_drug":
                found |= {} if "medication_drug" in found else self._name(heard, found)
            case "medication_dose" if "medication_dose" not in found:
                if medication_words.as_prescribed(heard):
                    found["medication_dose"] = label("care_word", "as_prescribed")
            case "medication_confirm":
                answer = reading.yes_or_no(heard)
                if answer is not None:
                    return {"medication_confirm": answer}
                return self.amend(heard, known) or None
        return self._without_bad_day(heard, found) if question in found else None

    def _name(self, heard: Hearing, found: Fields) -> Fields:
        """A medicine by whatever it is called: 那个小白片; one without a name is the medicine."""
        if medication_words.nameless(heard.words):
            return {"medication_drug": label("care_word", "some_drug")}
        said = _LEAD.sub("", heard.text.strip(_EDGES)).strip(_EDGES)
        is_other = heard.intent in COMMANDS | {"affirm", "deny"} or not (
            heard.intent in STRANGE | self.intents or heard.confidence < SURE
        )
        if is_other or found or not 0 < len(said) <= LONGEST_NAME:
            return {}
        return {"medication_drug": said}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        found = self._without_bad_day(heard, medication_words.read_plan(heard))
        if known.get("medication_op") == "stop":
            return {}
        if known.get("medication_no"):
            found.pop("medication_drug", None)
        return found

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "medication_room" | "medication_code":
                self.bind_put(heard, question, known)
            case "medication_drug":
                heard.ask("utter_medication_ask_drug")
            case "medication_when":
                heard.ask("utter_medication_ask_when", drug=known["medication_drug"])
            case "medication_dose":
                heard.ask("utter_medication_ask_dose", drug=known["medication_drug"])
            case _ if known.get("medication_confirm") is False:
                heard.ask("utter_medication_what_to_change")
            case _:
                self._read_back(heard, known)

    def _read_back(self, heard: Hearing, known: Fields) -> None:
        drug = known["medication_drug"]
        if known.get("medication_op") == "stop":
            heard.ask("utter_medication_ask_stop", drug=drug)
            return
        when, dose = known.get("medication_when"), known.get("medication_dose")
        first, about = known.get("medication_from"), known.get("medication_kin")
        response = (
            "utter_medication_ask_change"
            if known.get("medication_op") == "change"
            else "utter_medication_ask_confirm"
        )
        heard.ask(
            response,
            whom=label("dose_words", "whom").format(kin=kin.kin_word(about)) if about else "",
            drug=drug,
            parts="，".join(
                part
                for part in (
                    label("care_word", "from_day").format(day=first["said"]) if first else "",
                    when["said"] if when else "",
                    label("care_word", "each_time").format(dose=dose) if dose else "",
                )
                if part
            ),
        )


class ActionMedicationRequest(ServiceAction):
    """set_medication: finds out what is to be done with which plan, and leads the form."""

    def name(self) -> str:
        return "action_medication_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        if medication_words.asks_advice(heard.words):
            return leave_to_doctor(heard)
        left = heard.slot("medication_pending") or {}
        wanted = heard.entity("choice") or medication_words.change_of(heard.words)
        events = [SlotSet("medication_pending", None)] if left else []
        if wanted == "new":
            return [*events, FollowupAction("medication_form")]
        found = await self._found(heard)
        if not found and wanted == "stop":
            heard.say("utter_medication_none_to_stop")
            return events
        if not found:
            return [*events, FollowupAction("medication_form")]
        if len(found) > 1:
            return self._ask_which(heard, wanted, found)
        return [*events, *self._lead(heard, wanted, found[0], left)]

    async def _found(self, heard: Hearing) -> list[Plan]:
        """The plan that was tapped, else those that the words name. Raises NotFound."""
        account, number = await heard.party(), heard.entity("order_no")
        if number and not heard.text:
            return [await medication.plan(heard.ctx, account, int(number))]
        who = await medication_words.whose(heard)
        who = who or await medication.taker(heard.ctx, account, None)
        every = await medication.plans(heard.ctx, account, who)
        return medication.named(every, heard.entity("drug"))

    def _ask_which(self, heard: Hearing, wanted: str, found: list[Plan]) -> list[EventType]:
        heard.ask(
            "utter_medication_ask_which",
            buttons=[
                (
                    plan_words(one, with_dose=False),
                    f'/set_medication{{"order_no":"{one.no}","choice":"{wanted}"}}',
                )
                for one in found[:MOST_OFFERED]
            ],
            drugs="、".join(one.drug for one in found[:MOST_OFFERED]),
        )
        return [SlotSet("medication_pending", {"words": heard.words})]

    def _lead(
        self, heard: Hearing, wanted: str, one: Plan, left: dict[str, Any]
    ) -> list[EventType]:
        """The form, with what was said before it was asked which plan is meant."""
        old = one.regimen.as_dict()
        before = medication_words.plan_of_words(str(left.get("words") or ""), old)
        known: dict[str, Any] = before | {
            "medication_op": wanted, "medication_no": one.no, "medication_drug": one.drug,
            "medication_old": old,
        }  # fmt: skip
        return [
            *(SlotSet(name, value) for name, value in known.items()),
            FollowupAction("medication_form"),
        ]


def leave_to_doctor(heard: Hearing) -> list[EventType]:
    """No advice, ever: a doctor, a pharmacist, a person of ours, or 120."""
    heard.ask("utter_medication_no_advice")
    return [SlotSet("offer", {"kind": "handoff", "reason": "asked", "words": heard.words})]


class ActionMedicationSave(ServiceAction):
    """Writes what was confirmed."""

    writes = "medication"

    def name(self) -> str:
        return "action_medication_save"

    async def handle(self, heard: Hearing) -> list[EventType]:
        no = heard.slot("medication_no")
        match heard.slot("medication_op"):
            case "stop":
                ended = await medication.stop(
                    heard.ctx, await heard.party(), int(no), arm=armer(heard)
                )
                heard.say("utter_medication_stopped", drug=ended.drug, no=ended.no)
            case "change":
                changed = await self._change(heard, int(no))
                await self._say_kept(heard, "utter_medication_changed", changed)
            case _:
                await self._say_kept(heard, "utter_medication_saved", await self._start(heard))
        return finished(heard, "medication")

    async def _start(self, heard: Hearing) -> Plan:
        account = await heard.party()
        who = await medication.taker(heard.ctx, account, heard.slot("medication_kin"))
        regimen, dose = _regimen(heard), _dose(heard)
        assert regimen is not None  # noqa: S101 - the form asked for it
        return await medication.start(
            heard.ctx, account, who, turn_id=heard.turn_id,
            drug=str(heard.slot("medication_drug")), dose=dose, regimen=regimen,
            starts_on=medication_words.first_day(heard.slot("medication_from")), arm=armer(heard),
        )  # fmt: skip

    async def _change(self, heard: Hearing, no: int) -> Plan:
        return await medication.change(
            heard.ctx, await heard.party(), no, turn_id=heard.turn_id, dose=_dose(heard),
            regimen=_regimen(heard), arm=armer(heard),
        )  # fmt: skip

    async def _say_kept(self, heard: Hearing, response: str, kept: Plan) -> None:
        coming = await dose_times.to_come(heard.ctx, [kept])
        due_at = coming[0][0] if coming else None
        heard.say(
            response,
            no=kept.no,
            plan=plan_words(kept),
            next=moment_words(due_at, heard.now) if due_at else label("care_word", "no_more"),
        )


def _regimen(heard: Hearing) -> Regimen | None:
    field = heard.slot("medication_when")
    return Regimen.of({k: v for k, v in field.items() if k != "said"}) if field else None


def _dose(heard: Hearing) -> str | None:
    said = heard.slot("medication_dose")
    return None if said == label("care_word", "as_prescribed") else said


def armer(heard: Hearing) -> Arm:
    """What sets the timers, in the transaction of the write."""

    async def arm(conn: Any, plan: Plan) -> None:
        await care.arm(conn, plan, heard.ctx.clock.now())

    return arm
