"""A reader on the other side: what was done, what may be sent, what is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wechat.sim.ledger import Ledger, Trigger
from connectors.wechat.sim.refusals import Refused

TYPING_AFTER = timedelta(seconds=30)
TYPING_LASTS = timedelta(seconds=15)
"""Typing is shown so long, and not again meanwhile; a message ends it.

Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
"""


@dataclass(frozen=True)
class Seen:
    """One thing on a reader's screen: words, or the media id for an image or a voice."""

    at: datetime
    kind: str
    content: str
    author: str | None = None
    "The kf_account that it is shown to come from"


@dataclass
class User:
    """Somebody with an openid of this account."""

    clock: Clock
    ledger: Ledger = field(init=False)
    follows: bool = True
    blocks_notices: bool = False
    screen: list[Seen] = field(default_factory=list)
    _said_at: datetime | None = None
    _typing_until: datetime | None = None

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.clock)

    def did(self, trigger: Trigger) -> None:
        """The user did this now."""
        self.follows = True
        self.ledger.grant(trigger)
        if trigger is Trigger.MESSAGE:
            self._said_at = self.clock.now()

    def leave(self) -> None:
        """The user follows no longer."""
        self.follows = False
        self.ledger.close()

    def see(self, kind: str, content: str, author: str | None = None) -> None:
        """Put it on the screen; typing is over."""
        self._typing_until = None
        self.screen.append(Seen(self.clock.now(), kind, content, author))

    @property
    def sees_typing(self) -> bool:
        """Whether the other side is shown to be typing."""
        return self._typing_until is not None and self.clock.now() < self._typing_until

    def start_typing(self) -> None:
        """Raises Refused 45080 when the user said nothing for 30 s, 45081 when it is shown."""
        now = self.clock.now()
        if self._said_at is None or now - self._said_at > TYPING_AFTER:
            raise Refused(45080)
        if self.sees_typing:
            raise Refused(45081)
        self._typing_until = now + TYPING_LASTS

    def stop_typing(self) -> None:
        """Typing is shown no longer."""
        self._typing_until = None
