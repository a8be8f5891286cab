"""Borrowing rooms and courts: what is free, booking, moving and giving back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import cancelling, reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from actions.space_times import hours_words, people_of, time_of
from community.errors import Conflict
from community.labels import label
from community.services import fee, space
from community.services.space import Stretch
from community.store.spaces import HOUR, Booking, Space
from community.times import date_words, local, window_words
from language.periods import Period, at_minute, say_period

_CANCEL = re.compile("不借了|不要了|不用了|不订了|不去了|退掉|退了|取消|去不了|撤(?:掉|了|销)")
_MINE = re.compile(
    "(?:我|前面|之前|昨天|刚才).{0,4}[订定约借].{0,6}(?:几点|啥时候|什么时候|哪天|没有)|我.{0,3}[订定约借].{0,2}了?(?:哪|什么|啥)"
)
_MOVE = re.compile("(?:换|改|挪|移)[到成在至]")
_EVERY = re.compile("每个?(?:周|礼拜|星期|天)|固定")
_ASKS = re.compile(
    "有空|空着|有人|没人|有没|还有|空不|得空|有位|有场|满了?没|多少钱|要钱|几点开|开放|怎么预约|有.{0,4}吗"
)


class ValidateSpaceForm(BindingQuestions):
    """Which room, which hours; free ones are said where they are asked for."""

    stem = "space"
    intents = frozenset({"book_space", "bind_identity"})
    _spaces: list[Space]

    async def handle(self, heard: Hearing) -> list[EventType]:
        self._spaces = await space.every(heard.ctx)
        return await super().handle(heard)

    def _read_all(self, heard: Hearing, known: Fields) -> Fields:
        words = heard.words
        moved = _MOVE.split(words, maxsplit=1)
        named = space.named(words, self._spaces)
        time = time_of(moved[-1], heard.now, known.get("space_time"))
        if _EVERY.search(words):
            time = None
        people = people_of(words)
        return (
            ({"space_name": named.name} if named else {})
            | ({"space_time": time} if time else {})
            | ({"space_people": people} if people else {})
        )

    async def begin(self, heard: Hearing) -> Fields:
        found = self._read_all(heard, {})
        if _EVERY.search(heard.words):
            heard.say("utter_space_once")
        said = heard.entity("space")
        if said and "space_name" not in found:
            heard.say("utter_space_unknown", name=said, names=self._names())
        return found

    def _names(self) -> str:
        return "、".join(one.name for one in self._spaces[:3])

    def _where(self, known: Fields) -> Space:
        return next(one for one in self._spaces if one.name == known["space_name"])

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if known.get("space_name") and known.get("space_people", 0) > self._where(known).capacity:
            where, people = self._where(known), known["space_people"]
            heard.say("utter_space_small", name=where.name, capacity=where.capacity)
            larger = [one for one in self._spaces if one.capacity >= people]
            known |= {"space_name": larger[-1].name if larger else None}
            known |= {} if larger else {"space_people": None}
        if not known.get("space_name"):
            return "space_name"
        if not await self._is_bookable(heard, known):
            return "space_time"
        return None if known.get("space_confirm") else "space_confirm"

    async def _is_bookable(self, heard: Hearing, known: Fields) -> bool:
        """Whether the time stands; says why not, and keeps the day that was said."""
        time = known.get("space_time")
        if time and time.get("problem"):
            heard.say("utter_space_no_such_day")
            known["space_time"] = None
        if not time or time.get("problem") or self._is_out_of_reach(heard, known, time):
            return False
        if not time["exact"]:
            return False
        start, end = _hours(time)
        refused = await space.problem(
            heard.ctx, await heard.party(), self._where(known), start, end,
            int(known.get("space_no") or 0),
        )  # fmt: skip
        if refused is None:
            return True
        self._say_why(heard, refused, self._where(known))
        day = local(start).replace(hour=0, minute=0)
        whole = Period(day, at_minute(day.date(), 24 * 60), all_day=True)
        known["space_time"] = (
            None if refused in {"past", "too_far"}
            else {"start": whole.start.isoformat(), "end": whole.end.isoformat(), "exact": False,
                  "said": say_period(whole, heard.now), "past": False}
        )  # fmt: skip
        return False

    def _is_out_of_reach(self, heard: Hearing, known: Fields, time: dict[str, Any]) -> bool:
        """Whether a day is over or too far ahead; says so, and forgets it."""
        is_far = datetime.fromisoformat(time["start"]) >= space.horizon(heard.ctx)
        if is_far or (time["past"] and not time["exact"]):
            self._say_why(heard, "too_far" if is_far else "past", self._where(known))
            known["space_time"] = None
        return known["space_time"] is None

    def _say_why(self, heard: Hearing, refused: str, where: Space) -> None:
        limits = space.rules()
        match refused:
            case "past":
                heard.say("utter_space_past")
            case "too_far":
                heard.say("utter_space_too_far", days=limits["ahead_days"])
            case "closed":
                heard.say(
                    "utter_space_closed", name=where.name, opens=where.opens, closes=where.closes
                )
            case "too_long":
                heard.say("utter_space_too_long", hours=limits["hours_at_most"])
            case "too_many":
                heard.say("utter_space_too_many", hours=limits["hours_per_week"])
            case _:
                heard.say("utter_space_taken", name=where.name)

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question in {"space_room", "space_code"}:
            return await self.bind_read(heard, question, known)
        found = self._read_all(heard, known)
        if question == "space_confirm":
            answer = reading.yes_or_no(heard)
            return None if answer is None else {"space_confirm": answer}
        wanted = {"space_name"} if question == "space_name" else {"space_time", "space_name"}
        return found if wanted & set(found) else None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        found = self._read_all(heard, known)
        time = known.get("space_time") or {}
        settled = {"space_name"} | ({"space_time"} if time.get("exact") else set())
        return {k: v for k, v in found.items() if k in settled and known.get(k)}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "space_room" | "space_code":
                self.bind_put(heard, question, known)
            case "space_name":
                heard.ask("utter_space_ask_name", names=self._names())
            case "space_time":
                await say_free(heard, self._where(known), known.get("space_time"))
                heard.ask("utter_space_ask_time")
            case _ if known.get("space_confirm") is False:
                heard.ask("utter_space_what_to_change")
            case _:
                where, (start, end) = self._where(known), _hours(known["space_time"])
                hours = int((end - start) / HOUR)
                heard.ask(
                    "utter_space_ask_move" if known.get("space_no") else "utter_space_ask_confirm",
                    name=where.name, time=say_period(Period(start, end), heard.now),
                    price=_price(where.price_fen * hours, "in_all"),
                )  # fmt: skip


def _price(fen: int, per: str) -> str:
    return label("word", per) + fee.yuan(fen) if fen else label("word", "for_nothing")


def _hours(time: dict[str, Any]) -> Stretch:
    start, end = datetime.fromisoformat(time["start"]), datetime.fromisoformat(time["end"])
    return space.whole_hours(local(start), local(end))


async def say_free(heard: Hearing, where: Space, time: dict[str, Any] | None) -> None:
    """Say what is free in a time, or, when nothing is, what is free next."""
    horizon = space.horizon(heard.ctx)
    window = reading.moments(time) if time and not time.get("problem") else None
    found = await space.openings(heard.ctx, where, *(window or (heard.now, horizon)))
    if not found and window:
        heard.say("utter_space_full", name=where.name, time=time["said"] if time else "")
        found = await space.openings(heard.ctx, where, heard.now, horizon)
    if found:
        heard.say(
            "utter_space_free", name=where.name, free=hours_words(found, heard.now),
            price=_price(where.price_fen, "per_hour"),
        )  # fmt: skip
    else:
        heard.say("utter_space_none_free", name=where.name)


class ActionSpaceRequest(ServiceAction):
    """Answers what needs no form: what the home has, giving it back; else the form begins."""

    def name(self) -> str:
        return "action_space_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        among = await space.every(heard.ctx)
        named = space.named(heard.words, among)
        if _CANCEL.search(heard.words) and not _MOVE.search(heard.words):
            return self._offer_cancel(heard, await self._meant(heard, named))
        if _MINE.search(heard.words):
            found = await self._meant(heard, named)
            for one in found[:3]:
                heard.say("utter_space_mine", no=one.no, name=one.name, time=_when(one))
            if not found:
                heard.say("utter_space_none_booked")
            return []
        if _MOVE.search(heard.words):
            found = await self._meant(heard, named)
            if found:
                old = [SlotSet("space_no", found[0].no), SlotSet("space_name", found[0].name)]
                return [*old, FollowupAction("space_form")]
        if (await heard.party()).home is None and named and _ASKS.search(heard.words):
            await say_free(heard, named, time_of(heard.words, heard.now))
            heard.ask("utter_bind_first")
            return []
        return [FollowupAction("space_form")]

    async def _meant(self, heard: Hearing, named: Space | None) -> list[Booking]:
        """The home's bookings, those of the named space alone when there are some."""
        found = await space.mine(heard.ctx, await heard.party())
        return [one for one in found if named and one.name == named.name] or found

    def _offer_cancel(self, heard: Hearing, found: list[Booking]) -> list[EventType]:
        if not found:
            heard.say("utter_space_none_booked")
            return []
        first = found[0]
        heard.ask("utter_space_ask_cancel", no=first.no, name=first.name, time=_when(first))
        return [cancelling.offer("cancel_space", first.no)]


