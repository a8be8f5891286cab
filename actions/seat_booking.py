"""Booking a seat: the form that asks what, for whom and when, and the action that takes it."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar

from rasa_sdk.events import EventType, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from actions.seat_form import SeatForm, say_why
from actions.seat_reminder import remind
from actions.seat_words import LISTED, said_slot, wants_more
from community.errors import BadInput, Conflict
from community.labels import label
from community.services import appointment, seats
from community.services.kin import SELF, kin_of, kin_word
from community.store.appointments import Appointment
from community.store.seats import Bookable
from community.times import date_words


class BookingForm(SeatForm):
    """A new seat. `entity`: that names the service; `asks_person`: whether a visit asks for whom."""

    entity: ClassVar[str]

    @abstractmethod
    def ask_name(self, heard: Hearing, names: str) -> None:
        """Ask what is to be booked."""

    def warn(self, heard: Hearing, known: Fields) -> None:
        """What has to be said first, if anything."""

    def kin(self, heard: Hearing) -> Fields:
        """Whom the opening words are about."""
        code = kin_of(heard.words)
        return {self.key("person"): _person(code)} if code else {}

    async def begin(self, heard: Hearing) -> Fields:
        found = self._service(heard) | self.kin(heard)
        found |= self.read_time(heard, heard.words, {})
        said = heard.entity(self.entity)
        if said and self.key("name") not in found and len(said) <= 12:
            heard.say("utter_seat_unknown", name=said)
        return found

    def _service(self, heard: Hearing) -> Fields:
        said = heard.entity(self.entity) or ""
        what = seats.named(heard.words, self._among, said)
        if what is None:
            return {}
        return {
            self.key("name"): what.name,
            self.key("item"): seats.item_of(said, what) or seats.item_of(heard.words, what),
        }

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        self.warn(heard, known)
        if not known.get(self.key("name")):
            return self.key("name")
        what = await self.what(heard, known)
        if what.at_home and not known.get(self.key("person")):
            return self.key("person")
        if not await self.is_settled(heard, known):
            return self.key("time")
        return None if known.get(self.key("confirm")) else self.key("confirm")

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        field = question.removeprefix(f"{self.stem}_")
        if field in {"room", "code"}:
            return await self.bind_read(heard, question, known)
        if field == "confirm":
            answer = reading.yes_or_no(heard)
            return None if answer is None else {question: answer}
        found = self._service(heard) | await self._whom(heard, asked=field == "person")
        if field == "name" and not found and wants_more(heard.words):
            return {self.key("page"): int(known.get(self.key("page")) or 0) + 1}
        found |= self.read_answer(heard, known)
        return found or None

    async def _whom(self, heard: Hearing, *, asked: bool) -> Fields:
        code = kin_of(heard.words)
        if code is None and asked:
            account, name = await heard.party(), heard.text.strip("。，,.！! 吧呢啊")
            if (await appointment.whom(heard.ctx, account, name)).resident_id:
                code = name
        return {self.key("person"): _person(code)} if code else {}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        found = self.amend_time(heard, known)
        code, service = kin_of(heard.words), self._service(heard)
        if code and known.get(self.key("time")):
            found |= {self.key("person"): _person(code)}
        name = known.get(self.key("name"))
        if service and name and name != service[self.key("name")]:
            found |= service
        changed = {name for name, value in found.items() if known.get(name) != value}
        return found if changed else {}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question.removeprefix(f"{self.stem}_"):
            case "room" | "code":
                self.bind_put(heard, question, known)
            case "name":
                self.ask_name(heard, self._names(known))
            case "person":
                heard.ask("utter_seat_ask_person", name=known[self.key("name")])
            case "time":
                await self.offer_slots(heard, known)
            case _ if known.get(question) is False:
                heard.ask("utter_seat_what_to_change")
            case _:
                await self._put_confirm(heard, known)

    def _names(self, known: Fields) -> str:
        pages = max(1, -(-len(self._among) // LISTED))
        first = int(known.get(self.key("page")) or 0) % pages * LISTED
        return "、".join(one.name for one in self._among[first : first + LISTED])

    async def _put_confirm(self, heard: Hearing, known: Fields) -> None:
        what = await self.what(heard, known)
        person = (known.get(self.key("person")) or _person(SELF))["said"]
        start = datetime.fromisoformat(known[self.key("time")]["start"])
        home = (await heard.party()).home
        heard.ask(
            "utter_seat_ask_confirm_home" if what.at_home else "utter_seat_ask_confirm",
            name=what.name, time=said_slot(start, heard.now), person=person,
            place=home.label if what.at_home and home else what.place,
        )  # fmt: skip


def _person(code: str) -> dict[str, str]:
    word = kin_word(code)
    return {"code": code, "said": word if word == code else f"您{word}"}


class BookSeat(ServiceAction):
    """Takes the confirmed seat. `writes`: stem of the form that asked; `kind`: of what it books."""

    writes: ClassVar[str]
    kind: ClassVar[str]

    async def handle(self, heard: Hearing) -> list[EventType]:
        name = str(heard.slot(f"{self.writes}_name"))
        what = next(one for one in await seats.every(heard.ctx, self.kind) if one.name == name)
        start = datetime.fromisoformat(heard.slot(f"{self.writes}_time")["start"])
        said = (heard.slot(f"{self.writes}_person") or {"code": SELF})["code"]
        try:
            made = await appointment.book(
                heard.ctx, await heard.party(), turn_id=heard.turn_id, bookable_id=what.id,
                start=start, said=said, item=str(heard.slot(f"{self.writes}_item") or ""),
            )  # fmt: skip
        except (Conflict, BadInput):
            return await self._lost(heard, what, start, said)
        await remind(heard, made)
        tell_booked(heard, made)
        return finished(heard, self.writes)

    async def _lost(
        self, heard: Hearing, what: Bookable, start: datetime, said: str
    ) -> list[EventType]:
        """Somebody was quicker, or it got too late: all that was said is kept but the slot."""
        account = await heard.party()
        person = await appointment.whom(heard.ctx, account, said)
        why = await appointment.problem(heard.ctx, account, what, start, person)
        say_why(heard, why or "full", what.name)
        heard.ask("utter_seat_ask_other")
        offer = {"kind": "resume", "form": f"{self.writes}_form"}
        return [
            *(SlotSet(f"{self.writes}_{one}", None) for one in ("time", "choices", "confirm")),
            SlotSet("offer", offer),
        ]  # fmt: skip


def tell_booked(heard: Hearing, made: Appointment) -> None:
    """Number, time, place and what to bring, and a card of the same."""
    card = {
        "title": f"{made.name} {made.no}",
        "state": label("appointment_state", made.state),
        "tone": "work",
        "facts": [
            [label("appointment_column", "when"), date_words(made.starts_at)],
            [label("appointment_column", "place"), made.home if made.at_home else made.place],
        ],
    }
    key = "utter_seat_booked_home" if made.at_home else "utter_seat_booked"
    heard.say(
        key, no=made.no, name=made.name, time=said_slot(made.starts_at, heard.now),
        turn=made.queue_no, place=made.home if made.at_home else made.place, card=card,
    )  # fmt: skip
    if made.bring:
        heard.say("utter_seat_ready" if made.at_home else "utter_seat_bring", bring=made.bring)
    heard.say("utter_seat_until")
