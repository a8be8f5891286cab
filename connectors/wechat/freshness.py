"""Old pushes: how late it is by WeChat's own clock, as its newest push has shown.

WeChat repeats a push for some 15 s; what is much older was captured and is sent again by another.
Our clock is no judge of that, for were it wrong, every honest push would be lost: it only keeps
a push that claims to be of the future from shutting the others out.
"""

from __future__ import annotations

from community.times import Clock
from connectors.wechat.crypto import SKEW_MAX_S, Cause, Refused


class Freshness:
    """Remembers the newest push; `newest_s` is when one was made that is known already."""

    def __init__(self, clock: Clock, newest_s: int) -> None:
        self._clock = clock
        self._newest_s = newest_s

    def check(self, timestamp: str) -> None:
        """A push whose signature, which covers its timestamp, was checked.

        Raises Refused when it is more than SKEW_MAX_S older than the newest one.
        """
        if not (timestamp.isascii() and timestamp.isdecimal()):
            raise Refused(Cause.VALUE, "timestamp")
        made_s = int(timestamp)
        if made_s < self._newest_s - SKEW_MAX_S:
            raise Refused(Cause.VALUE, "timestamp")
        future_s = int(self._clock.now().timestamp()) + SKEW_MAX_S
        self._newest_s = max(self._newest_s, min(made_s, future_s))