def _when(one: Booking) -> str:
    return window_words(one.starts_at, one.ends_at)


class ActionSpaceBook(ServiceAction):
    writes = "space"

    def name(self) -> str:
        return "action_space_book"

    async def handle(self, heard: Hearing) -> list[EventType]:
        time, name = heard.slot("space_time"), str(heard.slot("space_name"))
        start, end = _hours(time)
        try:
            made = await space.book(
                heard.ctx, await heard.party(), turn_id=heard.turn_id, name=name, start=start,
                end=end, moved=heard.slot("space_no"),
            )  # fmt: skip
        except Conflict:
            return await self._was_quicker(heard, name, time)
        heard.say(
            "utter_space_booked", no=made.no, name=made.name, time=_when(made),
            price=_price(made.price_fen, "in_all"),
            card={
                "title": f"{made.name} {made.no}",
                "state": label("space_state", made.state),
                "tone": "work",
                "facts": [[label("slot", "space_time"), _when(made)],
                          [label("word", "valid_until"), date_words(made.ends_at)]],
            },
        )  # fmt: skip
        return finished(heard, "space")

    async def _was_quicker(
        self, heard: Hearing, name: str, time: dict[str, Any]
    ) -> list[EventType]:
        """Somebody else has it by now: the room stays named, other hours are asked for."""
        where = next(one for one in await space.every(heard.ctx) if one.name == name)
        heard.say("utter_space_taken", name=name)
        await say_free(heard, where, time)
        heard.ask("utter_space_ask_other")
        offer = {"kind": "resume", "form": "space_form"}
        return [
            SlotSet("space_time", None), SlotSet("space_confirm", None), SlotSet("offer", offer),
        ]  # fmt: skip
