"""My items: everything that the household has open with us, whatever the service."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.listing import say_list
from actions.repair import card
from community.labels import label
from community.services import (
    activity,
    appointment,
    complaint,
    gov_case,
    matter,
    meal,
    merchant,
    mutual_aid,
    parking,
    release,
    repair,
    space,
    visitor,
)

SHOWN = 5
"Of repairs, and of complaints, at most"
OTHERS = (
    matter,
    appointment,
    gov_case,
    meal,
    activity,
    space,
    release,
    parking,
    merchant,
    mutual_aid,
)
"Services beside these; what somebody takes against an illness is for its owner's own question"


class ActionMyItems(ServiceAction):
    def name(self) -> str:
        return "action_my_items"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        orders = await repair.of_home(heard.ctx, account, repair.OPEN)
        filed = [
            one for one, _ in await complaint.mine(heard.ctx, account) if one.state != "closed"
        ]
        passes = await visitor.valid(heard.ctx, account) if account.home else []
        others = [
            item for service in OTHERS for item in await service.open_items(heard.ctx, account)
        ]
        if not (orders or filed or passes or others):
            heard.say("utter_my_items_none")
            return []
        if orders or filed or passes:
            heard.say("utter_my_items", repairs=len(orders), filed=len(filed), passes=len(passes))
        for one in orders[:SHOWN]:
            heard.say(
                "utter_my_items_one", kind=label("kind", one.kind), no=one.no,
                what=one.description[:20], state=label("repair_state", one.state), card=card(one),
            )  # fmt: skip
        for one in filed[:SHOWN]:
            heard.say(
                "utter_my_items_one", kind=label("kind", one.kind), no=one.no,
                what=one.description[:20], state=label("complaint_state", one.state),
            )  # fmt: skip
        line = label("word", "open_item")
        return say_list(
            heard, [line.format(no=no, what=what, state=state) for no, what, state in others]
        )
