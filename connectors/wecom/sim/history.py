"""What an account has to be pulled: pages behind cursors, kept for three days, under tokens of ten minutes.

Source: https://developer.work.weixin.qq.com/document/path/94670
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community.times import Clock
from connectors.wecom.sim.refusals import Refused

KEPT = timedelta(days=3)
TOKEN_LIFE = timedelta(minutes=10)
LIMIT = 1000
WITHOUT_TOKEN = 10
"Pulls of an hour; WeCom says `strict`, and not how many"


@dataclass(frozen=True)
class _Entry:
    at: datetime
    item: dict[str, Any]


class History:
    """The items of one account, oldest first. A cursor names the place behind an item."""

    def __init__(self, clock: Clock, *, page: int = LIMIT) -> None:
        self.page = page
        "Items of a page at most, whatever is asked for"
        self._clock = clock
        self._entries: list[_Entry] = []
        self._cursors: dict[str, int] = {}
        self.tokens: dict[str, datetime] = {}
        "Of callbacks, each with its time"
        self._untold: list[datetime] = []

    def add(self, item: dict[str, Any]) -> None:
        """Something happened now."""
        now = self._clock.now()
        self._entries.append(_Entry(now, item | {"send_time": int(now.timestamp())}))

    def token(self) -> str:
        """A token for the callback of now."""
        token = f"ENC{secrets.token_urlsafe(48)}"
        self.tokens[token] = self._clock.now()
        return token

    def pull(self, cursor: str, token: str, limit: int) -> dict[str, Any]:
        """The answer to a pull. Raises Refused 40058, 45009, 95007."""
        self._check(token)
        if not 1 <= limit <= LIMIT or (cursor and cursor not in self._cursors):
            raise Refused(40058)
        oldest = self._clock.now() - KEPT
        gone = sum(entry.at < oldest for entry in self._entries)
        start = max(self._cursors.get(cursor, 0), gone)
        end = min(start + min(limit, self.page), len(self._entries))
        return {
            "errcode": 0,
            "errmsg": "ok",
            "next_cursor": self._cursor(end) if end > start else cursor,
            "has_more": int(end < len(self._entries)),
            "msg_list": [entry.item for entry in self._entries[start:end]],
        }

    def _check(self, token: str) -> None:
        now = self._clock.now()
        if token:
            given = self.tokens.get(token)
            if given is None or now >= given + TOKEN_LIFE:
                raise Refused(95007)
            return
        self._untold = [at for at in self._untold if now < at + timedelta(hours=1)]
        if len(self._untold) >= WITHOUT_TOKEN:
            raise Refused(45009)
        self._untold.append(now)

    def _cursor(self, end: int) -> str:
        cursor = secrets.token_hex(16)
        self._cursors[cursor] = end
        return cursor
