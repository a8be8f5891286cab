"""Telling: words that nobody asked for, to every conversation of a home or of a person.

Quiet hours hold them back until the morning, as a timer (law 6), but for those whose owner set
their moment and those of an emergency. While a person has a conversation they wait for its end:
a machine does not speak between two people (law 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.identities import GONE
from community.store.schema import conversation, identity, timer
from community.times import Clock, local
from conversation import outbox
from conversation.messages import Draft
from conversation.ownership import STAFFED, current
from conversation.timers import Handler, set_timer

QUIET_FROM, QUIET_UNTIL = time(21, 30), time(7, 30)
LOOK_AGAIN = timedelta(minutes=10)
"While a person has the conversation"
KIND = "tell"


async def of_home(conn: AsyncConnection, room_id: str) -> list[str]:
    """The conversations of every account that is linked to a home."""
    return await _conversations(conn, identity.c.room_id == room_id)


async def of_person(conn: AsyncConnection, resident_id: str) -> list[str]:
    """The conversations of every account that one resident has, whatever the channel."""
    return await _conversations(conn, identity.c.resident_id == resident_id)


async def of_account(conn: AsyncConnection, identity_id: str) -> list[str]:
    """The conversation of one account, whose person need not be known."""
    return await _conversations(conn, identity.c.id == identity_id)


async def _conversations(conn: AsyncConnection, whose: Any) -> list[str]:
    found = await conn.execute(
        select(conversation.c.id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .where(whose, identity.c.user_key.not_like(f"{GONE}%"))
        .order_by(conversation.c.created_at, conversation.c.id)
    )
    return [str(one) for one in found.scalars()]


async def free(conn: AsyncConnection, conversation_ids: Iterable[str]) -> list[str]:
    """Those of the conversations that no person has: a machine may speak in them now."""
    return [one for one in conversation_ids if (await current(conn, one)).state not in STAFFED]


async def tell(
    conn: AsyncConnection,
    clock: Clock,
    conversation_ids: Iterable[str],
    drafts: Sequence[Draft],
    *,
    key: str,
    at_any_hour: bool = False,
    until: datetime | None = None,
) -> None:
    """Say `drafts` in each of the conversations, once for each `key`, now or when it may be said.

    `at_any_hour`: a reminder at the moment that its owner set, or an emergency. `until`: when it
    could not be said by then it is stale, and never said.
    """
    for conversation_id in conversation_ids:
        await _tell_one(
            conn, clock, conversation_id, drafts, key=key, at_any_hour=at_any_hour, until=until
        )


async def _tell_one(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    drafts: Sequence[Draft],
    *,
    key: str,
    at_any_hour: bool,
    until: datetime | None,
) -> None:
    if await _is_erased(conn, conversation_id):
        return
    floor = await current(conn, conversation_id)
    due_at = clock.now() if at_any_hour else after_quiet(clock.now())
    if floor.state in STAFFED:
        due_at = max(due_at, clock.now() + LOOK_AGAIN)
    if until is not None and due_at > until:
        return
    if due_at <= clock.now():
        await outbox.say(conn, clock, conversation_id, drafts, epoch=floor.epoch, key=key)
        return
    payload = {
        "conversation_id": conversation_id,
        "drafts": [asdict(one) for one in drafts],
        "key": key,
        "at_any_hour": at_any_hour,
        "until": until.isoformat() if until else None,
    }
    await set_timer(
        conn, kind=KIND, key=_timer(conversation_id) + key, due_at=due_at, payload=payload
    )


def _timer(conversation_id: str) -> str:
    return f"{KIND}:{conversation_id}:"


async def forget(conn: AsyncConnection, conversation_id: str) -> None:
    """Erase the words that wait to be said in a conversation."""
    begins = timer.c.key.startswith(_timer(conversation_id), autoescape=True)
    await conn.execute(delete(timer).where(begins))


async def _is_erased(conn: AsyncConnection, conversation_id: str) -> bool:
    """Whoever is gone is told nothing more, whoever remembers their conversation."""
    found = await conn.execute(
        select(identity.c.user_key)
        .join(conversation, conversation.c.identity_id == identity.c.id)
        .where(conversation.c.id == conversation_id)
    )
    return str(found.scalar_one()).startswith(GONE)


def after_quiet(moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into."""
    at = local(moment)
    if QUIET_UNTIL <= at.time() < QUIET_FROM:
        return moment
    day = at if at.time() < QUIET_UNTIL else at + timedelta(days=1)
    return day.replace(
        hour=QUIET_UNTIL.hour, minute=QUIET_UNTIL.minute, second=0, microsecond=0
    ).astimezone(moment.tzinfo)


def by_day(minute: int) -> int:
    """A minute of the day itself, or the first one after the quiet hours that it falls into."""
    begins, ends = (at.hour * 60 + at.minute for at in (QUIET_UNTIL, QUIET_FROM))
    return minute if begins <= minute < ends else begins


def timers(clock: Clock) -> dict[str, Handler]:
    """What the timers of words that had to wait do."""
    return {KIND: partial(_told_later, clock)}


def _draft(stored: dict[str, Any]) -> Draft:
    """As `dataclasses.asdict` and JSON left it."""
    choices = tuple((label, payload) for label, payload in stored["choices"])
    return Draft(**stored | {"choices": choices})


async def _told_later(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    drafts = [_draft(stored) for stored in payload["drafts"]]
    until = payload.get("until")
    await _tell_one(
        conn, clock, payload["conversation_id"], drafts, key=payload["key"],
        at_any_hour=payload["at_any_hour"], until=datetime.fromisoformat(until) if until else None,
    )  # fmt: skip
