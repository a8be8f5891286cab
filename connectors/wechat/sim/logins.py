"""Login codes: each serves once, for five minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wechat.sim.refusals import Refused

LIFE = timedelta(minutes=5)


@dataclass(frozen=True)
class Coming:
    """A user on the way back from WeChat's login page."""

    openid: str
    is_snapshot: bool
    at: datetime
    used: bool = False


class Logins:
    """The codes given out.

    Source: https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Coming] = {}

    def code(self, openid: str, *, is_snapshot: bool) -> str:
        """A fresh code for this user."""
        code = secrets.token_hex(16)
        self._codes[code] = Coming(openid, is_snapshot, self._clock.now())
        return code

    def use(self, code: str) -> Coming:
        """Raises Refused 40163 for a used code, 40029 for an unknown or old one."""
        coming = self._codes.get(code)
        if coming is None:
            raise Refused(40029)
        if coming.used:
            raise Refused(40163)
        if self._clock.now() >= coming.at + LIFE:
            raise Refused(40029)
        self._codes[code] = replace(coming, used=True)
        return coming
