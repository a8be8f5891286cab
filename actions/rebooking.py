"""What becomes of a booked appointment: when it is, another slot, or giving it back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from actions.seat_form import SeatForm, say_why
from actions.seat_reminder import remind
from actions.seat_words import LISTED, ordinal, said_slot, wants_other_time
from community.errors import BadInput, Code, Conflict, NotFound
from community.labels import label
from community.services import appointment, seats
from community.services.appointment import Person
from community.store.appointments import Appointment
from community.store.seats import Bookable
from community.times import local
from language.clean import fold
from language.numerals import NUMBER, parse_number
from language.periods import Period, at_minute, say_period
from language.times import find_periods

_MOVE = re.compile(
    "改约|改[到成期]|改一?下|换[到成个]?|挪|往?[前后]推|推[到迟]|延[到期]?|顺[到延]|提前|拖|调[到整]?"
    "|往[前后]|重新?约|->|该到|往[前后]|晚[一两点几]|早[一两点几]|迟点|改"
)
_CANCEL = re.compile(
    "取消|取销|退[号掉了吧一]|退$|[不莫]要[了咯]?|不去|不办|去不[成了]|不得去|来不了|别约|撤|销了|算了|拉倒|放[掉出]"
)
_NOT_CANCEL = re.compile("取消了?[吗没]|还[能可]以?取消|来得及")
_SHIFT = re.compile(
    rf"(?:(?P<sooner>往?前|提前|早)|往?后|推迟?|延后?|拖|晚|顺延)[挪推错移延拖提]?(?P<number>{NUMBER})天"
)
_NO = re.compile(r"(?<!\d)\d{4,6}(?!\d)")


def wants(words: str) -> str:
    """move, cancel or ask: what the words want of an appointment."""
    if _MOVE.search(words):
        return "move"
    return "cancel" if _CANCEL.search(words) else "ask"


def days_shifted(words: str) -> int:
    """By how many days it is put off, or, less than 0, brought forward; 0 when no number is said."""
    found = _SHIFT.search(fold(words))
    number = parse_number(found["number"]) if found else None
    if found is None or number is None or not 0 < number <= seats.AHEAD_DAYS:
        return 0
    return -int(number) if found["sooner"] else int(number)


def number_in(heard: Hearing) -> int | None:
    """The number that is said, whosesoever it is; 0 for one that none of ours can be."""
    said = heard.entity("order_no")
    found = _NO.search(fold(said or heard.words))
    if found:
        return int(found[0])
    number = parse_number(said) if said else None
    return (int(number) if number is not None else 0) if said else None


def meant(heard: Hearing, found: list[Appointment]) -> list[Appointment]:
    """Those of `found` that the words single out: by service, by the day it was; else all."""
    before = _MOVE.split(heard.words, maxsplit=1)[0]
    named = [one for one in found if one.name in before or one.name.removesuffix("窗口") in before]
    among = named or found
    days = {local(one.value.start).date() for one in find_periods(before, heard.now)}
    return [one for one in among if local(one.starts_at).date() in days] or among


def tell(heard: Hearing, one: Appointment) -> None:
    """When and where an appointment is."""
    key = "utter_rebook_one_home" if one.at_home else "utter_rebook_one"
    heard.say(
        key, no=one.no, name=one.name, time=said_slot(one.starts_at, heard.now),
        place=one.home if one.at_home else one.place, turn=one.queue_no,
        state=label("appointment_state", one.state),
    )  # fmt: skip


class ActionAppointmentChange(ServiceAction):
    """Answers what the home has; a change begins its form."""

    def name(self) -> str:
        return "action_appointment_change"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account, number = await heard.party(), number_in(heard)
        found = await appointment.mine(heard.ctx, account)
        if number is not None:
            try:
                found = [await appointment.find(heard.ctx, account, number)]
            except NotFound:
                heard.say("utter_rebook_not_found")
                return []
        if not found:
            heard.say("utter_rebook_none")
            return []
        what = wants(heard.words)
        if what == "ask" or _NOT_CANCEL.search(heard.words):
            await self._tell_all(heard, meant(heard, found))
            return []
        return [FollowupAction("rebook_form")]

    async def _tell_all(self, heard: Hearing, found: list[Appointment]) -> None:
        for one in found[:LISTED]:
            tell(heard, one)
        if len(found) > LISTED:
            heard.say("utter_rebook_more", count=len(found) - LISTED)
        if len(found) == 1 and found[0].state == "booked":
            before = await appointment.ahead(heard.ctx, found[0])
            heard.say("utter_rebook_ahead", count=before)


class ValidateRebookForm(SeatForm):
    """Which appointment, moved where or given back; confirmed before it is written."""

    stem = "rebook"
    intents = frozenset({"change_appointment", "change_repair"})

    def _interrupts(self, heard: Hearing) -> bool:
        asks = heard.intent == "change_appointment" and wants(heard.words) == "ask"
        new_time = bool(heard.entity("time") or number_in(heard))
        return (asks and not new_time) or super()._interrupts(heard)

    async def what(self, heard: Hearing, known: Fields) -> Bookable:
        one = await self._one(heard, known)
        return next(what for what in self._among if what.id == one.bookable_id)

    async def person(self, heard: Hearing, known: Fields) -> Person:
        one = await self._one(heard, known)
        return Person(one.person, one.person_key, one.resident_id)

    async def _one(self, heard: Hearing, known: Fields) -> Appointment:
        return await appointment.find(heard.ctx, await heard.party(), int(known["rebook_no"]))

    def _new_time(self, heard: Hearing, known: Fields) -> Fields:
        """The time after the word that moves it: 约的周三去不了，换周五."""
        parts = _MOVE.split(heard.words, maxsplit=1)
        return self.read_time(heard, parts[-1], known) if len(parts) > 1 else {}

    async def begin(self, heard: Hearing) -> Fields:
        known: Fields = {"rebook_what": wants(heard.words)}
        found = await appointment.mine(heard.ctx, await heard.party())
        number = number_in(heard)
        singled = meant(heard, found)
        if number or len(singled) == 1:
            known["rebook_no"] = number or singled[0].no
        if known["rebook_what"] == "move":
            known |= self._new_time(heard, {})
        days = days_shifted(heard.words)
        if days and known.get("rebook_no") and "rebook_time" not in known:
            known |= await self._shifted(heard, known, days)
        return known

    async def _shifted(self, heard: Hearing, known: Fields, days: int) -> Fields:
        """往后推一天: the day that is so many days after the old one, all of it."""
        old = local((await self._one(heard, known)).starts_at).date()
        start = at_minute(old + timedelta(days=days), 0)
        whole = Period(start, start + timedelta(days=1), all_day=True)
        window = {
            "start": whole.start.isoformat(), "end": whole.end.isoformat(), "exact": False,
            "said": say_period(whole, heard.now), "past": False,
        }  # fmt: skip
        return {"rebook_time": window}

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        if not known.get("rebook_no"):
            return "rebook_no"
        one = await self._one(heard, known)
        if known["rebook_what"] == "keep" or not appointment.can_change(heard.ctx, one):
            return None
        if known["rebook_what"] == "move" and not await self.is_settled(heard, known):
            return "rebook_time"
        return None if known.get("rebook_confirm") else "rebook_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question == "rebook_no":
            return await self._which(heard)
        if question == "rebook_time":
            if wants(heard.words) == "cancel":
                return {"rebook_what": "cancel"}
            return self.read_answer(heard, known) or None
        answer = reading.yes_or_no(heard)
        if answer is False and known["rebook_what"] == "cancel":
            return {"rebook_what": "keep"}
        return None if answer is None else {"rebook_confirm": answer}

    async def _which(self, heard: Hearing) -> Fields | None:
        found = await appointment.mine(heard.ctx, await heard.party())
        number, index = number_in(heard), ordinal(heard.words, len(found[:LISTED]))
        if any(one.no == number for one in found):
            return {"rebook_no": number}
        if index is not None:
            return {"rebook_no": found[index].no}
        singled = meant(heard, found)
        return {"rebook_no": singled[0].no} if len(singled) == 1 else None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        if known.get("rebook_what") == "cancel" and wants(heard.words) == "move":
            found = {"rebook_what": "move"} | self._new_time(heard, known)
            return found if len(found) > 1 or wants_other_time(heard.words) else {}
        return self.amend_time(heard, known) if known.get("rebook_what") == "move" else {}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        if question == "rebook_no":
            return await self._put_which(heard)
        if question == "rebook_time":
            return await self.offer_slots(heard, known)
        if known.get("rebook_confirm") is False:
            return heard.ask("utter_seat_what_to_change")
        one = await self._one(heard, known)
        old = said_slot(one.starts_at, heard.now)
        if known["rebook_what"] == "cancel":
            heard.ask("utter_rebook_ask_cancel", no=one.no, name=one.name, old=old)
        else:
            time = known["rebook_time"]["said"]
            heard.ask("utter_rebook_ask_move", no=one.no, name=one.name, old=old, time=time)
        return None

    async def _put_which(self, heard: Hearing) -> None:
        found = await appointment.mine(heard.ctx, await heard.party())
        for one in found[:LISTED]:
            tell(heard, one)
        heard.ask("utter_rebook_which", count=len(found))


class ActionAppointmentRebook(ServiceAction):
    """Writes the confirmed change, or says why it is left as it is."""

    writes = "rebook"

    def name(self) -> str:
        return "action_appointment_rebook"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account, no = await heard.party(), int(heard.slot("rebook_no") or 0)
        what = heard.slot("rebook_what")
        one = await appointment.find(heard.ctx, account, no)
        if what == "keep":
            heard.say("utter_rebook_kept", no=one.no, name=one.name)
            return finished(heard, "rebook")
        try:
            if what == "cancel":
                one = await appointment.cancel(heard.ctx, account, no, turn_id=heard.turn_id)
                heard.say("utter_rebook_cancelled", no=one.no, name=one.name)
            else:
                time = heard.slot("rebook_time") or {}
                start = datetime.fromisoformat(time.get("start") or one.starts_at.isoformat())
                appointment.require_open(heard.ctx, one)
                one = await appointment.move(heard.ctx, account, no, start, turn_id=heard.turn_id)
                heard.say(
                    "utter_rebook_moved", no=one.no, name=one.name, turn=one.queue_no,
                    time=said_slot(one.starts_at, heard.now),
                )  # fmt: skip
        except (Conflict, BadInput) as refused:
            return self._refused(heard, one, refused)
        await remind(heard, one)
        return finished(heard, "rebook")

    def _refused(
        self, heard: Hearing, one: Appointment, refused: Conflict | BadInput
    ) -> list[EventType]:
        if refused.code is Code.STALE:
            over = one.state in {"cancelled", "done", "no_show"}
            heard.say("utter_rebook_over" if over else "utter_rebook_late", no=one.no)
            return finished(heard, "rebook")
        say_why(heard, "full", one.name)
        heard.ask("utter_seat_ask_other")
        return [
            *(SlotSet(f"rebook_{name}", None) for name in ("time", "choices", "confirm")),
            SlotSet("offer", {"kind": "resume", "form": "rebook_form"}),
        ]  # fmt: skip
