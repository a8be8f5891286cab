"""The answer to a push in the response itself: its form, its sealed wrapper, its greatest length.

In the format of the push, XML or JSON.
Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from community.errors import TooLarge
from connectors.wechat.crypto import Cipher
from connectors.wechat.push import Head
from connectors.wechat.xml import sanitised, write

TEXT_MAX_BYTES = 2048
"Of UTF-8, in a text"


def text(to: Head, words: str, at: datetime, *, as_json: bool = False) -> bytes:
    """Raises TooLarge for more than TEXT_MAX_BYTES; see `connectors/splitting.py`."""
    if len(sanitised(words).encode()) > TEXT_MAX_BYTES:
        raise TooLarge("passive text")
    elements: list[tuple[str, str | int]] = [
        ("ToUserName", to.openid),
        ("FromUserName", to.account),
        ("CreateTime", int(at.timestamp())),
        ("MsgType", "text"),
        ("Content", words),
    ]
    return _written(elements, as_json=as_json)


def seal(
    cipher: Cipher, reply: bytes, *, nonce: str, at: datetime, key: int = 0, as_json: bool = False
) -> bytes:
    """The reply as it is sent; `nonce` and `key` are those of the push that is answered."""
    sealed = cipher.seal(reply, key, timestamp=str(int(at.timestamp())), nonce=nonce)
    elements: list[tuple[str, str | int]] = [
        ("Encrypt", sealed.encrypt),
        ("MsgSignature", sealed.signature),
        ("TimeStamp", int(sealed.timestamp)),
        ("Nonce", sealed.nonce),
    ]
    if as_json:
        elements = [(name.lower(), value) for name, value in elements]
    return _written(elements, as_json=as_json)


def _written(elements: Sequence[tuple[str, str | int]], *, as_json: bool) -> bytes:
    if not as_json:
        return write(elements)
    fields = {
        name: sanitised(value) if isinstance(value, str) else value for name, value in elements
    }
    return json.dumps(fields, ensure_ascii=False).encode()
