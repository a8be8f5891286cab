"""Events that had their effect: each has it once, and who has left stays gone.

WeChat repeats an event that was not answered, and two may arrive in the wrong order: only
`created_s`, its own time, tells which was first. Keys and readers are kept as hashes, and for
longer than a push could come again (`freshness`).
"""

from __future__ import annotations

import hashlib

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import wechat_event
from connectors.wechat import push
from connectors.wechat.push import Event, Head

FOLLOWED, LEFT = "subscribe", "unsubscribe"
KEPT_S = 24 * 3600
"Before the newest event, by WeChat's time"

_KNOWN = select(wechat_event.c.name).where(wechat_event.c.key_hash == bindparam("key_hash"))
_NEWEST = select(func.max(wechat_event.c.created_s)).where(
    wechat_event.c.reader_hash == bindparam("reader_hash"), wechat_event.c.name == bindparam("name")
)


async def note(conn: AsyncConnection, event: Event) -> bool:
    """Note an event in the transaction of its effect; False when it had that before."""
    key_hash = _hash(push.key(event))
    if (await conn.execute(_KNOWN, {"key_hash": key_hash})).first() is not None:
        return False
    await conn.execute(
        insert(wechat_event).values(
            key_hash=key_hash, reader_hash=_hash(event.head.openid), name=event.name[:32],
            created_s=event.head.created_s,
        )
    )  # fmt: skip
    return True


async def newest_of(conn: AsyncConnection, head: Head, name: str) -> int:
    """When the reader of this push did so last, by WeChat's time; 0 when it is not known."""
    asked = {"reader_hash": _hash(head.openid), "name": name}
    return int((await conn.execute(_NEWEST, asked)).scalar() or 0)


async def newest_s(conn: AsyncConnection) -> int:
    """WeChat's time of the newest event, in seconds since 1970; 0 before the first."""
    return int((await conn.execute(select(func.max(wechat_event.c.created_s)))).scalar() or 0)


async def forget_old(conn: AsyncConnection) -> None:
    before_s = await newest_s(conn) - KEPT_S
    await conn.execute(delete(wechat_event).where(wechat_event.c.created_s < before_s))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
