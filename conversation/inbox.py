"""The inbox: every message is a committed row before anything is answered (laws 1, 2 and 4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Row,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict
from community.ids import new_id
from community.store import identities
from community.store.database import Database
from community.store.schema import conversation, identity, inbound, message
from community.times import Clock
from conversation.messages import HEARD, Inbound, Outcome, Sender

_FINISHED = "done"
_OPEN: tuple[ColumnClause[str], ...] = (literal_column("'received'"), literal_column("'running'"))
"As SQL: a list of values would be written into the statement each time it is run"


@dataclass(frozen=True)
class Turn:
    """One inbound message and what became of it."""

    id: str
    conversation_id: str
    seq: int
    "Its number in the conversation"
    text: str
    choice: str | None
    attachment_id: str | None
    state: str
    "received, running or done"
    received_at: datetime
    attempts: int = 1
    "How often it was started; a turn that takes its process down is not started for ever"
    outcome: Outcome | None = None
    intent: str | None = None
    confidence: float | None = None
    heard: bool = False
    "Whether it was spoken, and a recogniser wrote the words"


_KNOWN = select(inbound).where(
    inbound.c.channel == bindparam("channel"), inbound.c.channel_key == bindparam("key")
)
_CONVERSATION_OF = (
    select(conversation.c.id)
    .join(identity, identity.c.id == conversation.c.identity_id)
    .where(identity.c.channel == bindparam("channel"), identity.c.user_key == bindparam("user_key"))
)
_NEXT_SEQ = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"))
    .values(next_seq=conversation.c.next_seq + 1)
    .returning(
        conversation.c.next_seq - 1,
        exists().where(
            inbound.c.conversation_id == bindparam("conversation"), inbound.c.state.in_(_OPEN)
        ),
    )
)
"The number of a new message, and whether a turn of its conversation is unfinished"

_ADD_CONVERSATION, _ADD_MESSAGE, _ADD_INBOUND = (
    insert(conversation),
    insert(message),
    insert(inbound),
)
_FIND = select(inbound).where(inbound.c.turn_id == bindparam("turn"))
_FINISH = (
    update(inbound)
    .where(inbound.c.turn_id == bindparam("turn"), inbound.c.state.in_(_OPEN))
    .values(
        state=_FINISHED,
        outcome=bindparam("outcome"),
        intent=bindparam("intent"),
        confidence=bindparam("confidence"),
        finished_at=bindparam("finished_at"),
    )
)


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        row.turn_id,
        row.conversation_id,
        row.seq,
        row.text,
        row.choice,
        row.attachment_id,
        row.state,
        row.received_at,
        row.attempts,
        row.outcome,
        row.intent,
        row.confidence,
        heard=row.channel_key.startswith(HEARD),
    )


def body_hash(received: Inbound) -> str:
    """What makes two messages of one key the same message."""
    body = json.dumps([received.text, received.choice, received.attachment_id])
    return hashlib.sha256(body.encode()).hexdigest()


async def conversation_of(conn: AsyncConnection, clock: Clock, sender: Sender) -> str:
    """The id of the sender's conversation, begun if this is their first sign."""
    found = (
        await conn.execute(
            _CONVERSATION_OF, {"channel": sender.channel, "user_key": sender.user_key}
        )
    ).scalar()
    if found is not None:
        return str(found)
    identity_id = await identities.ensure(conn, clock, sender.channel, sender.user_key)
    conversation_id = new_id("conv")
    await conn.execute(
        _ADD_CONVERSATION,
        {
            "id": conversation_id,
            "identity_id": identity_id,
            "channel": sender.channel,
            "state": "BOT",
            "owner_epoch": 0,
            "next_seq": 1,
            "seen_seq": 0,
            "created_at": clock.now(),
        },
    )
    return conversation_id


Also = Callable[[AsyncConnection, Turn], Awaitable[None]]
"What a channel notes of a new message in the transaction that stores it"


