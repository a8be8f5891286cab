"""What the gateway asks of the database beyond the laws of `conversation`.

The only file of this package with SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import conversation, identity, inbound, message, outbox, resident, staff
from community.times import Clock
from conversation import outbox as outgoing
from conversation import queue
from conversation.inbox import Turn
from conversation.messages import Choice, Message, Sender
from conversation.ownership import Owner, current, owner_name


@dataclass(frozen=True)
class Status:
    """Where a conversation stands."""

    last_seq: int
    "Number of its newest message; 0 before the first"
    state: Owner
    name: str | None
    "The clerk who has it"
    position: int | None
    "Place in the queue, 1 is next; None when it does not wait"
    emergency: bool
    "An emergency of it is open"


@dataclass(frozen=True)
class Said:
    """What the channel knows of one message of the resident."""

    key: str
    choice: str | None


@dataclass(frozen=True)
class Stretch:
    """Messages in a row, and what only other tables know of them."""

    messages: Sequence[Message]
    said: dict[str, Said]
    "By turn id"
    names: dict[str, str]
    "Of staff, by their id"
    offered_before: tuple[Choice, ...]
    "The choices under the last message to the resident before these"


async def status(conn: AsyncConnection, conversation_id: str) -> Status:
    """Raises NotFound."""
    owner = await current(conn, conversation_id)
    cases = await queue.open_cases(conn, conversation_id)
    position = None
    if owner.state is Owner.WAITING and cases:
        position = await queue.position(conn, cases[0])
    return Status(
        await last_seq(conn, conversation_id),
        owner.state,
        await owner_name(conn, conversation_id),
        position,
        any(case.lane is queue.Lane.EMERGENCY for case in cases),
    )


async def last_seq(conn: AsyncConnection, conversation_id: str) -> int:
    """Number of the newest message; 0 when there is none."""
    found = await conn.execute(
        select(conversation.c.next_seq).where(conversation.c.id == conversation_id)
    )
    return int(found.scalar() or 1) - 1


async def find_conversation(conn: AsyncConnection, sender: Sender) -> str | None:
    """The sender's conversation; None when they have not begun one."""
    found = await conn.execute(
        select(conversation.c.id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .where(identity.c.channel == sender.channel, identity.c.user_key == sender.user_key)
    )
    return found.scalar()


async def belongs_to(
    conn: AsyncConnection, conversation_id: str, channel: str, user_prefix: str
) -> bool:
    """Whether the conversation is of this channel and of a user whose key begins so."""
    found = await conn.execute(
        select(identity.c.user_key)
        .join(conversation, conversation.c.identity_id == identity.c.id)
        .where(conversation.c.id == conversation_id, identity.c.channel == channel)
    )
    return (found.scalar() or "").startswith(user_prefix)


async def stretch(
    conn: AsyncConnection, conversation_id: str, messages: Sequence[Message]
) -> Stretch:
    """Some messages in a row, with what a page shows beside them."""
    return Stretch(
        messages,
        await _said(conn, [m.turn_id for m in messages if m.turn_id]),
        await _staff_names(conn, [m.staff_id for m in messages if m.staff_id]),
        await _offered_before(conn, conversation_id, messages[0].seq if messages else 0),
    )


async def _said(conn: AsyncConnection, turn_ids: Collection[str]) -> dict[str, Said]:
    rows = await conn.execute(
        select(inbound.c.turn_id, inbound.c.channel_key, inbound.c.choice).where(
            inbound.c.turn_id.in_(turn_ids)
        )
    )
    return {row.turn_id: Said(row.channel_key, row.choice) for row in rows}


async def _offered_before(
    conn: AsyncConnection, conversation_id: str, seq: int
) -> tuple[Choice, ...]:
    found = await conn.execute(
        select(message.c.choices)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.sender != "resident",
            message.c.seq < seq,
        )
        .order_by(message.c.seq.desc())
        .limit(1)
    )
    return tuple(Choice(**choice) for choice in found.scalar() or [])


async def _staff_names(conn: AsyncConnection, staff_ids: Collection[str]) -> dict[str, str]:
    rows = await conn.execute(select(staff.c.id, staff.c.name).where(staff.c.id.in_(staff_ids)))
    return {row.id: row.name for row in rows}


async def birth_year(conn: AsyncConnection, conversation_id: str) -> int | None:
    """Of the resident who is on the other side, when that is known."""
    found = await conn.execute(
        select(resident.c.birth_year)
        .join(identity, identity.c.resident_id == resident.c.id)
        .join(conversation, conversation.c.identity_id == identity.c.id)
        .where(conversation.c.id == conversation_id)
    )
    return found.scalar()


_ANSWER = (
    select(message, outbox.c.state)
    .outerjoin(
        outbox,
        and_(outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq),
    )
    .where(
        message.c.conversation_id == bindparam("conversation"),
        message.c.seq > bindparam("seq"),
        message.c.turn_id == bindparam("turn"),
        message.c.sender != "resident",
        or_(outbox.c.state.is_(None), outbox.c.state != outgoing.REFUSED),
    )
    .order_by(message.c.seq)
)
_HAND_OVER = (
    update(outbox)
    .where(
        outbox.c.conversation_id == bindparam("conversation"),
        outbox.c.seq.in_(bindparam("ready", expanding=True)),
    )
    .values(state=outgoing.SENT, sent_at=bindparam("sent_at"))
)


async def take_answer(conn: AsyncConnection, clock: Clock, turn: Turn) -> list[Message]:
    """What answers a turn, now handed to its reader.

    Needs a write transaction: words that a person's claim overtook were refused by it, the others
    are marked sent, so that the same question later gets the same answer (laws 2 and 3).
    """
    rows = await conn.execute(
        _ANSWER, {"conversation": turn.conversation_id, "seq": turn.seq, "turn": turn.id}
    )
    found = rows.all()
    ready = [row.seq for row in found if row.state == outgoing.READY]
    if ready:
        await conn.execute(
            _HAND_OVER,
            {"conversation": turn.conversation_id, "ready": ready, "sent_at": clock.now()},
        )
    return [outgoing.stored(row) for row in found]
