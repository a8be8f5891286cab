"""Forgetting: what an account said and who it was is erased; work orders stay, with nobody's name.

Numbers, states and audit entries stay, so that the laws can still be checked.
Source: WeChat asks that a follower who leaves is deleted
(developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.identities import GONE
from community.store.schema import (
    conversation,
    identity,
    inbound,
    message,
    outbox,
    queue_case,
    skill_reply,
    skill_talk,
    speaker,
    spoken,
    ticket,
    ticket_event,
    visit,
    wechat_answer,
    wechat_grant,
    wechat_login,
    wechat_notice,
)
from community.times import Clock
from conversation import audit, inbox, queue, telling
from conversation.forgetting_care import erase_care
from conversation.forgetting_records import erase_records
from conversation.notes import erase as erase_notes
from conversation.outbox import REFUSED, SENT

ERASED = "（已按居民要求删除）"
TURN_RUNS, CASE_IS_OPEN = timedelta(seconds=10), timedelta(minutes=10)


async def erase(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    *,
    without_phones: Callable[[str], str],
) -> timedelta | None:
    """Erase all that is personal of a conversation and its account; again it changes nothing.

    What work orders say stays, as `without_phones` leaves it. While a turn runs, a person works at
    a case of it or an emergency is open nothing is erased: returns when to ask again. None when
    it is done.
    """
    if await inbox.is_working(conn, conversation_id):
        return TURN_RUNS
    await queue.withdraw(conn, clock, conversation_id)
    if await queue.open_cases(conn, conversation_id):
        return CASE_IS_OPEN
    account = (
        select(identity.c.id, identity.c.resident_id)
        .join(conversation, conversation.c.identity_id == identity.c.id)
        .where(conversation.c.id == conversation_id)
    )
    identity_id, resident_id = (await conn.execute(account)).one()
    if not await _erase_account(conn, identity_id):
        return None
    await _erase_words(conn, conversation_id)
    await _erase_in_orders(conn, identity_id, without_phones)
    await _set(conn, visit, visit.c.identity_id == identity_id, phone=None, visitor=ERASED)
    await erase_records(conn, identity_id, without_phones=without_phones, leaving=ERASED)
    await erase_care(conn, clock, identity_id, resident_id, leaving=ERASED)
    await audit.record(conn, clock, actor="resident", act="account.erase", obj=conversation_id)
    return None


async def _erase_account(conn: AsyncConnection, identity_id: str) -> bool:
    """False when it is erased already."""
    of_it = identity.c.id == identity_id
    user_key = (await conn.execute(select(identity.c.user_key).where(of_it))).scalar_one()
    if user_key.startswith(GONE):
        return False
    await conn.execute(delete(wechat_login).where(wechat_login.c.user_key == user_key))
    await conn.execute(delete(speaker).where(speaker.c.identity_id == identity_id))
    await _set(
        conn, identity, of_it,
        user_key=f"{GONE}{secrets.token_hex(16)}", room_id=None, resident_id=None, bound_at=None,
    )  # fmt: skip
    return True


async def _erase_in_orders(
    conn: AsyncConnection, identity_id: str, without_phones: Callable[[str], str]
) -> None:
    orders = await conn.execute(
        select(ticket.c.id, ticket.c.description).where(ticket.c.identity_id == identity_id)
    )
    for order in orders.all():
        await _set(
            conn, ticket, ticket.c.id == order.id,
            description=without_phones(order.description), phone=None, conversation_id=None,
        )  # fmt: skip
        history = await conn.execute(
            select(ticket_event.c.seq, ticket_event.c.note).where(
                ticket_event.c.ticket_id == order.id
            )
        )
        for entry in history.all():
            await _set(
                conn, ticket_event,
                (ticket_event.c.ticket_id == order.id) & (ticket_event.c.seq == entry.seq),
                note=without_phones(entry.note),
            )  # fmt: skip


async def _erase_words(conn: AsyncConnection, conversation_id: str) -> None:
    for kept in (wechat_grant, wechat_notice, spoken, skill_reply, skill_talk):
        await conn.execute(delete(kept).where(kept.c.conversation_id == conversation_id))
    await _set(
        conn, message, message.c.conversation_id == conversation_id,
        text=ERASED, choices=None, card=None, attachment_id=None,
    )  # fmt: skip
    await _set(
        conn, inbound, inbound.c.conversation_id == conversation_id,
        text=ERASED, choice=None, attachment_id=None, body_hash="",
        channel_key=GONE + inbound.c.turn_id,
    )  # fmt: skip
    await _set(
        conn, outbox,
        (outbox.c.conversation_id == conversation_id) & outbox.c.state.not_in((SENT, REFUSED)),
        state=REFUSED,
    )  # fmt: skip
    turns = select(inbound.c.turn_id).where(inbound.c.conversation_id == conversation_id)
    await _set(conn, wechat_answer, wechat_answer.c.turn_id.in_(turns), reply=None)
    await telling.forget(conn, conversation_id)
    await _set(conn, conversation, conversation.c.id == conversation_id, boundary=None)
    await erase_notes(conn, conversation_id, leaving=ERASED)
    await _set(
        conn, queue_case, queue_case.c.conversation_id == conversation_id,
        summary={}, resolution_note=None, promise=None,
    )  # fmt: skip


async def _set(
    conn: AsyncConnection, table: Table, which: ColumnElement[bool], **values: Any
) -> None:
    await conn.execute(update(table).where(which).values(**values))
