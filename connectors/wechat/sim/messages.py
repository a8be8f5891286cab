"""A kefu message as WeChat takes it: its kind, its limits, and what the reader sees of it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from connectors.wechat.sim.media import Shelf
from connectors.wechat.sim.refusals import Refused

TEXT_MAX_BYTES = 2048
ARTICLE = {"title", "description", "url", "picurl"}


@dataclass(frozen=True)
class Message:
    """What the reader will see."""

    kind: str
    content: str
    author: str | None


def read_message(asked: dict[str, Any], shelf: Shelf, kf_accounts: Set[str]) -> Message:
    """Raises Refused 40008, 40035, 40007, 44004, 45002, 45008, 65401."""
    kind = asked.get("msgtype")
    if kind not in {"text", "image", "voice", "video", "news", "msgmenu"}:
        raise Refused(40008)
    inside = asked.get(kind)
    if not isinstance(inside, dict):
        raise Refused(40035)
    if kind == "text":
        content = _words(inside.get("content"))
    elif kind == "msgmenu":
        content = _menu(inside)
    elif kind == "news":
        content = _article(inside)
    else:
        content = shelf.find(str(inside.get("media_id")), kind).media_id
    return Message(kind, content, _author(asked, kf_accounts))


def _words(written: object) -> str:
    if not isinstance(written, str) or not written:
        raise Refused(44004)
    if len(written.encode()) > TEXT_MAX_BYTES:
        raise Refused(45002)
    return written


def _menu(inside: dict[str, Any]) -> str:
    """Head, one line for each entry, tail."""
    entries = inside.get("list")
    if not isinstance(entries, list) or not entries:
        raise Refused(40035)
    lines = [inside.get("head_content", "")]
    for entry in entries:
        if not isinstance(entry, dict) or entry.keys() != {"id", "content"}:
            raise Refused(40035)
        lines.append(f"[{entry['id']}] {entry['content']}")
    lines.append(inside.get("tail_content", ""))
    return _words("\n".join(line for line in lines if line))


def _article(inside: dict[str, Any]) -> str:
    """The title and the address of the one article."""
    articles = inside.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise Refused(45008)
    article = articles[0]
    if not isinstance(article, dict) or article.keys() - ARTICLE or "title" not in article:
        raise Refused(40035)
    return _words(f"{article['title']} {article.get('url', '')}".strip())


def _author(asked: dict[str, Any], kf_accounts: Set[str]) -> str | None:
    if "customservice" not in asked:
        return None
    service = asked["customservice"]
    account = service.get("kf_account") if isinstance(service, dict) else None
    if not isinstance(account, str) or account not in kf_accounts:
        raise Refused(65401)
    return account
