"""The ticket that pages sign their use of WeChat's own JavaScript with.

Source: https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html
"""

from __future__ import annotations

import secrets

from community.times import Clock
from connectors.wechat.sim.tokens import LIFE, Issued


class Tickets:
    """The jsapi ticket of one account: the same for all until it ends after two hours."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: Issued | None = None

    def jsapi(self) -> Issued:
        now = self._clock.now()
        if self._issued is None or now >= self._issued.until:
            self._issued = Issued(secrets.token_urlsafe(64)[:86], now + LIFE)
        return self._issued
