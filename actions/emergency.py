"""sos by the engine's own intent: the gateway says the safety sentence and rings the desk."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ServiceAction
from actions.conversation import stop_form
from actions.hearing import Hearing


class ActionEmergency(ServiceAction):
    """Tells the gateway; says nothing itself, so that safety comes first and once."""

    def name(self) -> str:
        return "action_emergency"

    async def handle(self, heard: Hearing) -> list[EventType]:
        heard.alarm(heard.entity("place"))
        return stop_form(heard)
