"""What the skills keep in the database: replies by request, where a talk stands, and what waits to be said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import message, outbox, skill_reply, skill_talk, staff
from community.times import Clock
from connectors.skills.exchange import Spoken
from conversation.inbox import Turn
from conversation.messages import Choice, Message
from conversation.outbox import READY, SAFETY_EPOCH, SENT, stored

REPLY_KEPT = timedelta(hours=1)
"Longer than any maker repeats a request, or lets one be replayed"
TALK_KEPT = timedelta(days=7)
UNASKED_AT_ONCE = 3
"Messages that nobody asked for before an answer; the others come before the next ones"


@dataclass(frozen=True)
class Page:
    """A piece of a speech that is said in one go."""

    text: str
    owed: bool
    "Nobody asked for it and it was not heard: other words do not make it void"
    ending: Spoken | None
    "On the last page of a speech what follows after it; its text is empty"

    def stored(self) -> dict[str, Any]:
        ending = self.ending.stored() if self.ending else None
        return {"text": self.text, "owed": self.owed, "ending": ending}

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Page:
        """The inverse of `stored`."""
        ending = Spoken.of(stored["ending"]) if stored["ending"] else None
        return cls(stored["text"], stored["owed"], ending)


@dataclass(frozen=True)
class Talk:
    """Where the talk of one speaker stands."""

    said: Spoken | None = None
    "The last that was said, to be repeated"
    rest: tuple[Page, ...] = ()
    "What was not said yet"
    pending: str | None = None
    "The turn whose answer was promised"
    fruitless: int = 0
    "How often in a row nothing was said, or nothing was there"
    known_until: datetime | None = None
    "So long the owner is taken to be who listens"
    at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """A message that the resident has not heard."""

    message: Message
    staff_name: str | None
    is_safety: bool
    is_private: bool


@dataclass(frozen=True)
class Taken:
    """What waits in one conversation."""

    told: list[Waiting]
    "To be said now; it was handed over"
    kept: list[Waiting]
    "Private, and nobody has said that its owner listens; it goes on waiting"


@dataclass(frozen=True)
class LastHeard:
    """What the resident may be answering."""

    choices: tuple[Choice, ...]
    is_newest: bool
    "False when something else was said since, which they have not heard yet"


async def reply(conn: AsyncConnection, channel: str, key: str) -> Spoken | None:
    """What a request was answered with before."""
    found = await conn.execute(
        select(skill_reply.c.spoken).where(
            skill_reply.c.channel == channel, skill_reply.c.request_key == key
        )
    )
    row = found.first()
    return Spoken.of(row.spoken) if row else None


async def keep_reply(
    conn: AsyncConnection,
    clock: Clock,
    channel: str,
    key: str,
    conversation_id: str,
    spoken: Spoken,
) -> None:
    await conn.execute(
        insert(skill_reply).values(
            channel=channel,
            request_key=key,
            conversation_id=conversation_id,
            spoken=spoken.stored(),
            at=clock.now(),
        )
    )


async def talk(conn: AsyncConnection, conversation_id: str) -> Talk:
    """An empty one before the first request."""
    found = await conn.execute(
        select(skill_talk).where(skill_talk.c.conversation_id == conversation_id)
    )
    row = found.first()
    if row is None:
        return Talk()
    return Talk(
        Spoken.of(row.said) if row.said else None,
        tuple(Page.of(page) for page in row.rest),
        row.pending,
        row.fruitless,
        row.known_until,
        row.at,
    )


async def keep_talk(conn: AsyncConnection, clock: Clock, conversation_id: str, talk: Talk) -> None:
    values = {
        "said": talk.said.stored() if talk.said else None,
        "rest": [page.stored() for page in talk.rest],
        "pending": talk.pending,
        "fruitless": talk.fruitless,
        "known_until": talk.known_until,
        "at": clock.now(),
    }
    of_it = skill_talk.c.conversation_id == conversation_id
    changed = await conn.execute(update(skill_talk).where(of_it).values(**values))
    if not changed.rowcount:
        await conn.execute(insert(skill_talk).values(conversation_id=conversation_id, **values))


_OF_MESSAGE = and_(
    outbox.c.conversation_id == message.c.conversation_id, outbox.c.seq == message.c.seq
)


async def take(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    turn: Turn | None,
    *,
    awaited: Collection[str],
    known: bool,
) -> Taken:
    """What waits, and what answers `turn`; what may be said now is handed to its reader.

    `known` says that the owner listens, who alone may hear what is private. Answers to the turns of
    `awaited` are left to the responses that wait for them. Needs a write transaction: what is told
    is marked sent, and no claim refuses it any more (law 3).
    """
    mine = message.c.turn_id == turn.id if turn else None
    waits = and_(
        outbox.c.state == READY,
        outbox.c.not_before <= clock.now(),
        or_(message.c.turn_id.is_(None), message.c.turn_id.not_in(awaited)),
    )
    again = and_(mine, outbox.c.state == SENT) if mine is not None else None
    wanted = or_(waits, again) if again is not None else waits
    rows = await conn.execute(
        select(
            message,
            outbox.c.epoch,
            outbox.c.private,
            outbox.c.state,
            staff.c.name.label("staff_name"),
        )
        .join(outbox, _OF_MESSAGE)
        .outerjoin(staff, staff.c.id == message.c.staff_id)
        .where(message.c.conversation_id == conversation_id, message.c.sender != "resident", wanted)
        .order_by(message.c.seq)
    )
    told, kept, unasked, ready = [], [], 0, []
    for row in rows.all():
        one = Waiting(stored(row), row.staff_name, row.epoch == SAFETY_EPOCH, row.private)
        if one.is_private and not known:
            kept.append(one)
            continue
        unasked += one.message.turn_id is None and one.message.sender == "bot"
        if unasked > UNASKED_AT_ONCE and one.message.turn_id is None:
            continue
        told.append(one)
        ready += [row.seq] if row.state == READY else []
    if ready:
        await conn.execute(
            update(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.seq.in_(ready))
            .values(state=SENT, sent_at=clock.now())
        )
    return Taken(told, kept)


async def last_heard(conn: AsyncConnection, conversation_id: str) -> LastHeard:
    """The choices under the newest message that was said aloud, and whether it is the newest."""
    rows = await conn.execute(
        select(message.c.choices, outbox.c.state)
        .join(outbox, _OF_MESSAGE)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.sender != "resident",
            outbox.c.state.in_((READY, SENT)),
        )
        .order_by(message.c.seq.desc())
        .limit(UNASKED_AT_ONCE * 10)
    )
    newest_first = rows.all()
    for place, row in enumerate(newest_first):
        if row.state == SENT:
            return LastHeard(tuple(Choice(**choice) for choice in row.choices or []), place == 0)
    return LastHeard((), not newest_first)


async def tidy(conn: AsyncConnection, clock: Clock, channel: str) -> None:
    """Forget replies that no request can ask for any more, and talks that have ended long ago."""
    await conn.execute(
        delete(skill_reply).where(
            skill_reply.c.channel == channel, skill_reply.c.at < clock.now() - REPLY_KEPT
        )
    )
    await conn.execute(delete(skill_talk).where(skill_talk.c.at < clock.now() - TALK_KEPT))