async def receive(
    db: Database, clock: Clock, received: Inbound, *, lease_s: float, also: Also | None = None
) -> tuple[Turn, bool]:
    """Commit one message, and what a channel notes of it; returns its turn and whether it is new.

    A message whose key is known already is not stored again: its turn is returned as it stands.
    A new one starts at once (`running`, under a lease) when nothing of its conversation is
    unfinished, else it waits (`received`). One that continues another takes its place, as long
    as that waits.
    Raises Conflict when the key is known with other content.
    """
    async with db.write() as conn:
        known = (
            await conn.execute(_KNOWN, {"channel": received.sender.channel, "key": received.key})
        ).first()
        if known is not None:
            if known.body_hash != body_hash(received):
                raise Conflict("the message id was used for another message")
            return _turn(known), False
        lengthened = await _lengthened(conn, received)
        if lengthened is not None:
            if also is not None:
                await also(conn, lengthened)
            return lengthened, False
        conversation_id = await conversation_of(conn, clock, received.sender)
        turn = await _store(conn, clock, conversation_id, received, lease_s)
        if also is not None:
            await also(conn, turn)
        return turn, True


async def _lengthened(conn: AsyncConnection, received: Inbound) -> Turn | None:
    """The turn of the message that this one continues, with all its words; None once it began."""
    if received.continues is None:
        return None
    row = (
        await conn.execute(
            update(inbound)
            .where(
                inbound.c.channel == received.sender.channel,
                inbound.c.channel_key == received.continues,
                inbound.c.state == "received",
            )
            .values(channel_key=received.key, text=received.text, body_hash=body_hash(received))
            .returning(inbound)
        )
    ).first()
    if row is None:
        return None
    await conn.execute(
        update(message)
        .where(message.c.turn_id == row.turn_id, message.c.sender == "resident")
        .values(text=received.text)
    )
    return _turn(row)


async def _store(
    conn: AsyncConnection, clock: Clock, conversation_id: str, received: Inbound, lease_s: float
) -> Turn:
    now = clock.now()
    seq, must_wait = (await conn.execute(_NEXT_SEQ, {"conversation": conversation_id})).one()
    turn = Turn(
        new_id("turn"),
        conversation_id,
        seq,
        received.text,
        received.choice,
        received.attachment_id,
        "received" if must_wait else "running",
        now,
        0 if must_wait else 1,
        heard=received.key.startswith(HEARD),
    )
    common = {
        "text": received.text,
        "attachment_id": received.attachment_id,
        "conversation_id": conversation_id,
        "seq": seq,
        "turn_id": turn.id,
    }
    await conn.execute(_ADD_MESSAGE, common | {"sender": "resident", "at": now})
    await conn.execute(
        _ADD_INBOUND,
        common
        | {
            "channel": received.sender.channel,
            "channel_key": received.key,
            "choice": received.choice,
            "body_hash": body_hash(received),
            "state": turn.state,
            "attempts": turn.attempts,
            "lease_until": now + timedelta(seconds=lease_s),
            "received_at": now,
        },
    )
    return turn


async def take_next(
    db: Database, clock: Clock, conversation_id: str, *, lease_s: float
) -> Turn | None:
    """Start the oldest unfinished turn of a conversation, unless one is running (law 2).

    One conditional update, so two processes can never both start it. None when there is nothing
    to start.
    """
    now = clock.now()
    other = inbound.alias()
    open_now = and_(
        inbound.c.state.in_(_OPEN), or_(inbound.c.state == "received", inbound.c.lease_until < now)
    )
    async with db.write() as conn:
        oldest = (
            select(func.min(inbound.c.seq))
            .where(inbound.c.conversation_id == conversation_id, open_now)
            .scalar_subquery()
        )
        busy = exists().where(
            other.c.conversation_id == conversation_id,
            other.c.state == "running",
            other.c.lease_until >= now,
        )
        row = (
            await conn.execute(
                update(inbound)
                .where(
                    inbound.c.conversation_id == conversation_id,
                    inbound.c.seq == oldest,
                    open_now,
                    ~busy,
                )
                .values(
                    state="running",
                    attempts=inbound.c.attempts + 1,
                    lease_until=now + timedelta(seconds=lease_s),
                )
                .returning(inbound)
            )
        ).first()
    return _turn(row) if row else None


