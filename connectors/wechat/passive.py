"""The answer to a push in the response itself: its forms, its sealed wrapper, its greatest length.

Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
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

_CHARACTER_MAX_BYTES = 4
_CLOSING = "[”’」』）】》)\\]\"']*"
_SENTENCE_END = re.compile(
    rf"(?:\n|[。！？…]+|[!?](?=\s|[^\x00-\x7f])|(?<=[A-Za-z)])\.(?=\s)){_CLOSING}"
)
"ASCII marks count only before a blank or a Chinese character: they also stand in addresses"
_CLAUSE_END = re.compile(rf"(?:[，、；：]|[,;:](?=\s|[^\x00-\x7f])|\s){_CLOSING}")
_JOINER = "\u200d"
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_TAGS = ("\U000e0020", "\U000e007f")


@dataclass(frozen=True)
class Article:
    title: str
    description: str
    picture_url: str
    url: str


def text(to: Head, words: str, at: datetime) -> bytes:
    """Raises TooLarge for more than TEXT_MAX_BYTES; see `split`."""
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


def split(text: str, limit: int = TEXT_MAX_BYTES) -> list[str]:
    """Pieces of at most `limit` bytes (4 or more), which join to the text as `sanitised` leaves it.

    Cut after a sentence where one ends in the latter half of a piece, else after a clause there,
    else after the last sentence or clause at all, else between two characters as they are seen.
    Only blanks at the cuts are left out.
    """
    if limit < _CHARACTER_MAX_BYTES:
        raise ValueError("a character may not fit")
    text = sanitised(text)
    ends = [
        [found.end() for found in mark.finditer(text) if _parts(text, found.end())]
        for mark in (_SENTENCE_END, _CLAUSE_END)
    ]
    pieces = []
    start = 0
    while (end := start + _fitting(text[start : start + limit], limit)) < len(text):
        cut = _cut(text, start, end, ends)
        if piece := text[start:cut].rstrip():
            pieces.append(piece)
        start = _after_blanks(text, cut)
    rest = text[start:]
    return [*pieces, rest] if rest or not pieces else pieces


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


def _fitting(text: str, limit: int) -> int:
    """How many characters of the text fit into `limit` bytes."""
    return len(text.encode()[:limit].decode(errors="ignore"))


def _cut(text: str, start: int, end: int, ends: Sequence[Sequence[int]]) -> int:
    for floor in ((start + end) // 2, start):
        for marks in ends:
            last = bisect_right(marks, end) - 1
            if last >= 0 and marks[last] > floor:
                return marks[last]
    return next((at for at in range(end, start, -1) if _parts(text, at)), end)


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace() and _parts(text, at + 1):
        at += 1
    return at


def _parts(text: str, at: int) -> bool:
    """Whether a cut here leaves whole what the reader sees as one character.

    Source: the rules of unicode.org/reports/tr29 that matter for Chinese text and emoji.
    """
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == _JOINER or _extends(after):
        return False
    return not (_is_flag_letter(before) and _is_flag_letter(after) and _flag_letters(text, at) % 2)


def _extends(character: str) -> bool:
    """Variation selectors are among the marks of category Mn."""
    return (
        character == _JOINER
        or unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or _SKIN_TONES[0] <= character <= _SKIN_TONES[1]
        or _FLAG_TAGS[0] <= character <= _FLAG_TAGS[1]
    )


def _is_flag_letter(character: str) -> bool:
    return _FLAG_LETTERS[0] <= character <= _FLAG_LETTERS[1]


def _flag_letters(text: str, end: int) -> int:
    """How many of them stand in a row before `end`; two make a flag."""
    start = end
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return end - start
