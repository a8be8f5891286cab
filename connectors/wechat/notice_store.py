"""The notices in the database: ordered, sent, and what WeChat said became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import conversation, identity, message, outbox, wechat_notice
from community.times import Clock
from connectors.wechat.store import HELD
from conversation.messages import Message
from conversation.outbox import stored

DUE, SENT, UNKNOWN = "due", "sent", "unknown"
AT_ONCE = 50


@dataclass(frozen=True)
class Waiting:
    """A notice to be sent."""

    id: str
    "Its client_msg_id"
    openid: str
    template: str
    attempts: int
    tried_at: datetime | None
    "When the first of the calls whose outcome is not known was begun"
    message: Message


async def order(
    conn: AsyncConnection,
    clock: Clock,
    notice_id: str,
    conversation_id: str,
    seq: int,
    template: str,
) -> None:
    """Order a notice of a message, unless it has one."""
    known = await conn.execute(
        select(wechat_notice.c.id).where(
            wechat_notice.c.conversation_id == conversation_id, wechat_notice.c.seq == seq
        )
    )
    if known.first() is not None:
        return
    now = clock.now()
    await conn.execute(
        insert(wechat_notice).values(
            id=notice_id, conversation_id=conversation_id, seq=seq, template=template, state=DUE,
            attempts=0, not_before=now, at=now,
        )
    )  # fmt: skip


async def due(conn: AsyncConnection, clock: Clock) -> list[Waiting]:
    """Those to be sent now, of words that are held still.

    First those of whose call nothing is known: their id counts as the same for some minutes only.
    Then the longest due.
    """
    rows = await conn.execute(
        select(
            message,
            identity.c.user_key,
            wechat_notice.c.id.label("notice_id"),
            wechat_notice.c.template,
            wechat_notice.c.attempts,
            wechat_notice.c.tried_at,
        )
        .join(
            wechat_notice,
            and_(
                wechat_notice.c.conversation_id == message.c.conversation_id,
                wechat_notice.c.seq == message.c.seq,
            ),
        )
        .join(
            outbox,
            and_(
                outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq
            ),
        )
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .where(
            outbox.c.state == HELD,
            wechat_notice.c.state == DUE,
            wechat_notice.c.not_before <= clock.now(),
        )
        .order_by(wechat_notice.c.tried_at.is_(None), wechat_notice.c.not_before)
        .limit(AT_ONCE)
    )
    return [
        Waiting(row.notice_id, row.user_key, row.template, row.attempts, row.tried_at, stored(row))
        for row in rows
    ]


async def begin(conn: AsyncConnection, clock: Clock, notice_id: str) -> None:
    """A call begins, whose outcome is not known until it is noted."""
    await conn.execute(
        update(wechat_notice)
        .where(wechat_notice.c.id == notice_id)
        .values(tried_at=func.coalesce(wechat_notice.c.tried_at, clock.now()))
    )


async def sent(conn: AsyncConnection, notice_id: str, msg_id: int | None) -> None:
    """WeChat took it; None where no report will follow.

    A report that came before this is not overwritten.
    """
    await conn.execute(
        update(wechat_notice)
        .where(wechat_notice.c.id == notice_id, wechat_notice.c.state == DUE)
        .values(state=SENT, msg_id=None if msg_id is None else str(msg_id))
    )


async def put_off(conn: AsyncConnection, notice_id: str, until: datetime, *, known: bool) -> None:
    """To be tried again; `known`: it is certain that nothing was done."""
    values: dict[str, Any] = {"attempts": wechat_notice.c.attempts + 1, "not_before": until}
    if known:
        values["tried_at"] = None
    await conn.execute(
        update(wechat_notice).where(wechat_notice.c.id == notice_id).values(**values)
    )


async def end(conn: AsyncConnection, notice_id: str, state: str, reason: str) -> None:
    """It failed, or nobody knows."""
    await conn.execute(
        update(wechat_notice)
        .where(wechat_notice.c.id == notice_id)
        .values(state=state, reason=reason)
    )


async def finish(
    conn: AsyncConnection,
    openid: str,
    msg_id: int,
    state: str,
    reason: str | None,
    *,
    template: str | None = None,
) -> bool:
    """Note WeChat's report, when it says so of a `template`; False when it is of no notice of ours.

    A report may have 0 for its number, and may come before the call's own answer: then the
    reader's oldest notice without one is meant.
    """
    of_reader = (
        select(wechat_notice.c.id)
        .join(conversation, conversation.c.id == wechat_notice.c.conversation_id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .where(identity.c.user_key == openid)
        .order_by(wechat_notice.c.at)
        .limit(1)
    )
    if template is not None:
        of_reader = of_reader.where(wechat_notice.c.template == template)
    named = of_reader.where(wechat_notice.c.msg_id == str(msg_id))
    unnamed = of_reader.where(
        wechat_notice.c.state.in_((DUE, SENT, UNKNOWN)), wechat_notice.c.msg_id.is_(None)
    )
    waiting = of_reader.where(wechat_notice.c.state == SENT)
    values: dict[str, Any] = {"state": state, "reason": reason}
    if msg_id:
        values["msg_id"] = str(msg_id)
    for query in (named, unnamed) if msg_id else (waiting,):
        notice_id = (await conn.execute(query)).scalar()
        if notice_id is not None:
            await conn.execute(
                update(wechat_notice).where(wechat_notice.c.id == notice_id).values(**values)
            )
            return True
    return False


async def give_up_before(conn: AsyncConnection, moment: datetime) -> None:
    """Notices from before `moment` that were never reported on, or not needed, are done with."""
    await conn.execute(
        update(wechat_notice)
        .where(wechat_notice.c.state.in_((DUE, SENT)), wechat_notice.c.at < moment)
        .values(state=UNKNOWN, reason="no report")
    )
