"""Questions about activities: what is on, when and where, and what one has signed up for."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions.activity_words import firsts, line, period_of, said, when_words, which, within
from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.listing import say_list
from community.labels import label
from community.services import activity
from community.services.activity import Place
from community.store.activities import Activity
from language.periods import Period, say_period

_MINE = re.compile(
    "我.{0,4}报(?:名|过|了|的|上)|报上了|我.{0,4}名单|名单.{0,4}我|排到第|候补.{0,6}(?:第|到)|轮到我|报了哪|报了几"
)


class ActionActivityQuery(ServiceAction):
    def name(self) -> str:
        return "action_activity_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        coming = await activity.upcoming(heard.ctx)
        name = heard.entity("activity")
        named = activity.named(said(heard), coming, name)
        if _MINE.search(heard.words):
            return await self._mine(heard, named, name)
        if named:
            return await self._one(heard, (within(heard, named) or named)[0])
        if name:
            heard.say("utter_activity_unknown", name=name)
        return self._list(heard, coming)

    async def _mine(
        self, heard: Hearing, named: list[Activity], name: str | None
    ) -> list[EventType]:
        ids = {one.id for one in named}
        found = [
            one
            for one in await activity.mine(heard.ctx, await heard.party())
            if not name or one.signup.activity_id in ids
        ]
        if not found:
            key = "utter_activity_not_joined" if name else "utter_activity_none_joined"
            heard.say(key, name=named[0].name if named else name or "")
            return []
        return say_list(heard, [_entry_line(heard, one) for one in found])

    async def _one(self, heard: Hearing, one: Activity) -> list[EventType]:
        """When and where, and the offer to sign up."""
        heard.say(
            "utter_activity_detail", name=one.name, place=one.place,
            when=say_period(Period(one.starts_at, one.ends_at), heard.now), note=one.note,
        )  # fmt: skip
        account = await heard.party()
        standing = await activity.standing(heard.ctx, account, one.id)
        if standing is not None:
            heard.say("utter_list_item", item=_entry_line(heard, standing))
            return []
        if one.left > 0:
            heard.ask("utter_activity_ask_join", left=one.left)
        else:
            heard.ask("utter_activity_ask_join_full")
        fills = {"activity_which": which(one, heard.now)}
        return [SlotSet("offer", {"kind": "resume", "form": "activity_form", "fills": fills})]

    def _list(self, heard: Hearing, coming: list[Activity]) -> list[EventType]:
        """What is on in the time that is said, of the kind that is asked for."""
        period = period_of(heard)
        on = firsts(activity.of_kind(heard.words, within(heard, coming)))
        if not on:
            heard.say("utter_activity_none")
            on = firsts(coming)
        else:
            when = say_period(period, heard.now) if period else label("word", "recent")
            heard.say("utter_activity_list", when=when, count=len(on))
        return say_list(heard, [line(one, heard.now) for one in on])


def _entry_line(heard: Hearing, place: Place) -> str:
    one = place.signup
    return label("activity_word", "entry" if place.ahead is None else "waits").format(
        name=one.name, when=when_words(one, heard.now), place=one.place, no=one.no,
        place_in_line=(place.ahead or 0) + 1,
    )  # fmt: skip
