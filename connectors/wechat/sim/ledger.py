"""How many kefu messages may be sent to a reader, and until when."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wechat.sim.refusals import Refused


class Trigger(enum.Enum):
    """What a reader does that lets the account write."""

    MESSAGE = enum.auto()
    CLICK = enum.auto()
    "A menu entry, or a line of a msgmenu"
    FOLLOW = enum.auto()
    SCAN = enum.auto()


ALLOWANCES = {
    Trigger.MESSAGE: (5, timedelta(hours=48)),
    Trigger.CLICK: (3, timedelta(minutes=1)),
    Trigger.FOLLOW: (3, timedelta(minutes=1)),
    Trigger.SCAN: (3, timedelta(minutes=1)),
}
"""Messages, and how long they may be sent.

Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
"""


@dataclass
class _Grant:
    left: int
    until: datetime


class Ledger:
    """The grants of one reader.

    A trigger sets its own grant anew and leaves the others; the one that ends first is used first.
    WeChat does not say whether grants add up: this is the careful reading.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._grants: dict[Trigger, _Grant] = {}

    def grant(self, trigger: Trigger) -> None:
        """The reader did this now."""
        allowed, valid = ALLOWANCES[trigger]
        self._grants[trigger] = _Grant(allowed, self._clock.now() + valid)

    def check(self) -> None:
        """Raises Refused 45015 when no window is open, 45047 when all of it is used."""
        self._next()

    def spend(self) -> None:
        """Count one message. Raises as `check`."""
        self._next().left -= 1

    def close(self) -> None:
        """The reader left: every window is shut."""
        self._grants.clear()

    def _next(self) -> _Grant:
        now = self._clock.now()
        open_now = [grant for grant in self._grants.values() if now < grant.until]
        if not open_now:
            raise Refused(45015)
        left = [grant for grant in open_now if grant.left]
        if not left:
            raise Refused(45047)
        return min(left, key=lambda grant: grant.until)
