"""What a pull brings: messages of residents and WeCom's own events, each as one typed record.

Fields that are not named here are passed over; an item without what its kind must have is None.
Source: https://developer.work.weixin.qq.com/document/path/94670
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

ID = r"[0-9A-Za-z_-]{1,64}"
"Of an account or a resident"
_MSGID = r"[0-9A-Za-z_-]{1,128}"
_LATEST_S = 2**35
"Beyond which no date can be made of a number of seconds"
_RESIDENT = 3
"`origin` of a message that a resident sent; 4 is an event, 5 a seat of WeCom's own"


@dataclass(frozen=True, repr=False)
class Head:
    """What each item has."""

    msgid: str
    open_kfid: str
    external_userid: str
    at: datetime
    "When it was sent"

    @property
    def user_key(self) -> str:
        """The resident at this account, as we keep them."""
        return f"{self.open_kfid}/{self.external_userid}"


@dataclass(frozen=True, repr=False)
class Said:
    """A message of a resident."""

    head: Head
    kind: str
    "text, image, voice, video, file, location, link, …"
    content: Mapping[str, Any]
    "What is under the name of the kind: `content` and `menu_id` of a text, `media_id` of an image"


@dataclass(frozen=True, repr=False)
class Entered:
    """A resident opened the conversation."""

    head: Head
    welcome_code: str | None
    "Good for one welcome within 20 s"


@dataclass(frozen=True, repr=False)
class SendFailed:
    """A message of ours that WeCom had taken did not arrive."""

    head: Head
    key: str
    "The msgid that it was sent under"
    fail_type: int


@dataclass(frozen=True, repr=False)
class SeatChanged:
    """A seat of WeCom's own took the session, gave it on, or ended it."""

    head: Head


Item: TypeAlias = Said | Entered | SendFailed | SeatChanged


def parse(item: object) -> Item | None:
    """The record of one item of a pull; None for one that is no matter of ours, or broken."""
    if not isinstance(item, dict):
        return None
    kind, event = item.get("msgtype"), item.get("event")
    if kind == "event":
        return _event(item, event) if isinstance(event, dict) else None
    head = _head(item, item)
    if head is None or item.get("origin") != _RESIDENT or not isinstance(kind, str):
        return None
    content = item.get(kind)
    return Said(head, kind, content if isinstance(content, dict) else {})


def _event(item: Mapping[str, Any], event: Mapping[str, Any]) -> Item | None:
    head = _head(item, event)
    if head is None:
        return None
    match event.get("event_type"):
        case "enter_session":
            code = event.get("welcome_code")
            return Entered(head, code if isinstance(code, str) and code else None)
        case "msg_send_fail":
            key, fail_type = event.get("fail_msgid"), event.get("fail_type")
            if not isinstance(key, str) or not isinstance(fail_type, int):
                return None
            return SendFailed(head, key, fail_type)
        case "session_status_change":
            return SeatChanged(head)
        case _:
            return None


def _head(item: Mapping[str, Any], about: Mapping[str, Any]) -> Head | None:
    """Account and resident stand in the message itself, or in `event`."""
    msgid, sent_s = _id(item.get("msgid"), _MSGID), item.get("send_time")
    open_kfid, external = _id(about.get("open_kfid")), _id(about.get("external_userid"))
    if not (msgid and open_kfid and external):
        return None
    if not isinstance(sent_s, int) or not 0 <= sent_s < _LATEST_S:
        return None
    return Head(msgid, open_kfid, external, datetime.fromtimestamp(sent_s, UTC))


def _id(value: object, form: str = ID) -> str:
    return value if isinstance(value, str) and re.fullmatch(form, value) else ""
