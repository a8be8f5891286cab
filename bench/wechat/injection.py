"""G10: whatever a reply holds, its XML reads as exactly one Content with the words that may stand there."""

from __future__ import annotations

import random
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.goal import Extent, Result, tell
from bench.wechat import account
from connectors.wechat import passive, xml
from connectors.wechat.push import Head

ELEMENTS = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
NOW = datetime(2025, 11, 3, 6, tzinfo=UTC)
TELL_EVERY = 20_000
_NASTY = (
    "]]>", "]]", "]", ">", "<![CDATA[", "</Content>", "<Content>", "<MsgType>news</MsgType>", "&lt;",
    "&#x0;", "<!--", "-->", "<?xml?>", "<!DOCTYPE x>", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\r",
    "\r\n", "\n", "\t", "\u2028", "\ud83d", "\ude00", "\ud83d\ude00", "\ufffe", "\uffff", "\ufeff",
    "\u200d", "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "❤️", "\U0010ffff", "漏水", "\u3000", " ", "\u202e", "é", "e\u0301",
)  # fmt: skip


def g10(extent: Extent) -> Result:
    """Random replies through the writer and the seal, read again by a parser that is not ours."""
    dice, replies = random.Random(10), extent.of(100_000, 1_000)  # noqa: S311 - repeatable
    head, cipher = Head(account.ACCOUNT, "oReader]]>", 1, 1), account.cipher()
    began, wrong, unsealed = time.monotonic(), 0, 0
    for number in range(replies):
        reply = _reply(dice)
        written = passive.text(head, reply, NOW)
        root = ElementTree.fromstring(written)  # noqa: S314 - as above
        shown = root[-1].text or ""
        wrong += [child.tag for child in root] != ELEMENTS or shown != _legal(reply)
        wrapper = xml.read(passive.seal(cipher, written, nonce="1", at=NOW))
        opened = cipher.open(
            str(wrapper["Encrypt"]),
            timestamp=str(wrapper["TimeStamp"]),
            nonce=str(wrapper["Nonce"]),
            msg_signature=str(wrapper["MsgSignature"]),
        )
        unsealed += opened.message != written
        if number % TELL_EVERY == TELL_EVERY - 1:
            tell(f"G10: {number + 1} of {replies} replies")
    measured: dict[str, float | int | str | None] = {
        "replies": replies,
        "read_otherwise": wrong,
        "sealed_otherwise": unsealed,
        "replies_per_s": replies / (time.monotonic() - began),
    }
    return Result(
        "G10", "exactly one Content, with the sanitised text", measured, not wrong + unsealed
    )


def _reply(dice: random.Random) -> str:
    """Up to 60 parts, of any plane of Unicode, that fit into one answer."""
    parts = [
        dice.choice(_NASTY) if dice.random() < 0.6 else chr(dice.randrange(0x110000))
        for _ in range(dice.randint(0, 60))
    ]
    return "".join(parts)


def _legal(text: str) -> str:
    """The text as XML 1.0 may hold it, one character at a time. Source: w3.org/TR/xml §2.2, §2.11"""
    lines = "".join(_whole(text)).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if _may_stand(ord(sign)))


def _whole(text: str) -> Iterator[str]:
    """Characters; two halves that follow each other as one, and no lone half."""
    at = 0
    while at < len(text):
        here, after = ord(text[at]), ord(text[at + 1]) if at + 1 < len(text) else 0
        if 0xD800 <= here < 0xDC00 <= after < 0xE000:
            yield chr(0x10000 + ((here - 0xD800) << 10) + after - 0xDC00)
            at += 1
        elif not 0xD800 <= here < 0xE000:
            yield text[at]
        at += 1


def _may_stand(code: int) -> bool:
    return code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
