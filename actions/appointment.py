"""Counters: booking a turn, and what becomes of one that is booked."""

from __future__ import annotations

import re

from actions.forms import Fields
from actions.hearing import Hearing
from actions.seat_booking import BookingForm, BookSeat
from community.services import seats

_FOR_OTHERS = re.compile("[给帮替陪][我俺咱]?|代|[我俺]替")
"A counter is visited for oneself unless it is said otherwise: 我儿子开车送我 books for nobody else"


class ValidateAppointmentForm(BookingForm):
    """Which counter, which slot."""

    stem = "appointment"
    intents = frozenset({"book_appointment", "bind_identity"})
    kind = seats.WINDOW
    entity = "matter"

    def kin(self, heard: Hearing) -> Fields:
        return super().kin(heard) if _FOR_OTHERS.search(heard.words) else {}

    def ask_name(self, heard: Hearing, names: str) -> None:
        heard.ask("utter_appointment_ask_name", names=names)


class ActionAppointmentBook(BookSeat):
    writes = "appointment"
    kind = seats.WINDOW

    def name(self) -> str:
        return "action_appointment_book"
