"""Choosing a seat: which service, for whom, and one of its free slots; shared by all that is booked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from rasa_sdk.events import EventType

from actions import reading
from actions.binding import BindingQuestions
from actions.forms import PLAIN_AT_MOST, Fields, is_about_more
from actions.hearing import Hearing
from actions.seat_words import (
    LISTED,
    chosen,
    said_slot,
    said_slots,
    time_said,
    wants_any,
    wants_more,
    wants_other_time,
)
from community.errors import NotFound
from community.services import appointment, seats
from community.services.appointment import Person
from community.services.kin import SELF, kin_of
from community.services.seats import Slot
from community.store.seats import Bookable
from community.times import local
from language.periods import Period, at_minute, say_period


class SeatForm(BindingQuestions):
    """The questions about time, and reading their answers. `kind`: what may be booked here."""

    kind: ClassVar[str | None] = None
    _among: list[Bookable]

    async def handle(self, heard: Hearing) -> list[EventType]:
        self._among = await seats.every(heard.ctx, self.kind)
        return await super().handle(heard)

    def key(self, field: str) -> str:
        return f"{self.stem}_{field}"

    async def what(self, heard: Hearing, known: Fields) -> Bookable:
        """The service whose slots are talked about. Raises NotFound."""
        found = next((one for one in self._among if one.name == known[self.key("name")]), None)
        if found is None:
            raise NotFound("no such service")
        return found

    async def person(self, heard: Hearing, known: Fields) -> Person:
        """Whom the seat is for."""
        said = known.get(self.key("person")) or {"code": SELF}
        return await appointment.whom(heard.ctx, await heard.party(), said["code"])

    async def _plain(self, heard: Hearing, question: str, known: Fields) -> bool:
        """换个时间 at the summary, and 我自己 as for whom, are answers whatever they look like."""
        is_short = 0 < len(heard.text) <= PLAIN_AT_MOST
        if is_short and question == self.key("confirm") and self.amend(heard, known):
            return not (self._interrupts(heard) and is_about_more(heard))
        if is_short and question == self.key("time") and wants_more(heard.text):
            return True
        if is_short and question == self.key("person") and kin_of(heard.text):
            return True
        return await super()._plain(heard, question, known)

    def read_time(self, heard: Hearing, words: str, known: Fields) -> Fields:
        """The time that is said: one of the choices, a slot, a window, or any."""
        offered = known.get(self.key("choices")) or []
        start = chosen(words, offered, heard.now)
        talked_of = (known.get(self.key("time")) or {}).get("start") or next(iter(offered), None)
        day = None
        if talked_of:
            midnight = local(datetime.fromisoformat(talked_of)).replace(hour=0, minute=0)
            day = {"start": midnight.isoformat()}
        found = self._point(start, heard) if start else time_said(words, heard.now, day)
        if found is None:
            return {}
        return {self.key("time"): found, self.key("choices"): None, self.key("more"): None}

    def _point(self, start: datetime, heard: Hearing) -> dict[str, Any]:
        iso = local(start).isoformat()
        said = said_slot(start, heard.now)
        return {"start": iso, "end": iso, "exact": True, "said": said, "past": False}

    def read_answer(self, heard: Hearing, known: Fields) -> Fields:
        """What the words say to the offered slots, 还有别的吗 and 哪个都行 among them."""
        offered = known.get(self.key("choices")) or []
        found = self.read_time(heard, heard.words, known)
        if found and not found[self.key("time")].get("any"):
            return found
        if offered and wants_any(heard.words):
            return {self.key("time"): self._point(datetime.fromisoformat(offered[0]), heard)}
        if offered and wants_more(heard.words):
            return {self.key("more"): offered[-1], self.key("choices"): None}
        return found

    def amend_time(self, heard: Hearing, known: Fields) -> Fields:
        """Another time where one slot was settled already; 换个时间 opens the question again."""
        settled = known.get(self.key("time")) or {}
        if not settled.get("exact"):
            return {}
        found = self.read_time(heard, heard.words, known)
        if not found and wants_other_time(heard.words):
            return {self.key("time"): None, self.key("choices"): None, self.key("more"): None}
        same = found and found[self.key("time")].get("start") == settled.get("start")
        return {} if same else found

    async def is_settled(self, heard: Hearing, known: Fields) -> bool:
        """Whether the time is one slot that can be had; says why not, and keeps the day."""
        time = known.get(self.key("time"))
        if not time:
            return False
        if time.get("problem"):
            return self._refuse(heard, known, "no_such_day")
        if time.get("any"):
            return await self._take_first(heard, known)
        start, end = (datetime.fromisoformat(time[edge]) for edge in ("start", "end"))
        if not time["exact"]:
            return await self._narrow(heard, known, start, end)
        what = await self.what(heard, known)
        slot = seats.slot_at(what, start)
        person = await self.person(heard, known)
        refused = "past" if start <= heard.now else "closed"
        if slot and start > heard.now:
            refused = await appointment.problem(
                heard.ctx, await heard.party(), what, slot[0], person
            ) or ""  # fmt: skip
        elif start >= seats.horizon(heard.ctx):
            refused = "too_far"
        if refused:
            return self._refuse(heard, known, refused, what.name, start)
        known |= {self.key("time"): self._point(slot[0] if slot else start, heard)}
        return True

    async def _take_first(self, heard: Hearing, known: Fields) -> bool:
        what, person = await self.what(heard, known), await self.person(heard, known)
        account = await heard.party()
        for one in await self._openings(heard, known, heard.now, seats.horizon(heard.ctx)):
            start = one.starts_at
            if not await appointment.problem(heard.ctx, account, what, start, person):
                known |= {self.key("time"): self._point(start, heard)}
                return True
        known[self.key("time")] = None
        return False

    async def _narrow(self, heard: Hearing, known: Fields, start: datetime, end: datetime) -> bool:
        """A window with one free slot settles it; one that is over or too far is let go."""
        if end <= heard.now:
            return self._refuse(heard, known, "past")
        if start >= seats.horizon(heard.ctx):
            return self._refuse(heard, known, "too_far")
        found = await self._openings(heard, known, start, end)
        if len(found) != 1 or known.get(self.key("more")):
            return False
        known[self.key("time")] = self._point(found[0].starts_at, heard)
        return await self.is_settled(heard, known)

    def _refuse(
        self, heard: Hearing, known: Fields, why: str, name: str = "", start: datetime | None = None
    ) -> bool:
        """Say why a time cannot be had; what is left of the day is kept, as another hour may do."""
        say_why(heard, why, name)
        known |= {self.key(name): None for name in ("choices", "more", "time", "confirm")}
        if start is not None and why in {"closed", "full", "duplicate"}:
            end = at_minute(local(start).date(), 24 * 60)
            known[self.key("time")] = {
                "start": local(start).isoformat(), "end": end.isoformat(), "exact": False,
                "said": say_period(Period(start, end), heard.now), "past": False, "refused": True,
            }  # fmt: skip
        return False

    async def _openings(
        self, heard: Hearing, known: Fields, start: datetime, end: datetime
    ) -> list[Slot]:
        what = await self.what(heard, known)
        return await seats.openings(heard.ctx, what, start, end)

    async def offer_slots(self, heard: Hearing, known: Fields) -> None:
        """Read out the next free slots of the window, or of the days after it."""
        what, horizon = await self.what(heard, known), seats.horizon(heard.ctx)
        window = reading.moments(known.get(self.key("time")))
        start, end = window or (heard.now, horizon)
        if known.get(self.key("more")):
            last = datetime.fromisoformat(known[self.key("more")])
            start = max(start, last + timedelta(minutes=1))
        found = await self._openings(heard, known, start, end)
        if not found and window:
            is_new = not known[self.key("time")].get("refused")
            if is_new and not known.get(self.key("more")):
                is_open = any(True for _ in seats.grid(what, *window))
                say_why(heard, "full" if is_open else "closed", what.name)
            found = await self._openings(heard, known, start, horizon)
        found = found or await self._openings(heard, known, heard.now, horizon)
        if not found:
            heard.ask("utter_seat_none_free", name=what.name)
            return
        starts = [one.starts_at for one in found[:LISTED]]
        known[self.key("choices")] = [local(one).isoformat() for one in starts]
        heard.ask("utter_seat_free", name=what.name, free=said_slots(starts, heard.now))


def say_why(heard: Hearing, why: str, name: str = "") -> None:
    """Why a slot cannot be had: a problem of the service, or `no_such_day`."""
    match why:
        case "past":
            heard.say("utter_seat_past")
        case "too_far":
            heard.say("utter_seat_too_far", days=seats.AHEAD_DAYS)
        case "closed":
            heard.say("utter_seat_closed", name=name)
        case "duplicate":
            heard.say("utter_seat_duplicate")
        case "no_such_day":
            heard.say("utter_seat_no_such_day")
        case _:
            heard.say("utter_seat_full", name=name)
