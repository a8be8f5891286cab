"""Doors of the community, opened from afar."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.errors import NotFound, TooMany
from community.services import access
from community.store.doors import Door
from community.store.identities import Party

_HOME_DOOR = re.compile("(?<!不是)(?:我家的?门|(?<!我)家门|入户门|防盗门|智能锁|家里的门)")
_BARE = re.compile("门|大门口")


class ActionDoorOpen(ServiceAction):
    """Opens a door of the speaker's own, or says why not and who can help."""

    def name(self) -> str:
        return "action_door_open"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        if account.home is None:
            return self._refuse(heard, "utter_access_stranger")
        if access.is_shared(account):
            return self._refuse(heard, "utter_access_shared")
        if _HOME_DOOR.search(heard.words):
            heard.say("utter_access_home_door")
            return []
        return await self._open(heard, account)

    async def _open(self, heard: Hearing, account: Party) -> list[EventType]:
        named = heard.entity("door") or ""
        words = heard.text or named
        have = await access.mine(heard.ctx, account)
        try:
            door = await access.find(
                heard.ctx, account, "" if _BARE.fullmatch(named) else named, words
            )
        except NotFound:
            self._tell_have(heard, have)
            return []
        try:
            opening = await access.open_door(heard.ctx, account, door.id, turn_id=heard.turn_id)
        except TooMany:
            return self._refuse(heard, "utter_access_too_many")
        if opening.state != "opened":
            return self._refuse(heard, "utter_access_failed", door=door.name)
        heard.say("utter_access_opened", door=door.name)
        return []

    def _tell_have(self, heard: Hearing, have: list[Door]) -> None:
        heard.ask(
            "utter_access_not_yours",
            buttons=[(one.name, f'/open_door{{"door": "{one.name}"}}') for one in have[:3]],
            some="、".join(one.name for one in have[:3]),
        )

    def _refuse(self, heard: Hearing, response: str, door: str = "") -> list[EventType]:
        heard.ask(response, phone=access.rules()["guard_phone"], door=door)
        return [SlotSet("offer", {"kind": "handoff", "reason": "asked", "words": heard.words})]
