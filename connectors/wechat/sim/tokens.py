"""Access tokens as WeChat gives them: the stable one with its overlap, and the old kind that kills.

Source: https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/getStableAccessToken.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wechat.sim.quota import Quota
from connectors.wechat.sim.refusals import Refused

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(seconds=300)
"In the last five minutes of a token a new one is given, and both are valid"
STABLE_PER_MINUTE, STABLE_PER_DAY, PLAIN_PER_DAY = 10_000, 500_000, 2000
FORCED_PER_DAY = 20
FORCED_APART = timedelta(seconds=30)


@dataclass(frozen=True)
class Issued:
    """A token and the moment from which it is refused."""

    value: str
    until: datetime

    def expires_in(self, now: datetime) -> int:
        """Whole seconds left."""
        return int((self.until - now).total_seconds())


class Tokens:
    """The tokens of one account. `stable` and `plain` know nothing of each other."""

    def __init__(self, clock: Clock) -> None:
        self.issued: list[str] = []
        "Every token so far"
        self._clock = clock
        self._stable: Issued | None = None
        self._plain: Issued | None = None
        self._valid: dict[str, datetime] = {}
        self._per_minute = Quota(clock, STABLE_PER_MINUTE, daily=False)
        self._per_day = Quota(clock, STABLE_PER_DAY, daily=True)
        self._forced_per_day = Quota(clock, FORCED_PER_DAY, daily=True)
        self._plain_per_day = Quota(clock, PLAIN_PER_DAY, daily=True)
        self._forced_at: datetime | None = None

    def stable(self, *, force: bool) -> Issued:
        """The same token for all until its last five minutes; `force` kills it at once.

        Raises Refused 45011 (a minute's calls used, or forced twice within 30 s), 45009.
        """
        if not self._per_minute.take():
            raise Refused(45011)
        if not self._per_day.take():
            raise Refused(45009)
        if force:
            self._force()
        if self._stable is None or self._stable.until - self._clock.now() <= OVERLAP:
            self._stable = self._issue()
        return self._stable

    def plain(self) -> Issued:
        """A new token of the old kind; the one before is dead at once. Raises Refused 45009."""
        if not self._plain_per_day.take():
            raise Refused(45009)
        self._kill(self._plain)
        self._plain = self._issue()
        return self._plain

    def revoke(self) -> None:
        """Every token is refused from now on, and the next fetch gives a new one."""
        self._valid.clear()
        self._stable = self._plain = None

    def check(self, value: str) -> None:
        """Raises Refused 41001, 40001, 42001."""
        if not value:
            raise Refused(41001)
        if value not in self._valid:
            raise Refused(40001)
        if self._clock.now() >= self._valid[value]:
            raise Refused(42001)

    def _force(self) -> None:
        now = self._clock.now()
        if self._forced_at is not None and now - self._forced_at < FORCED_APART:
            raise Refused(45011)
        if not self._forced_per_day.take():
            raise Refused(45009)
        self._forced_at = now
        self._kill(self._stable)
        self._stable = None

    def _issue(self) -> Issued:
        issued = Issued(secrets.token_urlsafe(102), self._clock.now() + LIFE)
        self._valid[issued.value] = issued.until
        self.issued.append(issued.value)
        return issued

    def _kill(self, issued: Issued | None) -> None:
        if issued is not None:
            self._valid.pop(issued.value, None)
