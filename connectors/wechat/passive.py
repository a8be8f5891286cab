"""The answer to a push in the response itself: its forms, its sealed wrapper, its greatest length.

Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from community.errors import BadInput, TooLarge
from connectors.wechat.crypto import Cipher
from connectors.wechat.push import Head
from connectors.wechat.xml import Written, sanitised, write

TEXT_MAX_BYTES = 2048
"Of UTF-8, in a text"
ARTICLES_MAX = 8
"The platform shows only the first one in an answer to a message"


@dataclass(frozen=True)
class Article:
    title: str
    description: str
    picture_url: str
    url: str


def text(to: Head, words: str, at: datetime) -> bytes:
    """Raises TooLarge for more than TEXT_MAX_BYTES; see `connectors/splitting.py`."""
    if len(sanitised(words).encode()) > TEXT_MAX_BYTES:
        raise TooLarge("passive text")
    return _reply(to, at, "text", ("Content", words))


def image(to: Head, media_id: str, at: datetime) -> bytes:
    return _reply(to, at, "image", ("Image", [("MediaId", media_id)]))


def voice(to: Head, media_id: str, at: datetime) -> bytes:
    return _reply(to, at, "voice", ("Voice", [("MediaId", media_id)]))


def news(to: Head, articles: Sequence[Article], at: datetime) -> bytes:
    """Raises BadInput for no article, or more than ARTICLES_MAX."""
    if not 1 <= len(articles) <= ARTICLES_MAX:
        raise BadInput("number of articles")
    items: list[tuple[str, Written]] = [
        (
            "item",
            [
                ("Title", article.title),
                ("Description", article.description),
                ("PicUrl", article.picture_url),
                ("Url", article.url),
            ],
        )
        for article in articles
    ]
    return _reply(to, at, "news", ("ArticleCount", len(articles)), ("Articles", items))


def transfer(to: Head, at: datetime, *, seat: str | None = None) -> bytes:
    """Hand the resident to the platform's own seats: to `seat`, or to whoever is free."""
    asked: list[tuple[str, Written]] = [("TransInfo", [("KfAccount", seat)])] if seat else []
    return _reply(to, at, "transfer_customer_service", *asked)


def seal(cipher: Cipher, reply: bytes, *, nonce: str, at: datetime) -> bytes:
    """The reply as it is sent; `nonce` is the one of the request that is answered."""
    sealed = cipher.seal(reply, timestamp=str(int(at.timestamp())), nonce=nonce)
    return write(
        [
            ("Encrypt", sealed.encrypt),
            ("MsgSignature", sealed.signature),
            ("TimeStamp", int(sealed.timestamp)),
            ("Nonce", sealed.nonce),
        ]
    )


def _reply(to: Head, at: datetime, kind: str, *elements: tuple[str, Written]) -> bytes:
    return write(
        [
            ("ToUserName", to.openid),
            ("FromUserName", to.account),
            ("CreateTime", int(at.timestamp())),
            ("MsgType", kind),
            *elements,
        ]
    )
