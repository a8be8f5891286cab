"""A passive answer as WeChat judges it: its address, its kind, its limits, and what is seen of it.

Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from connectors.wechat.sim.media import Shelf
from connectors.wechat.sim.messages import TEXT_MAX_BYTES, Message
from connectors.wechat.sim.refusals import Refused
from connectors.wechat.xml import Fields, Value

ARTICLES_MAX = 8
HEAD = {"ToUserName", "FromUserName", "CreateTime", "MsgType"}
TRANSFER = "transfer_customer_service"
MEDIA = {
    "image": ("Image", "MediaId", set()),
    "voice": ("Voice", "MediaId", set()),
    "video": ("Video", "MediaId", {"Title", "Description"}),
    "music": ("Music", "ThumbMediaId", {"Title", "Description", "MusicUrl", "HQMusicUrl"}),
}
"By kind: the element, the name of its media id, and what else may be in it"
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)


class BadAnswer(Exception):
    """The account answered with what WeChat does not take."""


@dataclass(frozen=True)
class Judge:
    """Judges the answers of `account` with what WeChat keeps for it."""

    account: str
    shelf: Shelf
    kf_accounts: Set[str]

    def read(self, answer: Fields, openid: str, *, to_message: bool) -> Message:
        """What the reader sees; for TRANSFER the seat that is asked for, or nothing.

        Raises BadAnswer.
        """
        if (answer.get("ToUserName"), answer.get("FromUserName")) != (openid, self.account):
            raise BadAnswer("not addressed to the reader")
        if not _NUMBER.fullmatch(str(answer.get("CreateTime"))):
            raise BadAnswer("CreateTime is no number")
        kind, inside = answer.get("MsgType"), answer.keys() - HEAD
        if kind == "text" and inside == {"Content"}:
            return Message(kind, _words(answer["Content"]), None)
        if isinstance(kind, str) and kind in MEDIA and inside == {MEDIA[kind][0]}:
            return Message(kind, self._media(kind, answer[MEDIA[kind][0]]), None)
        if kind == "news" and inside == {"ArticleCount", "Articles"}:
            return Message(kind, _articles(answer, most=1 if to_message else ARTICLES_MAX), None)
        if kind == TRANSFER and inside <= {"TransInfo"}:
            return Message(kind, self._seat(answer.get("TransInfo")), None)
        raise BadAnswer(f"elements {sorted(inside)} do not make one of its kind")

    def _media(self, kind: str, written: Value) -> str:
        _, name, others = MEDIA[kind]
        if (
            not isinstance(written, dict)
            or name not in written
            or written.keys() - others != {name}
        ):
            raise BadAnswer(f"what a {kind} consists of")
        try:
            kept = self.shelf.find(str(written[name]), "thumb" if kind == "music" else kind)
        except Refused:
            raise BadAnswer(f"no {kind} on the shelf") from None
        return kept.media_id

    def _seat(self, written: Value | None) -> str:
        if written is None:
            return ""
        seat = written.get("KfAccount") if isinstance(written, dict) else None
        if not isinstance(seat, str) or seat not in self.kf_accounts:
            raise BadAnswer("no seat of this account")
        return seat


def _words(written: Value) -> str:
    if not isinstance(written, str) or not written or len(written.encode()) > TEXT_MAX_BYTES:
        raise BadAnswer(f"no text of {TEXT_MAX_BYTES} bytes at most")
    return written


def _articles(answer: Fields, *, most: int) -> str:
    """A line for each title with its address."""
    inside = answer["Articles"]
    listed = inside.get("item") if isinstance(inside, dict) else None
    items = listed if isinstance(listed, list) else [listed]
    if answer["ArticleCount"] != str(len(items)) or len(items) > most:
        raise BadAnswer(f"no {most} articles at most, counted rightly")
    lines = []
    for item in items:
        if not isinstance(item, dict) or item.keys() != {"Title", "Description", "PicUrl", "Url"}:
            raise BadAnswer("what an article consists of")
        lines.append(f"{item['Title']} {item['Url']}")
    return "\n".join(lines)
