"""Yes and no outside a form: what they answer is the offer that the bot made last."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import activity_leave, cancelling, device_doing, grid, matters, meal_cancel
from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.listing import say_list
from community.services import complaint, repair


def _let_go(heard: Hearing, offer: dict[str, Any]) -> list[EventType]:
    """What was gathered for a form that is not gone on with is forgotten."""
    if offer["kind"] != "resume":
        return []
    stem = str(offer["form"]).removesuffix("form")
    return [SlotSet(name, None) for name in heard.tracker.slots if name.startswith(stem)]


class ActionAnswerOffer(ServiceAction):
    """affirm / deny: carries the open offer out, or lets it go."""

    def name(self) -> str:
        return "action_answer_offer"

    async def handle(self, heard: Hearing) -> list[EventType]:
        offer = heard.slot("offer")
        if not isinstance(offer, dict):
            undone = await device_doing.corrected(heard) if heard.intent == "deny" else None
            if undone is not None:
                return undone
            heard.say("utter_nothing_open" if heard.intent == "affirm" else "utter_all_right")
            return []
        if offer["kind"] == "own_report":
            return await matters.settle_voice(heard, int(offer["no"]))
        if heard.intent == "deny":
            heard.say("utter_all_right")
            return [SlotSet("offer", None), *_let_go(heard, offer)]
        return [SlotSet("offer", None), *await self._accept(heard, offer)]

    async def _accept(self, heard: Hearing, offer: dict[str, Any]) -> list[EventType]:
        match offer["kind"]:
            case "handoff":
                heard.hand_off(offer["reason"], words=offer["words"])
            case "resume":
                fills = offer.get("fills", {})
                return [*(SlotSet(*one) for one in fills.items()), FollowupAction(offer["form"])]
            case "reopen":
                again = await repair.reopen(
                    heard.ctx,
                    await heard.party(),
                    int(offer["no"]),
                    offer["words"],
                    turn_id=heard.turn_id,
                )
                heard.say("utter_repair_reopened", no=again.no)
            case "reopen_complaint":
                filed = await complaint.reopen(
                    heard.ctx,
                    await heard.party(),
                    int(offer["no"]),
                    offer["words"],
                    turn_id=heard.turn_id,
                )
                days = complaint.DUE_DAYS[filed.kind]
                heard.say("utter_complaint_reopened", no=filed.no, days=days)
            case "cancel_space" | "cancel_release" | "cancel_parking" as kind:
                await cancelling.carry_out(heard, kind, int(offer["no"]))
            case "withdraw_matter":
                await matters.withdraw(heard, int(offer["no"]))
            case "grid_call":
                grid.call(heard, offer["name"], offer["words"])
            case "more":
                return say_list(heard, offer["lines"])
            case "cancel_meal":
                await meal_cancel.carry_out(heard, offer["numbers"])
            case "leave_activity":
                await activity_leave.carry_out(heard, int(offer["no"]))
            case "close_device":
                await device_doing.close_offered(heard, offer["kinds"])
            case "device_now":
                return await device_doing.do_now(heard, offer["words"])
        return []
