"""Borrowing rooms and courts: what the home has, giving it back, and the booking itself."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import cancelling
from actions.base import ServiceAction
from actions.form_end import finished
from actions.hearing import Hearing
from actions.space_times import MOVE, hours_of, price, say_free, time_of, when
from community.errors import Conflict
from community.labels import label
from community.services import space
from community.store.spaces import Booking, Space
from community.times import date_words

_CANCEL = re.compile("不借了|不要了|不用了|不订了|不去了|退掉|退了|取消|去不了|撤(?:掉|了|销)")
_MINE = re.compile(
    "(?:我|前面|之前|昨天|刚才).{0,4}[订定约借].{0,6}(?:几点|啥时候|什么时候|哪天|没有)|我.{0,3}[订定约借].{0,2}了?(?:哪|什么|啥)"
)
_RETIME = re.compile("[换改](?:一下|一?个|下|掉)?(?:时间|日子|钟点|点钟|时候)|时间.{0,3}[换改]")
_ASKS = re.compile(
    "有空|空着|有人|没人|有没|还有|空不|得空|有位|有场|满了?没|多少钱|要钱|几点开|开放|怎么预约|有.{0,4}吗"
)


class ActionSpaceRequest(ServiceAction):
    """Answers what needs no form: what the home has, giving it back; else the form begins."""

    def name(self) -> str:
        return "action_space_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        among = await space.every(heard.ctx)
        named = space.named(heard.words, among)
        moves = MOVE.search(heard.words) or _RETIME.search(heard.words)
        if _CANCEL.search(heard.words) and not moves:
            return self._offer_cancel(heard, await self._meant(heard, named))
        if _MINE.search(heard.words):
            found = await self._meant(heard, named)
            for one in found[:3]:
                heard.say("utter_space_mine", no=one.no, name=one.name, time=when(one))
            if not found:
                heard.say("utter_space_none_booked")
            return []
        if moves:
            source = space.named(MOVE.split(heard.words, maxsplit=1)[0], among)
            found = await self._meant(heard, source)
            if found and source is None:  # the one that was booked last
                found = [max(found, key=lambda one: one.no)]
            if found:
                old = [SlotSet("space_no", found[0].no), SlotSet("space_name", found[0].name)]
                return [*old, FollowupAction("space_form")]
            heard.say("utter_space_none_booked")
        if (await heard.party()).home is None and named and _ASKS.search(heard.words):
            await say_free(heard, named, time_of(heard.words, heard.now))
            heard.ask("utter_bind_first")
            return []
        return [SlotSet("space_no", None), FollowupAction("space_form")]

    async def _meant(self, heard: Hearing, named: Space | None) -> list[Booking]:
        """The home's bookings, those of the named space alone when there are some."""
        found = await space.mine(heard.ctx, await heard.party())
        return [one for one in found if named and one.name == named.name] or found

    def _offer_cancel(self, heard: Hearing, found: list[Booking]) -> list[EventType]:
        if not found:
            heard.say("utter_space_none_booked")
            return []
        first = found[0]
        heard.ask("utter_space_ask_cancel", no=first.no, name=first.name, time=when(first))
        return [cancelling.offer("cancel_space", first.no)]


class ActionSpaceBook(ServiceAction):
    writes = "space"

    def name(self) -> str:
        return "action_space_book"

    async def handle(self, heard: Hearing) -> list[EventType]:
        time, name = heard.slot("space_time"), str(heard.slot("space_name"))
        start, end = hours_of(time)
        try:
            made = await space.book(
                heard.ctx, await heard.party(), turn_id=heard.turn_id, name=name, start=start,
                end=end, moved=heard.slot("space_no"),
            )  # fmt: skip
        except Conflict:
            return await self._was_quicker(heard, name, time)
        if made.state == "cancelled":
            heard.say("utter_space_cancelled", no=made.no, name=made.name)
            return finished(heard, "space")
        heard.say(
            "utter_space_booked", no=made.no, name=made.name, time=when(made),
            price=price(made.price_fen, "in_all"),
            card={
                "title": f"{made.name} {made.no}",
                "state": label("space_state", made.state),
                "tone": "work",
                "facts": [[label("slot", "space_time"), when(made)],
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
