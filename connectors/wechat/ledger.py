"""How many messages WeChat lets us send to a resident, and who may use them.

A message of the resident allows 5 within 48 hours; a tap on a menu, a scan or following allows 3
within a minute. Of the five, three are kept for a person. Whether allowances add up is not
documented, so the newest replaces the one before, except that a short one never takes the place of
a long one that still has some left.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT_FOR_A_PERSON = 3


class Grant(enum.StrEnum):
    """What allowed us to write."""

    MESSAGE = "message"
    TAP = "tap"
    "A menu, a scan or following"


MESSAGES = {Grant.MESSAGE: 5, Grant.TAP: 3}
LASTS = {Grant.MESSAGE: timedelta(hours=48), Grant.TAP: timedelta(minutes=1)}


@dataclass(frozen=True)
class Allowance:
    """What is left of the newest grant."""

    grant: Grant
    until: datetime
    left: int

    def usable(self, now: datetime, *, by_person: bool) -> int:
        """How many messages a person, or the bot, may send now."""
        if now >= self.until:
            return 0
        kept = KEPT_FOR_A_PERSON if self.grant is Grant.MESSAGE and not by_person else 0
        return max(0, self.left - kept)


def renewed(present: Allowance | None, grant: Grant, now: datetime) -> Allowance:
    """The allowance after a new grant."""
    keeps = (
        grant is Grant.TAP
        and present is not None
        and present.grant is Grant.MESSAGE
        and present.usable(now, by_person=True) > 0
    )
    if keeps and present is not None:
        return present
    return Allowance(grant, now + LASTS[grant], MESSAGES[grant])
