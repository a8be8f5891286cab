"""The way of each answer: a turn is answered one way, and only one.

In the response to its push, or afterwards through the API, or not at all.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import inbound, wechat_answer
from community.times import Clock

ORPHAN_AFTER = timedelta(seconds=20)
"A push is repeated for 15 s; an answer that no attempt has fetched by then goes through the API"
AT_ONCE = 200


class Way(enum.StrEnum):
    """How a turn is answered."""

    PASSIVE = "passive"
    API = "api"
    SILENT = "silent"
    "Not at all: one of the platform's own seats has the conversation"


@dataclass(frozen=True)
class Answered:
    """How a turn is answered, and with what when in the response."""

    way: Way
    reply: str | None


_ANSWERED = select(wechat_answer.c.way, wechat_answer.c.reply).where(
    wechat_answer.c.turn_id == bindparam("turn")
)
_NOTE = insert(wechat_answer)


async def answered(conn: AsyncConnection, turn_id: str) -> Answered | None:
    """None while no way was claimed."""
    row = (await conn.execute(_ANSWERED, {"turn": turn_id})).first()
    return Answered(Way(row.way), row.reply) if row else None


async def note(
    conn: AsyncConnection, clock: Clock, turn_id: str, way: Way, *, reply: str | None = None
) -> None:
    """The turn is answered in this way. Only after `answered` has told that none was claimed."""
    await conn.execute(_NOTE, {"turn_id": turn_id, "way": way, "reply": reply, "at": clock.now()})


async def claim(conn: AsyncConnection, clock: Clock, turn_id: str, way: Way) -> None:
    """The turn is answered in this way, unless another attempt was first."""
    if await answered(conn, turn_id) is None:
        await note(conn, clock, turn_id, way)


async def claim_orphans(
    conn: AsyncConnection, clock: Clock, channel: str, *, within: timedelta
) -> int:
    """Answers that nobody fetched, after a crash or a lost connection, go through the API.

    Of turns that ended `within` this time: those before were looked at before.
    """
    rows = await conn.execute(
        select(inbound.c.turn_id)
        .outerjoin(wechat_answer, wechat_answer.c.turn_id == inbound.c.turn_id)
        .where(
            inbound.c.channel == channel,
            inbound.c.state == "done",
            inbound.c.finished_at <= clock.now() - ORPHAN_AFTER,
            inbound.c.finished_at > clock.now() - within,
            wechat_answer.c.turn_id.is_(None),
        )
        .limit(AT_ONCE)
    )
    lost = [row.turn_id for row in rows]
    for turn_id in lost:
        await claim(conn, clock, turn_id, Way.API)
    return len(lost)
