"""A resident's session with an account: who has it, what may be sent in it, what is seen.

Source: https://developer.work.weixin.qq.com/document/path/94669 and .../path/94677
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wecom.client import ServiceState
from connectors.wecom.sim.refusals import Refused

MESSAGES, WINDOW = 5, timedelta(hours=48)
"What a message of the resident allows, and how long"
CODE_LIFE = timedelta(seconds=20)
MAY_BECOME = {
    ServiceState.NEW: {ServiceState.BOT, ServiceState.POOL, ServiceState.SEAT, ServiceState.ENDED},
    ServiceState.BOT: {ServiceState.POOL, ServiceState.SEAT, ServiceState.ENDED},
    ServiceState.POOL: {ServiceState.SEAT, ServiceState.ENDED},
    ServiceState.SEAT: {ServiceState.POOL, ServiceState.SEAT, ServiceState.ENDED},
    ServiceState.ENDED: set(),
}


@dataclass(frozen=True)
class Seen:
    """One thing on a resident's screen: words, or the media id of an image."""

    at: datetime
    kind: str
    content: str
    msgid: str


@dataclass
class Session:
    """Of one resident with one account."""

    clock: Clock
    state: ServiceState = ServiceState.ENDED
    screen: list[Seen] = field(default_factory=list)
    left: int = 0
    _said_at: datetime | None = None
    _welcomed_at: datetime | None = None
    _codes: dict[str, datetime] = field(default_factory=dict)

    def said(self) -> None:
        """The resident wrote now: five messages within 48 hours; an ended session begins anew."""
        self._said_at, self.left = self.clock.now(), MESSAGES
        if self.state is ServiceState.ENDED:
            self.state = ServiceState.NEW

    def entered(self) -> str:
        """A welcome code; empty for one who wrote or was welcomed within 48 hours."""
        recent = self.clock.now() - WINDOW
        if any(at is not None and at > recent for at in (self._said_at, self._welcomed_at)):
            return ""
        code = secrets.token_urlsafe(32)
        self._codes[code] = self.clock.now()
        return code

    def has_code(self, code: str) -> bool:
        return code in self._codes

    def use(self, code: str) -> None:
        """Raises Refused 40058 for a code that was used, or is older than 20 s."""
        given = self._codes.pop(code)
        if self.clock.now() >= given + CODE_LIFE:
            raise Refused(40058, "invalid code")
        self._welcomed_at = self.clock.now()

    def spend(self) -> None:
        """Count a message of ours. Raises Refused 95018, 95013, 95002, 95001."""
        if self.state is ServiceState.ENDED:
            raise Refused(95013)
        if self.state not in {ServiceState.NEW, ServiceState.BOT}:
            raise Refused(95018)
        if self._said_at is None or self.clock.now() >= self._said_at + WINDOW:
            raise Refused(95002)
        if not self.left:
            raise Refused(95001)
        self.left -= 1

    def become(self, state: ServiceState) -> None:
        """Raises Refused 95016 for a change that WeCom does not allow."""
        if state not in MAY_BECOME[self.state]:
            raise Refused(95016)
        self.state = state

    def see(self, kind: str, content: str, msgid: str) -> None:
        self.screen.append(Seen(self.clock.now(), kind, content, msgid))
