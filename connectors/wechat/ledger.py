"""How many messages WeChat lets us send to a resident, and who may use them.

A message of the resident allows 5 within 48 hours; a tap on a menu, a scan or following allows 3
within a minute. Of the five, three are kept for a person. Whether allowances add up is not
documented: a new one of a kind takes the place of the one before, the two kinds stand side by side,
and the one that ends first is used first.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
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
    """What is left of the newest grant of a kind."""

    grant: Grant
    until: datetime
    left: int
    source: str
    "What it was granted for"

    def usable(self, now: datetime, *, by_person: bool) -> int:
        """How many messages a person, or the bot, may send now."""
        if now >= self.until:
            return 0
        kept = KEPT_FOR_A_PERSON if self.grant is Grant.MESSAGE and not by_person else 0
        return max(0, self.left - kept)


def granted(grant: Grant, now: datetime, source: str) -> Allowance:
    """The whole of a new one."""
    return Allowance(grant, now + LASTS[grant], MESSAGES[grant], source)


def usable(allowances: Sequence[Allowance], now: datetime, *, by_person: bool) -> int:
    """How many messages all of them together let through now."""
    return sum(one.usable(now, by_person=by_person) for one in allowances)


def shares(
    allowances: Sequence[Allowance], now: datetime, count: int
) -> list[tuple[Allowance, int]]:
    """What each gives to `count` messages that may be sent: first the one that ends first."""
    given = []
    for one in sorted(allowances, key=lambda one: one.until):
        share = min(count, one.usable(now, by_person=True))
        count -= share
        if share:
            given.append((one, share))
    return given
