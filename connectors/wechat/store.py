"""Outgoing words in the database: how far each has come.

Words wait in the outbox as READY, are SENDING while a call runs, and end as SENT; HELD are
those that WeChat does not let us send before the resident writes again, AGAIN those that are to be
tried once more in a while, before which nothing else of their conversation goes, UNREACHED those of
a reader who can not be written to, or does not want to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import (
    conversation,
    identity,
    inbound,
    message,
    outbox,
    staff,
    wechat_answer,
)
from community.store.types import Moment
from community.times import Clock
from connectors.wechat.ways import ORPHAN_AFTER, Way
from conversation.inbox import Turn
from conversation.messages import Message
from conversation.outbox import READY, REFUSED, SAFETY_EPOCH, SENT, stored

CHANNEL = "wechat"
SENDING, HELD, AGAIN, UNREACHED = "sending", "held", "again", "unreached"
AT_ONCE = 200


@dataclass(frozen=True)
class Bundle:
    """Messages in a row that go out as one: all that one speaker has to say now."""

    conversation_id: str
    user_key: str
    "The reader, as the channel knows them"
    by_person: bool
    name: str | None
    "Of the person who speaks"
    messages: tuple[Message, ...]
    is_safety: bool
    "A safety sentence is among them (law 8)"
    attempts: int
    "How often it was tried before without it being known whether it arrived"
    failed_at: datetime | None
    "When it was taken before, and did not arrive after all"
    given: int
    "Characters of its one message that the reader has already"

    @property
    def photo(self) -> str | None:
        """Id of the photo that it is."""
        return self.messages[0].attachment_id

    @property
    def seqs(self) -> list[int]:
        return [one.seq for one in self.messages]


_IN_STATE = (
    select(outbox.c.seq)
    .where(
        outbox.c.conversation_id == bindparam("conversation"), outbox.c.state == bindparam("state")
    )
    .limit(1)
)


async def take_up(conn: AsyncConnection, clock: Clock, channel: str) -> None:
    """What was to be tried again by now may go."""
    rows = await conn.execute(
        select(outbox.c.conversation_id)
        .where(
            outbox.c.channel == channel, outbox.c.state == AGAIN, outbox.c.not_before <= clock.now()
        )
        .distinct()
        .limit(AT_ONCE)
    )
    for conversation_id in rows.scalars().all():
        await release(conn, conversation_id, AGAIN)


async def release(conn: AsyncConnection, conversation_id: str, state: str = HELD) -> None:
    """Words in this state are READY, but for those of the bot that a new owner has overtaken."""
    found = await conn.execute(_IN_STATE, {"conversation": conversation_id, "state": state})
    if found.first() is None:
        return
    epoch = (
        select(conversation.c.owner_epoch)
        .where(conversation.c.id == conversation_id)
        .scalar_subquery()
    )
    held = and_(outbox.c.conversation_id == conversation_id, outbox.c.state == state)
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


async def due(conn: AsyncConnection, clock: Clock, channel: str) -> list[Bundle]:
    """The next bundle of each conversation that nothing is being sent to.

    Words that were tried before go again as the very bundle that they were. What waits for a reader
    whose own response is still to come goes with that, but for a safety sentence.
    """
    now = clock.now()
    rows = await conn.execute(
        _DUE, {"channel": channel, "now": now, "asked_after": now - ORPHAN_AFTER}
    )
    first: dict[str, Bundle] = {}
    for bundle in _bundles(rows.all()):
        first.setdefault(bundle.conversation_id, bundle)
    return list(first.values())


async def waiting(conn: AsyncConnection, turn: Turn, *, may_push: bool) -> list[Bundle] | None:
    """What the reader has not been given up to a turn's answer, in its order.

    Answers of other turns that a response of their own will carry are not among it. None while
    a call with some of it is under way.
    """
    query = _WAITING_TO_PUSH if may_push else _WAITING
    asked = {"conversation": turn.conversation_id, "turn": turn.id, "seq": turn.seq}
    rows = (await conn.execute(query, asked)).all()
    if any(row.outbox_state == AGAIN for row in rows):
        await release(conn, turn.conversation_id, AGAIN)
        rows = (await conn.execute(query, asked)).all()
    if may_push and any(row.outbox_state == SENDING for row in rows):
        return None
    return _bundles([row for row in rows if row.outbox_state == READY])


async def mark_given(
    conn: AsyncConnection, clock: Clock, conversation_id: str, bundles: Sequence[Bundle]
) -> None:
    """A response carries these words."""
    now = clock.now()
    given = [
        {"conversation": conversation_id, "given_seq": seq, "sent_at": now}
        for one in bundles
        for seq in one.seqs
    ]
    if given:
        await conn.execute(_GIVEN, given)


_OUTGOING = (
    select(
        message,
        outbox.c.attempts,
        outbox.c.epoch,
        outbox.c.given,
        outbox.c.sent_at,
        outbox.c.state.label("outbox_state"),
        identity.c.user_key,
        staff.c.name.label("staff_name"),
    )
    .join(
        outbox,
        and_(outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq),
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .join(identity, identity.c.id == conversation.c.identity_id)
    .outerjoin(staff, staff.c.id == message.c.staff_id)
    .outerjoin(wechat_answer, wechat_answer.c.turn_id == message.c.turn_id)
)

_OF_CONVERSATION = _OUTGOING.where(
    outbox.c.conversation_id == bindparam("conversation"),
    outbox.c.state.in_([literal_column(f"'{state}'") for state in (READY, SENDING, AGAIN)]),
).order_by(message.c.seq)
_ASKED_FOR = or_(message.c.turn_id == bindparam("turn"), message.c.turn_id.is_(None))
_WAITING_TO_PUSH = _OF_CONVERSATION.where(
    or_(_ASKED_FOR, wechat_answer.c.way == Way.API, outbox.c.state == SENDING)
)
_WAITING = _OF_CONVERSATION.where(or_(_ASKED_FOR, message.c.seq < bindparam("seq")))
_GIVEN = (
    update(outbox)
    .where(
        outbox.c.conversation_id == bindparam("conversation"),
        outbox.c.seq == bindparam("given_seq"),
    )
    .values(state=SENT, sent_at=bindparam("sent_at"))
)


_asked, _way = inbound.alias(), wechat_answer.alias()
_IS_RESPONDING = (
    select(_asked.c.turn_id)
    .outerjoin(_way, _way.c.turn_id == _asked.c.turn_id)
    .where(
        _asked.c.conversation_id == outbox.c.conversation_id,
        _asked.c.received_at > bindparam("asked_after"),
        _way.c.turn_id.is_(None),
    )
    .correlate(outbox)
    .exists()
)
"The conversation has a question whose way of being answered is not decided yet"
_taken = outbox.alias()
_BUSY = select(_taken.c.conversation_id).where(
    _taken.c.channel == bindparam("channel"), _taken.c.state.in_((SENDING, AGAIN))
)
_DUE = (
    _OUTGOING.where(
        outbox.c.channel == bindparam("channel"),
        outbox.c.state == READY,
        outbox.c.not_before <= bindparam("now"),
        outbox.c.conversation_id.not_in(_BUSY),
        or_(outbox.c.epoch == SAFETY_EPOCH, not_(_IS_RESPONDING)),
        or_(message.c.turn_id.is_(None), wechat_answer.c.way == Way.API),
    )
    .order_by(message.c.conversation_id, message.c.seq)
    .limit(AT_ONCE)
)


def _bundles(rows: Sequence[Row[Any]]) -> list[Bundle]:
    """Rows in their order, as one bundle for each stretch of a speaker and of earlier tries.

    A safety sentence is a bundle of its own, which nothing before it can hold back, and so are the
    rest of a message and a photo.
    """
    runs = groupby(
        rows,
        key=lambda row: (
            row.conversation_id, row.staff_id, row.attempts, row.epoch == SAFETY_EPOCH,
            row.seq if row.given or row.attachment_id else None,
        ),
    )  # fmt: skip
    return [_bundle(list(run)) for _, run in runs]


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
        first.sent_at,
        first.given,
    )


_UNFINISHED = (
    select(inbound.c.turn_id)
    .where(inbound.c.conversation_id == bindparam("conversation"), inbound.c.state != "done")
    .limit(1)
)


async def is_answering(conn: AsyncConnection, conversation_id: str) -> bool:
    """Whether a turn of the conversation is unfinished."""
    return (await conn.execute(_UNFINISHED, {"conversation": conversation_id})).first() is not None


_OF_BUNDLE = and_(
    outbox.c.conversation_id == bindparam("conversation"), outbox.c.seq == bindparam("one_of_it")
)
_BEGIN = (
    update(outbox)
    .where(_OF_BUNDLE, outbox.c.state == READY)
    .values(state=SENDING, lease_until=bindparam("lease_until"), attempts=outbox.c.attempts + 1)
)
_END = (
    update(outbox)
    .where(_OF_BUNDLE, outbox.c.state == bindparam("was"))
    .values(
        state=bindparam("becomes"),
        lease_until=None,
        attempts=func.coalesce(bindparam("tried", type_=Integer), outbox.c.attempts),
        sent_at=func.coalesce(bindparam("sent", type_=Moment), outbox.c.sent_at),
        not_before=func.coalesce(bindparam("later", type_=Moment), outbox.c.not_before),
    )
)


async def begin(conn: AsyncConnection, bundle: Bundle, *, lease_until: datetime) -> bool:
    """Mark it as being sent, before the call; False when a claim has refused any of it meanwhile."""
    changed = await conn.execute(_BEGIN, _each(bundle, lease_until=lease_until))
    if changed.rowcount == len(bundle.seqs):
        return True
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == bundle.conversation_id,
            outbox.c.seq.in_(bundle.seqs),
            outbox.c.state == SENDING,
            outbox.c.lease_until == lease_until,
        )
        .values(state=READY, lease_until=None, attempts=bundle.attempts)
    )
    return False


async def end(
    conn: AsyncConnection,
    clock: Clock,
    bundle: Bundle,
    state: str,
    *,
    was: str = SENDING,
    known: bool = True,
    not_before: datetime | None = None,
) -> None:
    """What became of a bundle that `was` SENDING or READY: SENT, HELD, UNREACHED, or AGAIN at `not_before`.

    `known`: it is certain that nothing of it arrived, or all of it; the attempt counts otherwise.
    What another has taken meanwhile stays as it is.
    """
    values = {
        "becomes": state,
        "was": was,
        "tried": bundle.attempts if known else None,
        "sent": clock.now() if state == SENT else None,
        "later": not_before,
    }
    await conn.execute(_END, _each(bundle, **values))


def _each(bundle: Bundle, **values: Any) -> list[dict[str, Any]]:
    """The parameters of a statement for each message of a bundle."""
    return [
        {"conversation": bundle.conversation_id, "one_of_it": seq, **values} for seq in bundle.seqs
    ]


async def note_given(conn: AsyncConnection, bundle: Bundle, given: int) -> None:
    """The reader has so many characters of the bundle's one message; the rest is still to come."""
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == bundle.conversation_id,
            outbox.c.seq.in_(bundle.seqs),
            outbox.c.state == SENDING,
        )
        .values(given=given)
    )


async def end_lost(conn: AsyncConnection, clock: Clock, channel: str, state: str) -> int:
    """Calls that a dead process left open: their words are in `state` now, HELD or AGAIN."""
    changed = await conn.execute(
        update(outbox)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == SENDING,
            outbox.c.lease_until <= clock.now(),
        )
        .values(state=state, lease_until=None)
    )
    return changed.rowcount
