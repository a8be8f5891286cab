"""Community health: a doctor, a needle, a nurse or a bath at home; never a word of advice."""

from __future__ import annotations

import re

from actions.forms import Fields
from actions.hearing import Hearing
from actions.seat_booking import BookingForm, BookSeat
from community.services import seats

_UNWELL = re.compile(
    "疼(?!痛科)|痛(?!科)|晕|发烧|咳|吐了|想吐|肿|发麻|喘|难受|不舒服|心慌|出血|渗血|睡不着|痒|流脓|抽筋"
)
"Words of illness that are no cry for help: a doctor looks at them, nobody else"


class ValidateHealthForm(BookingForm):
    """Which service, for whom, which slot."""

    stem = "health"
    intents = frozenset({"book_health_service", "bind_identity"})
    kind = seats.HEALTH
    entity = "service"

    def warn(self, heard: Hearing, known: Fields) -> None:
        """Once in a form: a doctor will look, and what to do when it gets bad."""
        if _UNWELL.search(heard.words) and not known.get("health_warned"):
            heard.say("utter_health_unwell")
            known["health_warned"] = True

    def ask_name(self, heard: Hearing, names: str) -> None:
        heard.ask("utter_health_ask_name", names=names)


class ActionHealthBook(BookSeat):
    writes = "health"
    kind = seats.HEALTH

    def name(self) -> str:
        return "action_health_book"
