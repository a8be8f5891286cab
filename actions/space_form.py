"""The questions about a room to borrow: which, and in which hours; free ones are said with them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rasa_sdk.events import EventType

from actions import reading
from actions.binding import BindingQuestions
from actions.forms import Fields
from actions.hearing import Hearing
from actions.space_times import MOVE, hours_of, people_of, price, say_free, target, time_of, when
from community.services import space
from community.store.spaces import HOUR, Space
from community.times import local
from language.periods import Period, at_minute, say_period

_POINTS = "points"
"Field that is never kept: a room was merely named, while a booking is moved"
_EVERY = re.compile("每个?(?:周|礼拜|星期|天)|固定")


class ValidateSpaceForm(BindingQuestions):
    """Which room, which hours; free ones are said where they are asked for."""

    stem = "space"
    intents = frozenset({"book_space", "bind_identity", "change_repair"})
    _spaces: list[Space]

    async def handle(self, heard: Hearing) -> list[EventType]:
        self._spaces = await space.every(heard.ctx)
        return await super().handle(heard)

    def _read_all(self, heard: Hearing, known: Fields) -> Fields:
        words = heard.words
        time = time_of(target(words), heard.now, known.get("space_time"))
        if _EVERY.search(words):
            time = None
        people = people_of(words)
        return (
            self._named(words, bool(known.get("space_no")))
            | ({"space_time": time} if time else {})
            | ({"space_people": people} if people else {})
        )

    def _named(self, words: str, moves: bool) -> Fields:
        """The room that the words name; 换到, 改成 name the one that a booking moves to."""
        goes_to = moves and MOVE.search(words) is not None
        named = space.named(target(words) if goes_to else words, self._spaces)
        points = {_POINTS: True} if moves and not goes_to else {}
        return {"space_name": named.name} | points if named else {}

    async def begin(self, heard: Hearing) -> Fields:
        found = self._read_all(heard, {"space_no": heard.slot("space_no")})
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
        points = known.pop(_POINTS, False)
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if known.get("space_no"):
            known["space_no"] = await self._moved_no(heard, known, points)
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

    async def _moved_no(self, heard: Hearing, known: Fields, points: bool) -> int | None:
        """The booking that is moved: the home's own in the room that was merely named, if there is one.

        None when the one that was to be moved stands no more.
        """
        own = await space.mine(heard.ctx, await heard.party())
        there = [one.no for one in own if one.name == known.get("space_name")]
        no = there[0] if points and there else int(known["space_no"])
        return no if no in {one.no for one in own} else None

    async def _is_bookable(self, heard: Hearing, known: Fields) -> bool:
        """Whether the time stands; says why not, and keeps the day that was said."""
        time = known.get("space_time")
        if time and time.get("problem"):
            heard.say("utter_space_no_such_day")
            known["space_time"] = None
        if not time or time.get("problem") or await self._is_out_of_reach(heard, known, time):
            return False
        if not time["exact"]:
            return False
        start, end = hours_of(time)
        refused = await space.problem(
            heard.ctx, await heard.party(), self._where(known), start, end,
            int(known.get("space_no") or 0),
        )  # fmt: skip
        if refused is None:
            return True
        await self._say_why(heard, refused, known, start)
        day = local(start).replace(hour=0, minute=0)
        whole = Period(day, at_minute(day.date(), 24 * 60), all_day=True)
        known["space_time"] = (
            None if refused in {"past", "too_far"}
            else {"start": whole.start.isoformat(), "end": whole.end.isoformat(), "exact": False,
                  "said": say_period(whole, heard.now), "past": False}
        )  # fmt: skip
        return False

    async def _is_out_of_reach(self, heard: Hearing, known: Fields, time: dict[str, Any]) -> bool:
        """Whether a day is over or too far ahead; says so, and forgets it."""
        start = datetime.fromisoformat(time["start"])
        is_far = start >= space.horizon(heard.ctx)
        if is_far or (time["past"] and not time["exact"]):
            await self._say_why(heard, "too_far" if is_far else "past", known, start)
            known["space_time"] = None
        return known["space_time"] is None

    async def _say_why(self, heard: Hearing, refused: str, known: Fields, start: datetime) -> None:
        limits, where = space.rules(), self._where(known)
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
                left = await space.hours_left(
                    heard.ctx, await heard.party(), start, int(known.get("space_no") or 0)
                )
                heard.say(
                    "utter_space_too_many" if left else "utter_space_week_full",
                    hours=limits["hours_per_week"], left=left,
                )  # fmt: skip
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
        return {k: v for k, v in found.items() if k == _POINTS or (k in settled and known.get(k))}

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
                await self._put_confirm(heard, known)

    async def _put_confirm(self, heard: Hearing, known: Fields) -> None:
        where, (start, end) = self._where(known), hours_of(known["space_time"])
        asked: Fields = {
            "name": where.name, "time": say_period(Period(start, end), heard.now),
            "price": price(where.price_fen * int((end - start) / HOUR), "in_all"),
        }  # fmt: skip
        own = await space.mine(heard.ctx, await heard.party())
        old = next((one for one in own if one.no == known.get("space_no")), None)
        if old is None:
            heard.ask("utter_space_ask_confirm", **asked)
        else:
            heard.ask("utter_space_ask_move", old=old.name, when=when(old), **asked)
