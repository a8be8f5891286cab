"""The outbox: outgoing messages are rows, written under an epoch and refused when it is stale.

`say` stores what a speaker wrote; `deliver` hands a reader what is theirs to see. An answer of the
bot that a person's claim overtook before it was delivered is refused by that claim (law 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Code, Conflict, NotFound
from community.store.schema import conversation, inbound, message, outbox
from community.times import Clock
from conversation import events
from conversation.messages import Choice, Draft, Message, Speaker
from conversation.ownership import STAFFED

READY, SENT, REFUSED = "ready", "sent", "refused"
MOST_DRAFTS = 50
"Messages of one utterance"
SAFETY_EPOCH = -1
"Epoch of a safety sentence: whoever owns the conversation, it is delivered (law 8)"

_OUTBOX_OF_MESSAGE = and_(
    outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq
)

_TAKE_SEQS = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"))
    .values(next_seq=conversation.c.next_seq + bindparam("count"))
    .returning(conversation.c.next_seq, conversation.c.channel)
)
_TAKE_SEQS_UNDER_EPOCH = _TAKE_SEQS.where(conversation.c.owner_epoch == bindparam("epoch"))
_TAKE_SEQS_AS_BOT = _TAKE_SEQS_UNDER_EPOCH.where(
    *(conversation.c.state != staffed for staffed in sorted(STAFFED))
)
_ADD_MESSAGES, _ADD_TO_OUTBOX = insert(message), insert(outbox)
_FIRST_OF_KEY = select(outbox.c.seq).where(
    outbox.c.conversation_id == bindparam("conversation"),
    outbox.c.client_key == bindparam("first_key"),
)
_LAST_CHOICES = (
    select(message.c.choices)
    .where(message.c.conversation_id == bindparam("conversation"), message.c.sender != "resident")
    .order_by(message.c.seq.desc())
    .limit(1)
)


def stored(row: Row[Any]) -> Message:
    """A transcript row as a Message."""
    choices = tuple(Choice(**choice) for choice in row.choices or [])
    return Message(
        row.seq,
        row.sender,
        row.text,
        row.at,
        choices,
        row.card,
        row.attachment_id,
        row.staff_id,
        row.turn_id,
    )


async def say(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    drafts: Sequence[Draft],
    *,
    epoch: int,
    key: str,
    speaker: Speaker = "bot",
    staff_id: str | None = None,
    turn_id: str | None = None,
) -> list[Message]:
    """Store `drafts` in order, under `epoch`.

    `key` is the writer's own key of this utterance: the same key again stores nothing and returns
    what was stored. Raises Conflict (code `stale`) when the epoch is no longer the present one,
    and when the bot would speak while a person does.
    """
    already = await _by_key(conn, conversation_id, key)
    if already:
        return already
    take = _TAKE_SEQS
    if epoch != SAFETY_EPOCH:
        take = _TAKE_SEQS_AS_BOT if speaker == "bot" else _TAKE_SEQS_UNDER_EPOCH
    row = (
        await conn.execute(
            take, {"conversation": conversation_id, "count": len(drafts), "epoch": epoch}
        )
    ).first()
    if row is None:
        raise Conflict("written under an epoch that is over", code=Code.STALE)
    first, now = row.next_seq - len(drafts), clock.now()
    messages = [
        Message(first + i, speaker, draft.text, now, _choices(first + i, draft), draft.card,
                draft.photo, staff_id, turn_id)
        for i, draft in enumerate(drafts)
    ]  # fmt: skip
    if not messages:
        return []
    await conn.execute(_ADD_MESSAGES, [_message_row(conversation_id, m) for m in messages])
    await conn.execute(
        _ADD_TO_OUTBOX,
        [
            {
                "conversation_id": conversation_id,
                "seq": said.seq,
                "channel": row.channel,
                "client_key": f"{key}#{i}",
                "epoch": epoch,
                "state": READY,
                "attempts": 0,
                "not_before": now,
                "purpose": drafts[i].purpose,
                "private": drafts[i].private,
            }
            for i, said in enumerate(messages)
        ],
    )
    await events.publish(conn, clock, "message", conversation_id=conversation_id)
    return messages


def _choices(seq: int, draft: Draft) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"{seq}-{i}", label, payload)
        for i, (label, payload) in enumerate(draft.choices, start=1)
    )


def _message_row(conversation_id: str, said: Message) -> dict[str, Any]:
    choices = [{"id": c.id, "label": c.label, "payload": c.payload} for c in said.choices]
    return {
        "conversation_id": conversation_id,
        "seq": said.seq,
        "sender": said.sender,
        "text": said.text,
        "choices": choices or None,
        "card": said.card,
        "attachment_id": said.attachment_id,
        "staff_id": said.staff_id,
        "turn_id": said.turn_id,
        "at": said.at,
    }


async def _by_key(conn: AsyncConnection, conversation_id: str, key: str) -> list[Message]:
    """What was stored under a key: messages in a row, the first of which has `<key>#0`."""
    first = (
        await conn.execute(
            _FIRST_OF_KEY, {"conversation": conversation_id, "first_key": f"{key}#0"}
        )
    ).scalar()
    if first is None:
        return []
    rows = await conn.execute(
        select(message, outbox.c.client_key)
        .join(outbox, _OUTBOX_OF_MESSAGE)
        .where(message.c.conversation_id == conversation_id, message.c.seq >= first)
        .order_by(message.c.seq)
        .limit(MOST_DRAFTS)
    )
    return [stored(row) for i, row in enumerate(rows.all()) if row.client_key == f"{key}#{i}"]


async def refuse_overtaken(conn: AsyncConnection, conversation_id: str) -> None:
    """A person has the floor: answers of the bot that no reader was handed yet are never sent.

    What it says of its own accord, such as the progress of an order, contradicts nobody and stays.
    """
    unsent = and_(
        outbox.c.conversation_id == conversation_id,
        outbox.c.state == READY,
        outbox.c.epoch != SAFETY_EPOCH,
    )
    answers = select(message.c.seq).where(
        message.c.conversation_id == conversation_id,
        message.c.seq.in_(select(outbox.c.seq).where(unsent)),
        message.c.sender == "bot",
        message.c.turn_id.is_not(None),
    )
    await conn.execute(
        update(outbox).where(unsent, outbox.c.seq.in_(answers)).values(state=REFUSED)
    )


async def was_heard(
    conn: AsyncConnection, conversation_ids: Sequence[str], since: datetime
) -> bool:
    """Whether anything said since then was handed to a reader of one of the conversations."""
    found = await conn.execute(
        select(outbox.c.id)
        .where(
            outbox.c.conversation_id.in_(conversation_ids),
            outbox.c.not_before >= since,
            or_(outbox.c.state == SENT, outbox.c.sent_at >= since),
        )
        .limit(1)
    )
    return found.first() is not None


async def take_back(conn: AsyncConnection, conversation_ids: Sequence[str], key: str) -> None:
    """What was said under a key and is on its way to nobody yet is never sent."""
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id.in_(conversation_ids),
            outbox.c.client_key.startswith(f"{key}#", autoescape=True),
            outbox.c.state.not_in((SENT, REFUSED)),
            outbox.c.lease_until.is_(None),
        )
        .values(state=REFUSED)
    )


async def deliver(
    conn: AsyncConnection, conversation_id: str, *, after: int, limit: int = 200
) -> tuple[list[Message], int]:
    """What the reader has not seen yet, in order, and the cursor for the next call.

    Needs a write transaction: what is handed over is marked sent, and no claim refuses it any
    more. Raises NotFound for an unknown conversation.
    """
    rows = (
        await conn.execute(
            select(message, outbox.c.state)
            .outerjoin(outbox, _OUTBOX_OF_MESSAGE)
            .where(
                message.c.conversation_id == conversation_id,
                message.c.seq > after,
                or_(outbox.c.state.is_(None), outbox.c.state != REFUSED),
            )
            .order_by(message.c.seq)
            .limit(limit)
        )
    ).all()
    if not rows:
        await _known(conn, conversation_id)
        return [], after
    ready = [row.seq for row in rows if row.state == READY]
    if ready:
        await conn.execute(
            update(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.seq.in_(ready))
            .values(state=SENT)
        )
    return [stored(row) for row in rows], rows[-1].seq


async def _known(conn: AsyncConnection, conversation_id: str) -> None:
    found = await conn.execute(
        select(conversation.c.id).where(conversation.c.id == conversation_id)
    )
    if found.scalar() is None:
        raise NotFound("no such conversation")


async def mark_read(conn: AsyncConnection, clock: Clock, conversation_id: str, up_to: int) -> None:
    """The reader has everything up to this number."""
    seen = (
        select(conversation.c.seen_seq)
        .where(conversation.c.id == conversation_id)
        .scalar_subquery()
    )
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.seq > seen,
            outbox.c.seq <= up_to,
            outbox.c.state != REFUSED,
        )
        .values(state=SENT, sent_at=clock.now())
    )
    await conn.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id, conversation.c.seen_seq < up_to)
        .values(seen_seq=up_to)
    )


async def transcript(
    conn: AsyncConnection, conversation_id: str, *, after: int = 0, limit: int = 500
) -> list[Message]:
    """Everything that was said, for staff and for the laws; refused messages included."""
    rows = await conn.execute(
        select(message)
        .where(message.c.conversation_id == conversation_id, message.c.seq > after)
        .order_by(message.c.seq)
        .limit(limit)
    )
    return [stored(row) for row in rows]


async def answer_of(conn: AsyncConnection, turn_id: str) -> list[Message]:
    """What was said in answer to one turn."""
    rows = await conn.execute(
        select(message)
        .join(inbound, inbound.c.conversation_id == message.c.conversation_id)
        .where(
            inbound.c.turn_id == turn_id,
            message.c.seq > inbound.c.seq,
            message.c.turn_id == turn_id,
            message.c.sender != "resident",
        )
        .order_by(message.c.seq)
    )
    return [stored(row) for row in rows]


async def last_choices(conn: AsyncConnection, conversation_id: str) -> tuple[Choice, ...]:
    """The choices under the newest message to the resident, when it has any."""
    rows = await conn.execute(_LAST_CHOICES, {"conversation": conversation_id})
    return tuple(Choice(**choice) for choice in rows.scalar() or [])


async def find_choice(conn: AsyncConnection, conversation_id: str, choice_id: str) -> Choice | None:
    """The choice that was offered under this id in this conversation."""
    seq, _, _position = choice_id.partition("-")
    if not seq.isdecimal() or len(seq) > 9:
        return None
    rows = await conn.execute(
        select(message.c.choices).where(
            message.c.conversation_id == conversation_id, message.c.seq == int(seq)
        )
    )
    offered = [Choice(**choice) for choice in rows.scalar() or []]
    return next((choice for choice in offered if choice.id == choice_id), None)


async def last_said(
    conn: AsyncConnection, conversation_id: str, *, since: datetime | None = None
) -> Message | None:
    """The newest message to the resident."""
    query = (
        select(message)
        .where(message.c.conversation_id == conversation_id, message.c.sender != "resident")
        .order_by(message.c.seq.desc())
        .limit(1)
    )
    if since is not None:
        query = query.where(message.c.at >= since)
    row = (await conn.execute(query)).first()
    return stored(row) if row else None
