"""Leaving an activity's list: whose entry and which day, said back, and then whoever moves up is told."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.activity_words import dated_words, meant, period_of, said, when_words, within
from actions.base import ServiceAction
from actions.hearing import Hearing
from community.labels import label
from community.services import activity
from community.services.kin import SELF, kin_of
from community.store.activities import Signup
from community.store.identities import Party
from community.times import Clock
from conversation import telling
from conversation.messages import Draft

AT_MOST = 5
"Entries that are named to choose from"
_YES = re.compile(
    "(?:好的?|嗯|对|行|是的?|那就?|就|都|给我|帮我|[，,])*(?:不去|不参加|退|取消)(?:[掉了吧呗嘛啊的])*[。！]?"
)
"不去了 to 不去了吗 is the yes, though it looks like the request again"
_MYSELF = re.compile(
    "(?:我|俺)(?:自己)?(?:就|也|都|想|要)?(?:不|去不|没|来不|退|有事)|^(?:我|俺)自己"
)


class ActionActivityCancel(ServiceAction):
    """Leaving a list: said back first, carried out on yes."""

    def name(self) -> str:
        return "action_activity_cancel"

    async def handle(self, heard: Hearing) -> list[EventType]:
        offer = heard.slot("offer")
        is_asked = isinstance(offer, dict) and offer["kind"] == "leave_activity"
        if is_asked and _YES.fullmatch(heard.words):
            await carry_out(heard, int(offer["no"]))
            return []
        account = await heard.party()
        own = [one.signup for one in await activity.mine(heard.ctx, account)]
        found = _whose(heard, account, await self._meant(heard, own))
        if not found:
            return await self._none(heard)
        if len(found) > 1:
            return self._which(heard, found)
        (first,) = found
        heard.ask(
            "utter_activity_ask_cancel", no=first.no, name=first.name, who=_who(first, account),
            when=when_words(first, heard.now),
        )  # fmt: skip
        return [SlotSet("offer", {"kind": "leave_activity", "no": first.no})]

    async def _meant(self, heard: Hearing, own: list[Signup]) -> list[Signup]:
        """The home's entries that the words mean by number, by name and by day."""
        number = re.search(r"(?<!\d)\d{4,}(?!\d)", heard.entity("order_no") or heard.words)
        numbered = [entry for entry in own if number and entry.no == int(number[0])]
        if numbered:
            return numbered
        name = heard.entity("activity")
        coming = await activity.upcoming(heard.ctx)
        listed = [one for one in coming if one.id in {entry.activity_id for entry in own}]
        named = activity.named(said(heard), listed, name)
        if not named and name:
            return []
        if not named:
            on_day = {one.id for one in await meant(heard)}
            return [entry for entry in own if entry.activity_id in on_day] or own
        if period_of(heard) is not None:
            named = within(heard, named) or named
        ids = {one.id for one in named}
        return [entry for entry in own if entry.activity_id in ids]

    async def _none(self, heard: Hearing) -> list[EventType]:
        name = heard.entity("activity")
        known = activity.named(said(heard), await activity.upcoming(heard.ctx), name)
        key = "utter_activity_not_joined" if name else "utter_activity_none_joined"
        heard.say(key, name=known[0].name if known else name or "")
        return []

    def _which(self, heard: Hearing, found: list[Signup]) -> list[EventType]:
        """Names tell them apart, or else whose they are, when, and their numbers."""
        if len({entry.name for entry in found}) == len(found):
            named = [(entry.name, {"activity": entry.name}) for entry in found]
        else:
            named = [(_described(heard, entry), {"order_no": str(entry.no)}) for entry in found]
        heard.ask(
            "utter_activity_which_cancel", names="、".join(words for words, _ in named[:AT_MOST]),
            buttons=[
                (words, f"/cancel_activity{json.dumps(payload, ensure_ascii=False)}")
                for words, payload in named[:AT_MOST]
            ],
        )  # fmt: skip
        return []


def _whose(heard: Hearing, account: Party, among: list[Signup]) -> list[Signup]:
    """Those of whom the words name, or the speaker's own; all of the home's when that is open."""
    kin = kin_of(heard.words)
    theirs = [
        entry
        for entry in among
        if entry.who and (entry.who in heard.words or kin_of(entry.who) == kin != SELF)
    ]
    own = [one for one in among if not one.who and one.identity_id == account.identity_id]
    if theirs:
        return [*own, *theirs] if _MYSELF.search(heard.words) else theirs
    if kin not in {None, SELF} and not _MYSELF.search(heard.words):
        return among
    return own or among


def _who(one: Signup, account: Party) -> str:
    if one.who:
        return one.who
    return label("activity_word", "you" if one.identity_id == account.identity_id else "household")


def _described(heard: Hearing, one: Signup) -> str:
    return label("activity_word", "numbered").format(
        who=one.who or label("activity_word", "self"), name=one.name,
        when=when_words(one, heard.now), no=one.no,
    )  # fmt: skip


async def carry_out(heard: Hearing, no: int) -> None:
    """Leave the list and say so. Raises what the service raises."""
    left = await activity.cancel(heard.ctx, await heard.party(), no, teller(heard.ctx.clock))
    heard.say("utter_activity_cancelled", no=left.no, name=left.name)


def teller(clock: Clock) -> activity.Tell:
    """Tells a waiting resident of the seat, when it may be said; by date, for it is read later."""

    async def tell(conn: Any, one: Signup) -> None:
        words = label("activity_news", "seated").format(
            name=one.name, when=dated_words(one), place=one.place, no=one.no
        )
        key = f"{one.id}:seated"
        own = [one.conversation_id] if one.conversation_id else None
        told = own or await telling.of_home(conn, one.room_id)
        await telling.tell(conn, clock, told, [Draft(words)], key=key)

    return tell
