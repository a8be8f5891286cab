"""Template and subscribe notices: known templates, consents, one notice for one id, finish events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community.times import Clock
from connectors.wechat.sim.refusals import Refused

SAME_WITHIN = timedelta(minutes=10)
"So long the same client_msg_id to the same reader is the same notice"
DELIVERED, BLOCKED = "success", "failed:user block"


@dataclass(frozen=True)
class Finished:
    """A TEMPLATESENDJOBFINISH event that waits to be pushed."""

    openid: str
    msg_id: int
    "0 when it is not told"
    status: str
    at: datetime


@dataclass(frozen=True)
class Sent:
    """A subscribe notice whose subscribe_msg_sent_event waits to be pushed."""

    openid: str
    template_id: str
    msg_id: int


class Notices:
    """The notices of an account that has `templates`: template id → names of its fields."""

    def __init__(self, clock: Clock, templates: Mapping[str, frozenset[str]]) -> None:
        self._clock = clock
        self._templates = templates
        self._sent: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._consents: Counter[tuple[str, str]] = Counter()
        self.has_numbers = True
        "False: finish events name no notice, their MsgID is 0, as is seen of those with a client_msg_id"
        self._finished: list[Finished] = []
        self._subscribed: list[Sent] = []
        self._last_id = 3_000_000_000_000_000_000

    def words(self, template_id: object, data: object) -> str:
        """The notice as a reader sees it: a line for each field. Raises Refused 40037, 47003."""
        names = self._templates.get(template_id) if isinstance(template_id, str) else None
        if names is None:
            raise Refused(40037)
        if not isinstance(data, dict) or data.keys() != names:
            raise Refused(47003)
        return "\n".join(f"{name}：{_value(data[name])}" for name in sorted(names))

    def repeated(self, openid: str, client_msg_id: str) -> int | None:
        """The id of the notice that had this client_msg_id within the last ten minutes."""
        sent = self._sent.get((openid, client_msg_id))
        return sent[0] if sent and self._clock.now() < sent[1] + SAME_WITHIN else None

    def send(self, openid: str, client_msg_id: str, *, blocked: bool) -> int:
        """Note a new notice and its finish event; returns its id."""
        self._last_id += 1
        now = self._clock.now()
        if client_msg_id:
            self._sent[openid, client_msg_id] = (self._last_id, now)
        status = BLOCKED if blocked else DELIVERED
        number = self._last_id if self.has_numbers else 0
        self._finished.append(Finished(openid, number, status, now))
        return self._last_id

    def take_finished(self) -> list[Finished]:
        """The finish events not taken yet, oldest first."""
        finished, self._finished = self._finished, []
        return finished

    def consent(self, openid: str, template_id: str) -> None:
        """The reader agreed to one more notice of this template."""
        self._consents[openid, template_id] += 1

    def withdraw(self, openid: str, template_id: str) -> None:
        """All consents to this template are taken back."""
        self._consents[openid, template_id] = 0

    def use_consent(self, openid: str, template_id: str) -> None:
        """Note a notice for which one consent is used up. Raises Refused 43101."""
        if not self._consents[openid, template_id]:
            raise Refused(43101)
        self._consents[openid, template_id] -= 1
        self._last_id += 1
        self._subscribed.append(Sent(openid, template_id, self._last_id))

    def take_sent(self) -> list[Sent]:
        """The subscribe notices not reported yet, oldest first."""
        sent, self._subscribed = self._subscribed, []
        return sent


def _value(field: Any) -> str:
    value = field.get("value") if isinstance(field, dict) else None
    if not isinstance(value, str) or not value:
        raise Refused(47003)
    return value