async def finish(
    conn: AsyncConnection,
    clock: Clock,
    turn_id: str,
    *,
    outcome: Outcome,
    intent: str | None,
    confidence: float | None,
) -> bool:
    """Close a turn in the transaction that stores its answer; False when it was closed before."""
    changed = await conn.execute(
        _FINISH,
        {
            "turn": turn_id,
            "outcome": outcome,
            "intent": intent,
            "confidence": confidence,
            "finished_at": clock.now(),
        },
    )
    return changed.rowcount == 1


async def note_words(conn: AsyncConnection, turn: Turn, text: str) -> None:
    """What was said in the clip that a turn came with: the turn's words from now on.

    The clip stays with the message; run again, the turn is one of words.
    """
    await conn.execute(
        update(inbound).where(inbound.c.turn_id == turn.id).values(text=text, attachment_id=None)
    )
    await conn.execute(
        update(message)
        .where(message.c.conversation_id == turn.conversation_id, message.c.seq == turn.seq)
        .values(text=text)
    )


async def attach_clip(conn: AsyncConnection, turn: Turn, clip_id: str) -> None:
    """The sound of a turn whose words are known already goes to its message."""
    await conn.execute(
        update(message)
        .where(message.c.conversation_id == turn.conversation_id, message.c.seq == turn.seq)
        .values(attachment_id=clip_id)
    )


async def is_open(conn: AsyncConnection, turn_id: str) -> bool:
    """Whether the turn still has to be closed."""
    found = await conn.execute(
        select(inbound.c.turn_id).where(inbound.c.turn_id == turn_id, inbound.c.state.in_(_OPEN))
    )
    return found.scalar() is not None


async def known(conn: AsyncConnection, channel: str, key: str) -> Turn | None:
    """The turn of a message that was received before."""
    row = (await conn.execute(_KNOWN, {"channel": channel, "key": key})).first()
    return _turn(row) if row else None


async def last_received(conn: AsyncConnection, conversation_id: str) -> datetime | None:
    """When the resident last said something."""
    found = await conn.execute(
        select(func.max(inbound.c.received_at)).where(inbound.c.conversation_id == conversation_id)
    )
    moment: datetime | None = found.scalar()
    return moment


async def is_working(conn: AsyncConnection, conversation_id: str) -> bool:
    """Whether a turn of the conversation is unfinished."""
    found = await conn.execute(
        select(inbound.c.turn_id)
        .where(inbound.c.conversation_id == conversation_id, inbound.c.state.in_(_OPEN))
        .limit(1)
    )
    return found.first() is not None


async def find(conn: AsyncConnection, turn_id: str) -> Turn | None:
    row = (await conn.execute(_FIND, {"turn": turn_id})).first()
    return _turn(row) if row else None


async def release_all(db: Database) -> None:
    """At the start of the only gateway: what a dead process left running may be taken at once."""
    async with db.write() as conn:
        await conn.execute(
            update(inbound).where(inbound.c.state == "running").values(state="received")
        )


async def unfinished(db: Database, clock: Clock) -> list[str]:
    """Conversations with a turn to start and none that is running, oldest first."""
    now = clock.now()
    other = inbound.alias()
    busy = exists().where(
        other.c.conversation_id == inbound.c.conversation_id,
        other.c.state == "running",
        other.c.lease_until >= now,
    )
    async with db.read() as conn:
        rows = await conn.execute(
            select(inbound.c.conversation_id)
            .where(
                inbound.c.state.in_(_OPEN),
                or_(inbound.c.state == "received", inbound.c.lease_until < now),
                ~busy,
            )
            .group_by(inbound.c.conversation_id)
            .order_by(func.min(inbound.c.received_at))
        )
        return list(rows.scalars())


async def silent_since(conn: AsyncConnection, before: datetime) -> list[Turn]:
    """Turns that were received before `before` and have no answer yet (law 9)."""
    rows = await conn.execute(
        select(inbound)
        .where(inbound.c.state.in_(_OPEN), inbound.c.received_at < before)
        .order_by(inbound.c.received_at)
    )
    return [_turn(row) for row in rows]
