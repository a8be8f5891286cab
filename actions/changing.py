"""What is to be changed, when the words do not name it: 改到后天下午 is about what was spoken of last."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction

from actions import matters
from actions.base import ServiceAction
from actions.hearing import Hearing
from community.services import appointment, repair, space

_REPAIR = re.compile("报修|维修|修(?!脚)|师傅|工单|单子")
_MOVES = re.compile("[改换挪推](?:到|成|在|个|一?下|期)|提前|推[迟后]|延[后期]|往[前后]")
_SPOKEN_OF = (
    (re.compile("^action_(?:appointment|health)_|^rebook_form$"), "rebook_form"),
    (re.compile("^action_space_|^space_form$"), "action_space_request"),
    (re.compile("^action_repair_|^change_form$"), "change_form"),
)
"Actions that deal with something that can be moved, and what moves it"


class ActionChangeRequest(ServiceAction):
    """change_repair: what was spoken of last, a matter of all, or the repair that is open."""

    def name(self) -> str:
        return "action_change_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        other = await self._other(heard)
        if other is not None:
            return [FollowupAction(other)]
        moves = _MOVES.search(heard.words) is not None
        offered = None if moves else await matters.offer_withdrawal(heard)
        return [FollowupAction("change_form")] if offered is None else offered

    async def _other(self, heard: Hearing) -> str | None:
        """What moves the booking that is meant; None when it is no booking."""
        account = await heard.party()
        if account.home is None or _REPAIR.search(heard.words) or heard.entity("order_no"):
            return None
        last = _spoken_of(heard)
        if last == "action_space_request":
            return last if await space.mine(heard.ctx, account) else None
        if last == "change_form" or not await appointment.mine(heard.ctx, account):
            return None
        has_repair = await repair.of_home(heard.ctx, account, repair.OPEN)
        return "rebook_form" if last == "rebook_form" or not has_repair else None


def _spoken_of(heard: Hearing) -> str | None:
    """What moves the thing that an action dealt with last."""
    for event in reversed(heard.tracker.events):
        name = str(event.get("name")) if event.get("event") == "action" else ""
        for dealt, moved_by in _SPOKEN_OF:
            if dealt.search(name):
                return moved_by
    return None
