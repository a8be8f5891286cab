"""What the WeChat channel keeps in the database; the only file of this package with SQL.

A turn is answered one way, and only one: in the response to its push, or afterwards through the
API. Words wait in the outbox as READY, are SENDING while a call runs, and end as SENT; HELD are
those that WeChat does not let us send before the resident writes again.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import (
    conversation,
    identity,
    inbound,
    message,
    outbox,
    staff,
    wechat_answer,
    wechat_grant,
)
from community.times import Clock
from connectors.wechat.ledger import Allowance, Grant, renewed
from conversation.messages import Message
from conversation.outbox import READY, REFUSED, SAFETY_EPOCH, SENT, stored

CHANNEL = "wechat"
SENDING, HELD = "sending", "held"
ORPHAN_AFTER = timedelta(seconds=20)
"A push is repeated for 15 s; an answer that no attempt has fetched then goes through the API"
AT_ONCE = 200


class Way(enum.StrEnum):
    """How a turn is answered."""

    PASSIVE = "passive"
    API = "api"


@dataclass(frozen=True)
class Bundle:
    """Messages in a row that go out as one: an answer, or what one speaker said unasked."""

    conversation_id: str
    openid: str
    by_person: bool
    name: str | None
    "Of the person who speaks"
    messages: tuple[Message, ...]
    is_safety: bool
    "A safety sentence is among them (law 8)"
    attempts: int
    "How often it was tried before without it being known whether it arrived"

    @property
    def seqs(self) -> list[int]:
        return [one.seq for one in self.messages]


async def claim(conn: AsyncConnection, clock: Clock, turn_id: str, way: Way) -> Way:
    """The way in which the turn is answered: this one, unless another attempt was first."""
    known = await conn.execute(
        select(wechat_answer.c.way).where(wechat_answer.c.turn_id == turn_id)
    )
    found = known.scalar()
    if found is not None:
        return Way(found)
    await conn.execute(insert(wechat_answer).values(turn_id=turn_id, way=way, at=clock.now()))
    return way


async def claim_orphans(conn: AsyncConnection, clock: Clock) -> int:
    """Answers that nobody fetched, after a crash or a lost connection, go through the API."""
    rows = await conn.execute(
        select(inbound.c.turn_id)
        .outerjoin(wechat_answer, wechat_answer.c.turn_id == inbound.c.turn_id)
        .where(
            inbound.c.channel == CHANNEL,
            inbound.c.state == "done",
            inbound.c.received_at <= clock.now() - ORPHAN_AFTER,
            wechat_answer.c.turn_id.is_(None),
        )
        .limit(AT_ONCE)
    )
    lost = [row.turn_id for row in rows]
    for turn_id in lost:
        await claim(conn, clock, turn_id, Way.API)
    return len(lost)


async def grant(
    conn: AsyncConnection, clock: Clock, conversation_id: str, kind: Grant, *, source: str
) -> None:
    """Note that we may write again; `source` is its push, which counts once however often it comes.

    What was held for want of an allowance may go now, but for words of the bot that a change of
    who may speak has overtaken (law 3).
    """
    present, known = await _allowance(conn, conversation_id)
    if known == source:
        return
    new = renewed(present, kind, clock.now())
    values = {
        "source": source, "kind": new.grant, "granted_at": new.granted_at, "remaining": new.left,
    }  # fmt: skip
    of_it = wechat_grant.c.conversation_id == conversation_id
    if present is None:
        await conn.execute(insert(wechat_grant).values(conversation_id=conversation_id, **values))
    else:
        await conn.execute(update(wechat_grant).where(of_it).values(**values))
    await _release(conn, conversation_id)


async def _release(conn: AsyncConnection, conversation_id: str) -> None:
    epoch = (
        select(conversation.c.owner_epoch)
        .where(conversation.c.id == conversation_id)
        .scalar_subquery()
    )
    held = and_(outbox.c.conversation_id == conversation_id, outbox.c.state == HELD)
    bots = select(message.c.seq).where(
        message.c.conversation_id == conversation_id,
        message.c.sender == "bot",
        message.c.turn_id.is_not(None),
    )
    await conn.execute(
        update(outbox)
        .where(
            held, outbox.c.epoch != SAFETY_EPOCH, outbox.c.epoch != epoch, outbox.c.seq.in_(bots)
        )
        .values(state=REFUSED)
    )
    await conn.execute(update(outbox).where(held).values(state=READY))


async def allowance(conn: AsyncConnection, conversation_id: str) -> Allowance | None:
    """What is left of the newest grant; None before the first."""
    return (await _allowance(conn, conversation_id))[0]


async def _allowance(
    conn: AsyncConnection, conversation_id: str
) -> tuple[Allowance | None, str | None]:
    rows = await conn.execute(
        select(wechat_grant).where(wechat_grant.c.conversation_id == conversation_id)
    )
    row = rows.first()
    if row is None:
        return None, None
    return Allowance(Grant(row.kind), row.granted_at, row.remaining), row.source


async def spend(conn: AsyncConnection, conversation_id: str, count: int) -> None:
    """Take so many messages off the allowance, or give them back when below 0."""
    await conn.execute(
        update(wechat_grant)
        .where(wechat_grant.c.conversation_id == conversation_id)
        .values(remaining=wechat_grant.c.remaining - count)
    )


async def exhaust(conn: AsyncConnection, conversation_id: str) -> None:
    """WeChat counts otherwise than we do: nothing is left."""
    await conn.execute(
        update(wechat_grant)
        .where(wechat_grant.c.conversation_id == conversation_id)
        .values(remaining=0)
    )


async def due(conn: AsyncConnection, clock: Clock) -> list[Bundle]:
    """The next bundle of each conversation that nothing is being sent to."""
    busy = select(outbox.c.conversation_id).where(
        outbox.c.channel == CHANNEL, outbox.c.state == SENDING
    )
    rows = await conn.execute(
        select(
            message,
            outbox.c.attempts,
            outbox.c.epoch,
            identity.c.user_key,
            staff.c.name.label("staff_name"),
        )
        .join(
            outbox,
            and_(
                outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq
            ),
        )
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .outerjoin(staff, staff.c.id == message.c.staff_id)
        .outerjoin(wechat_answer, wechat_answer.c.turn_id == message.c.turn_id)
        .where(
            outbox.c.channel == CHANNEL,
            outbox.c.state == READY,
            outbox.c.not_before <= clock.now(),
            outbox.c.conversation_id.not_in(busy),
            or_(message.c.turn_id.is_(None), wechat_answer.c.way == Way.API),
        )
        .order_by(message.c.conversation_id, message.c.seq)
        .limit(AT_ONCE)
    )
    runs = groupby(rows, key=lambda row: (row.conversation_id, row.turn_id, row.staff_id))
    first: dict[str, Bundle] = {}
    for (conversation_id, _, _), run in runs:
        first.setdefault(conversation_id, _bundle(list(run)))
    return list(first.values())


def _bundle(rows: Sequence[Row[Any]]) -> Bundle:
    first = rows[0]
    return Bundle(
        first.conversation_id,
        first.user_key,
        first.sender == "staff",
        first.staff_name,
        tuple(map(stored, rows)),
        any(row.epoch == SAFETY_EPOCH for row in rows),
        first.attempts,
    )


async def begin(conn: AsyncConnection, bundle: Bundle, *, lease_until: datetime) -> bool:
    """Mark it as being sent, before the call; False when a claim has refused any of it meanwhile."""
    of_it = and_(outbox.c.conversation_id == bundle.conversation_id, outbox.c.seq.in_(bundle.seqs))
    changed = await conn.execute(
        update(outbox)
        .where(of_it, outbox.c.state == READY)
        .values(state=SENDING, lease_until=lease_until, attempts=outbox.c.attempts + 1)
    )
    if changed.rowcount == len(bundle.seqs):
        return True
    await conn.execute(
        update(outbox)
        .where(of_it, outbox.c.state == SENDING, outbox.c.lease_until == lease_until)
        .values(state=READY, lease_until=None, attempts=bundle.attempts)
    )
    return False


async def end(
    conn: AsyncConnection,
    clock: Clock,
    bundle: Bundle,
    state: str,
    *,
    known: bool = True,
    not_before: datetime | None = None,
) -> None:
    """What became of it: SENT, HELD, REFUSED, or READY again at `not_before`.

    `known`: it is certain that nothing of it arrived, or all of it; the attempt counts otherwise.
    """
    values: dict[str, Any] = {"state": state, "lease_until": None}
    if known:
        values["attempts"] = bundle.attempts
    if state == SENT:
        values["sent_at"] = clock.now()
    if not_before is not None:
        values["not_before"] = not_before
    await conn.execute(
        update(outbox)
        .where(outbox.c.conversation_id == bundle.conversation_id, outbox.c.seq.in_(bundle.seqs))
        .values(**values)
    )


async def hold_lost(conn: AsyncConnection, clock: Clock) -> int:
    """Calls that a dead process left open: the reader may have the words, so they are held."""
    changed = await conn.execute(
        update(outbox)
        .where(
            outbox.c.channel == CHANNEL,
            outbox.c.state == SENDING,
            outbox.c.lease_until <= clock.now(),
        )
        .values(state=HELD, lease_until=None)
    )
    return changed.rowcount
