"""What is to be changed, when the words do not name it: 改到后天下午 is about what was spoken of last."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction

from actions import matters
from actions.base import ServiceAction
from actions.hearing import Hearing
from community.services import appointment, repair

_REPAIR = re.compile("报修|维修|修|师傅|工单|单子")
_OF_APPOINTMENTS = re.compile("^action_(?:appointment|health)_|^rebook_form$")
_OF_REPAIRS = re.compile("^action_repair_|^change_form$")


class ActionChangeRequest(ServiceAction):
    """change_repair: the appointment that was spoken of, a matter of all, or the repair that is open."""

    def name(self) -> str:
        return "action_change_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        if await self._means_appointment(heard):
            return [FollowupAction("rebook_form")]
        offered = await matters.offer_withdrawal(heard)
        return [FollowupAction("change_form")] if offered is None else offered

    async def _means_appointment(self, heard: Hearing) -> bool:
        account = await heard.party()
        if account.home is None or _REPAIR.search(heard.words) or heard.entity("order_no"):
            return False
        if not await appointment.mine(heard.ctx, account):
            return False
        last = _spoken_of(heard)
        return last == "appointment" or (
            last is None and not await repair.of_home(heard.ctx, account, repair.OPEN)
        )


def _spoken_of(heard: Hearing) -> str | None:
    """What the last of the two was, that an action dealt with."""
    for event in reversed(heard.tracker.events):
        name = str(event.get("name")) if event.get("event") == "action" else ""
        if _OF_APPOINTMENTS.search(name):
            return "appointment"
        if _OF_REPAIRS.search(name):
            return "repair"
    return None
