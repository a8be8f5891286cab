"""What may still be sent to a resident: how many messages and how long at WeChat's doors, and photos where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.config import Settings
from community.store.schema import wechat_grant
from community.times import Clock

LIMITED = frozenset({"wechat", "wecom"})
_SHOWING = frozenset({"webchat", *LIMITED})


@dataclass(frozen=True)
class Left:
    """What staff may still send to a reader."""

    messages: int
    "0 or more; with none left, what is written waits for the reader's next message"
    until: datetime


def can_show(settings: Settings, channel: str) -> bool:
    """Whether a resident who is there on this channel can be shown a photo."""
    return channel in _SHOWING and (channel != "wechat" or settings.wechat_can_push)


async def left(
    conn: AsyncConnection, clock: Clock, settings: Settings, conversation_id: str, channel: str
) -> Left | None:
    """What is left of the longest grant of a limited channel; None where nothing is counted."""
    if channel not in LIMITED:
        return None
    if channel == "wechat" and not settings.wechat_can_push:
        return Left(0, clock.now())
    now = clock.now()
    rows = await conn.execute(
        select(wechat_grant.c.remaining, wechat_grant.c.until)
        .where(
            wechat_grant.c.conversation_id == conversation_id,
            wechat_grant.c.until > now,
            wechat_grant.c.remaining > 0,
        )
        .order_by(wechat_grant.c.until.desc())
        .limit(1)
    )
    row = rows.first()
    return Left(row.remaining, row.until) if row else Left(0, now)
