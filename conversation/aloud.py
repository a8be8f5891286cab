"""Aloud: what a speaker says is taken from the outbox one by one, and said again until it is heard.

A message is handed over (SENT) when it was played, not when the device was given it. A reminder
that nobody acknowledges is said again 5 and 15 minutes later, by timers (law 6).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store import speakers
from community.store.schema import conversation, inbound, message, outbox, staff
from community.times import Clock
from conversation import events, telling
from conversation.messages import Message
from conversation.outbox import READY, REFUSED, SAFETY_EPOCH, SENT, stored
from conversation.ownership import STAFFED, Owner, current
from conversation.timers import Handler, cancel, set_timer

KIND = "say_again"
AGAIN = (timedelta(minutes=5), timedelta(minutes=15))
"After its first playing"
LEASE = timedelta(minutes=2)
"For which a device has a message to itself; kept up while it plays others before"
QUEUED, PLAYED, CUT, ANSWERED = "queued", "played", "cut", "answered"
ANSWER, STAFF, REMINDER, NEWS, ALARM = "answer", "staff", "reminder", "notice", "alarm"

COULD_WAIT = frozenset({STAFF, NEWS})
"Kinds that wake nobody in the quiet hours"

StillWorth = Callable[[AsyncConnection, str], Awaitable[bool]]
"""Whether a reminder, by its writer's key, still waits for an answer."""


@dataclass(frozen=True)
class Aloud:
    """One message that is to be said."""

    message: Message
    kind: str
    "answer, staff, reminder, notice or alarm"
    private: bool
    key: str
    "Its writer's own key"
    was_said: bool
    "Once at least"
    staff_name: str | None
    "Who wrote it, when that is one of the staff"


_OF_MESSAGE = and_(
    outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq
)


def _said() -> Select[Any]:
    columns = (
        message, outbox.c.epoch, outbox.c.purpose, outbox.c.private, outbox.c.client_key,
        outbox.c.sent_at, staff.c.name.label("staff_name"),
    )  # fmt: skip
    return (
        select(*columns)
        .join(outbox, _OF_MESSAGE)
        .outerjoin(staff, staff.c.id == message.c.staff_id)
    )


def _aloud(row: Row[Any]) -> Aloud:
    return Aloud(
        stored(row),
        _kind(row),
        row.private,
        row.client_key.rpartition("#")[0],
        row.sent_at is not None,
        row.staff_name,
    )


def _kind(row: Row[Any]) -> str:
    if row.epoch == SAFETY_EPOCH or row.purpose == "alarm":
        return ALARM
    if row.sender == "staff":
        return STAFF
    if row.turn_id is not None:
        return ANSWER
    return REMINDER if row.purpose == "reminder" else NEWS


async def take(
    conn: AsyncConnection, clock: Clock, conversation_id: str, still_worth: StillWorth, *,
    awake: Collection[str] = (),
) -> Aloud | None:  # fmt: skip
    """The next message to say, under a lease; None while there is none.

    In the quiet hours what COULD_WAIT waits for their end, but for the kinds that somebody is
    `awake` for; a reminder that is no longer true is never said. Needs a write transaction.
    """
    for found in await _waiting(conn, clock, conversation_id, awake):
        seq = found.message.seq
        if not await may_stay(conn, conversation_id, found, still_worth):
            continue
        await _set(conn, conversation_id, seq, lease_until=clock.now() + LEASE)
        return found
    return None


async def waits(
    conn: AsyncConnection, clock: Clock, conversation_id: str, *, awake: Collection[str] = ()
) -> bool:
    """Whether there is something that `take` would look at."""
    return bool(await _waiting(conn, clock, conversation_id, awake))


async def _waiting(
    conn: AsyncConnection, clock: Clock, conversation_id: str, awake: Collection[str]
) -> list[Aloud]:
    now = clock.now()
    rows = await conn.execute(
        _said()
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.state == READY,
            outbox.c.not_before <= now,
            or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now),
        )
        .order_by(outbox.c.seq)
    )
    held = COULD_WAIT - set(awake) if telling.after_quiet(now) > now else frozenset[str]()
    return [found for found in map(_aloud, rows) if found.kind not in held]


async def may_stay(
    conn: AsyncConnection, conversation_id: str, one: Aloud, still_worth: StillWorth
) -> bool:
    """Whether a message that waits is worth saying; a reminder that is not is never said."""
    if one.kind != REMINDER or await still_worth(conn, one.key):
        return True
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id, outbox.c.seq == one.message.seq,
            outbox.c.state == READY,
        )
        .values(state=SENT if one.was_said else REFUSED, lease_until=None)
    )  # fmt: skip
    return False


async def after(conn: AsyncConnection, conversation_id: str, seq: int) -> Aloud | None:
    """The first message to the resident after a number, refused ones left out; nothing is taken."""
    row = (
        await conn.execute(
            _said()
            .where(
                outbox.c.conversation_id == conversation_id,
                outbox.c.seq > seq,
                outbox.c.state != REFUSED,
            )
            .order_by(outbox.c.seq)
            .limit(1)
        )
    ).first()
    return _aloud(row) if row else None


