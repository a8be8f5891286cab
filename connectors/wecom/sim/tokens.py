"""Access tokens as WeCom gives them: the same one to each asker until it expires.

Source: https://developer.work.weixin.qq.com/document/path/91039
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wecom.sim.refusals import Refused

LIFE = timedelta(seconds=7200)


class Tokens:
    """The tokens of one app."""

    def __init__(self, clock: Clock) -> None:
        self.issued: list[str] = []
        "Every token so far"
        self._clock = clock
        self._until: datetime | None = None

    def give(self) -> tuple[str, int]:
        """The token of now, and the whole seconds that are left of it."""
        now = self._clock.now()
        if self._until is None or now >= self._until:
            self.issued.append(secrets.token_urlsafe(102))
            self._until = now + LIFE
        return self.issued[-1], int((self._until - now).total_seconds())

    def revoke(self) -> None:
        """The token is refused from now on, and the next fetch gives a new one."""
        self._until = None

    def check(self, value: str) -> None:
        """Raises Refused 41001, 40014, 42001."""
        if not value:
            raise Refused(41001)
        if value not in self.issued:
            raise Refused(40014)
        if value != self.issued[-1] or self._until is None or self._clock.now() >= self._until:
            raise Refused(42001)
