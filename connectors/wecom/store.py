"""What the WeCom channel keeps in the database; the only file of this package with SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import (
    conversation,
    identity,
    inbound,
    outbox,
    wechat_grant,
    wecom_cursor,
)
from community.times import Clock
from connectors.wechat.delivery import piece_key
from connectors.wechat.store import HELD, UNREACHED
from conversation.inbox import Turn
from conversation.outbox import SENT

CHANNEL = "wecom"
FAILS_WITHIN = timedelta(days=3)
"After which WeCom tells nothing any more"
_PIECES_MOST = 5
"As many as may be sent at all"


@dataclass(frozen=True)
class Cursor:
    """How far an account was read."""

    open_kfid: str
    cursor: str
    "Empty before the first pull"
    at: datetime
    "When it moved, or when the account was first heard of"


async def cursors(conn: AsyncConnection) -> list[Cursor]:
    """All accounts that we ever heard of."""
    rows = await conn.execute(select(wecom_cursor).order_by(wecom_cursor.c.open_kfid))
    return [Cursor(row.open_kfid, row.cursor, row.at) for row in rows]


async def cursor(conn: AsyncConnection, clock: Clock, open_kfid: str) -> Cursor:
    """That of an account, noted down if it is new. Needs a write transaction."""
    rows = await conn.execute(select(wecom_cursor).where(wecom_cursor.c.open_kfid == open_kfid))
    row = rows.first()
    if row is not None:
        return Cursor(row.open_kfid, row.cursor, row.at)
    new = Cursor(open_kfid, "", clock.now())
    await conn.execute(insert(wecom_cursor).values(open_kfid=open_kfid, cursor="", at=new.at))
    return new


async def move(conn: AsyncConnection, clock: Clock, open_kfid: str, to: str) -> None:
    """Everything up to this cursor was taken."""
    await conn.execute(
        update(wecom_cursor)
        .where(wecom_cursor.c.open_kfid == open_kfid)
        .values(cursor=to, at=clock.now())
    )


async def was_counted(conn: AsyncConnection, turn: Turn) -> bool:
    """Whether the message of a turn, or a later one, has renewed the allowance already."""
    rows = await conn.execute(
        select(inbound.c.seq)
        .join(wechat_grant, wechat_grant.c.source == inbound.c.channel_key)
        .where(wechat_grant.c.conversation_id == turn.conversation_id, inbound.c.channel == CHANNEL)
    )
    counted = rows.scalar()
    return counted is not None and counted >= turn.seq


async def mark_failed(
    conn: AsyncConnection, clock: Clock, user_key: str, key: str, *, may_go_again: bool
) -> bool:
    """The message under this key did not arrive: its words are HELD, or REFUSED for good.

    False when none of the last days had the key: also for words that failed before, whose key was
    another one.
    """
    rows = await conn.execute(
        select(outbox.c.conversation_id, outbox.c.seq, outbox.c.sent_at, outbox.c.given)
        .join(conversation, conversation.c.id == outbox.c.conversation_id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .where(
            identity.c.channel == CHANNEL,
            identity.c.user_key == user_key,
            outbox.c.state == SENT,
            outbox.c.sent_at > clock.now() - FAILS_WITHIN,
        )
        .order_by(outbox.c.seq)
    )
    # What went out as one has one moment; which it was must be tried: a key cannot be read back.
    for _, run in groupby(rows, key=lambda row: row.sent_at):
        bundle = list(run)
        conversation_id, seqs = bundle[0].conversation_id, [row.seq for row in bundle]
        keys = (
            piece_key(conversation_id, seqs, n, given=bundle[0].given) for n in range(_PIECES_MOST)
        )
        if key in keys:
            await conn.execute(
                update(outbox)
                .where(outbox.c.conversation_id == conversation_id, outbox.c.seq.in_(seqs))
                .values(state=HELD if may_go_again else UNREACHED)
            )
            return True
    return False