async def waiting_reminders(conn: AsyncConnection, conversation_id: str) -> list[Aloud]:
    """Reminders that were written and not played yet, oldest first; nothing is taken."""
    rows = await conn.execute(
        _said()
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.state == READY,
            outbox.c.purpose == "reminder",
        )
        .order_by(outbox.c.seq)
    )
    return [_aloud(row) for row in rows]


async def of_keys(conn: AsyncConnection, conversation_id: str, keys: Sequence[str]) -> list[int]:
    """The numbers of the messages with these writer's keys, as far as they are not played yet."""
    rows = await conn.execute(
        select(outbox.c.seq)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.state == READY,
            outbox.c.client_key.in_([f"{key}#0" for key in keys]),
        )
        .order_by(outbox.c.seq)
    )
    return [int(seq) for seq in rows.scalars()]


async def open_question(
    conn: AsyncConnection, clock: Clock, conversation_id: str,
    within: tuple[timedelta, timedelta],
) -> Aloud | None:  # fmt: skip
    """The last word, when it is a question that was played and not answered, and of that age."""
    row = (
        await conn.execute(
            _said()
            .join(inbound, inbound.c.turn_id == message.c.turn_id)
            .join(conversation, conversation.c.id == message.c.conversation_id)
            .where(
                message.c.conversation_id == conversation_id,
                conversation.c.state == Owner.BOT.value,
                message.c.seq == conversation.c.next_seq - 1,
                message.c.sender == "bot",
                message.c.at.between(clock.now() - within[1], clock.now() - within[0]),
                outbox.c.state == SENT,
                inbound.c.outcome == "asked",
            )
        )
    ).first()
    return _aloud(row) if row else None


async def hold(conn: AsyncConnection, clock: Clock, conversation_id: str, seq: int) -> bool:
    """Keep a message that was taken; False when it may be said no more: a person has spoken."""
    changed = await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id, outbox.c.seq == seq,
            outbox.c.state == READY,
        )
        .values(lease_until=clock.now() + LEASE)
    )  # fmt: skip
    return changed.rowcount == 1


async def put_back(conn: AsyncConnection, conversation_id: str, seq: int) -> None:
    """A message that was taken and not played: the next who comes says it."""
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id, outbox.c.seq == seq,
            outbox.c.state == READY,
        )
        .values(lease_until=None)
    )  # fmt: skip


async def note(
    conn: AsyncConnection, clock: Clock, conversation_id: str, seq: int, fate: str
) -> None:
    """What became of a message; one that was begun is handed over, a reminder may come again."""
    begun = fate in (PLAYED, CUT)
    await speakers.note_fate(conn, clock, conversation_id, seq, fate, begun=begun)
    if begun:
        await _set(conn, conversation_id, seq, state=SENT, sent_at=clock.now(), lease_until=None)
        await _again_later(conn, clock, conversation_id, seq)
    elif fate == ANSWERED:
        await cancel(conn, _timer(conversation_id, seq))


async def note_alone(conn: AsyncConnection, clock: Clock, conversation_id: str, seq: int) -> None:
    """A device said it while its line was down: it is handed over, and not said again."""
    await note(conn, clock, conversation_id, seq, PLAYED)
    await cancel(conn, _timer(conversation_id, seq))


async def _again_later(conn: AsyncConnection, clock: Clock, conversation_id: str, seq: int) -> None:
    purpose = await conn.execute(
        select(outbox.c.purpose).where(
            outbox.c.conversation_id == conversation_id, outbox.c.seq == seq
        )
    )
    known = (await speakers.fates(conn, conversation_id))[seq]
    if purpose.scalar() != "reminder" or known.fate == ANSWERED or known.times > len(AGAIN):
        return
    before = AGAIN[known.times - 2] if known.times > 1 else timedelta(0)
    await set_timer(
        conn, kind=KIND, key=_timer(conversation_id, seq),
        due_at=clock.now() + AGAIN[known.times - 1] - before,
        payload={"conversation_id": conversation_id, "seq": seq},
    )  # fmt: skip


def _timer(conversation_id: str, seq: int) -> str:
    return f"{KIND}:{conversation_id}:{seq}"


async def _set(conn: AsyncConnection, conversation_id: str, seq: int, **values: Any) -> None:
    await conn.execute(
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.seq == seq)
        .values(**values)
    )


def timers(clock: Clock) -> dict[str, Handler]:
    """What the timers of reminders that nobody acknowledged do."""
    return {KIND: partial(_say_again, clock)}


async def _say_again(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    """The reminder is to be said once more; beside a person it waits for their end."""
    conversation_id, seq = payload["conversation_id"], int(payload["seq"])
    known = (await speakers.fates(conn, conversation_id)).get(seq)
    if known is None or known.fate == ANSWERED:
        return
    floor = await current(conn, conversation_id)
    if floor.state in STAFFED:
        await set_timer(
            conn, kind=KIND, key=_timer(conversation_id, seq),
            due_at=clock.now() + telling.LOOK_AGAIN, payload=payload,
        )  # fmt: skip
        return
    await _set(conn, conversation_id, seq, state=READY, not_before=clock.now(), lease_until=None)
    await events.publish(conn, clock, "message", conversation_id=conversation_id)
