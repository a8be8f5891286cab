"""A callback: WeCom says that an account has something new, not what; anything else is refused alike.

Source: https://developer.work.weixin.qq.com/document/path/90930 and .../path/94670
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.wechat.crypto import Cause, Refused
from connectors.wechat.fields import optional, read_fields, text
from connectors.wechat.push import envelope
from connectors.wechat.xml import Unreadable
from connectors.wecom.account import Account
from connectors.wecom.messages import ID

TOKEN_MAX_CHARACTERS = 128
_EVENT = "kf_msg_or_event"


@dataclass(frozen=True)
class Called:
    """An account of customer service that has something new."""

    open_kfid: str
    token: str | None = field(repr=False)
    "Lets us pull without a strict limit, for 10 minutes"


def echo(account: Account, query: Mapping[str, str]) -> bytes:
    """What the verification of the address is answered with. Raises Refused."""
    return _opened(account, query, query.get("echostr", ""))


def opened(account: Account, query: Mapping[str, str], body: bytes) -> bytes:
    """What is sealed in a callback. Raises Refused for all that is not WeCom's own."""
    return _opened(account, query, envelope(body).encrypt)


def parse(account: Account, opened: bytes) -> Called | None:
    """What an opened callback says; None when it is no matter of customer service.

    Raises Refused when it is for another corporation; Unreadable, which is no sign of a stranger.
    """
    fields = read_fields(opened)
    if text(fields, "ToUserName") != account.corpid:
        raise Refused(Cause.RECEIVER)
    if optional(fields, "Event") != _EVENT:
        return None
    open_kfid, token = text(fields, "OpenKfId"), optional(fields, "Token")
    if not re.fullmatch(ID, open_kfid):
        raise Unreadable(Cause.VALUE, "OpenKfId")
    if token is not None and len(token) > TOKEN_MAX_CHARACTERS:
        raise Unreadable(Cause.VALUE, "Token")
    return Called(open_kfid, token)


def _opened(account: Account, query: Mapping[str, str], encrypt: str) -> bytes:
    return account.cipher.open(
        encrypt,
        timestamp=query.get("timestamp", ""),
        nonce=query.get("nonce", ""),
        msg_signature=query.get("msg_signature", ""),
    ).message
