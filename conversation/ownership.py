"""Ownership: who may speak in a conversation, as a state with an epoch (law 3).

Every change adds 1 to `owner_epoch` in one conditional update, so of two that race one wins and
the other learns that it lost. What a speaker wrote under an older epoch is refused by the outbox.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Code, Conflict, NotFound
from community.store.schema import conversation, staff
from community.times import Clock
from conversation import audit, events


class Owner(enum.StrEnum):
    """The states of DESIGN §4."""

    BOT = "BOT"
    WAITING = "WAITING"
    CLAIMED = "CLAIMED"
    WITH_HUMAN = "WITH_HUMAN"
    PARKED = "PARKED"
    WRAP_UP = "WRAP_UP"
    RESOLVED = "RESOLVED"


STAFFED = frozenset({Owner.CLAIMED, Owner.WITH_HUMAN, Owner.PARKED})
"States in which a person speaks and the bot is silent"

LEADS_TO: dict[Owner, frozenset[Owner]] = {
    Owner.BOT: frozenset({Owner.WAITING, Owner.CLAIMED}),
    # PARKED: the resident no longer waits for another, and a clerk had laid a case aside
    Owner.WAITING: frozenset({Owner.CLAIMED, Owner.PARKED, Owner.BOT}),
    Owner.CLAIMED: frozenset(
        {Owner.WITH_HUMAN, Owner.CLAIMED, Owner.WAITING, Owner.PARKED, Owner.WRAP_UP}
    ),
    Owner.WITH_HUMAN: frozenset(
        {Owner.WITH_HUMAN, Owner.CLAIMED, Owner.WAITING, Owner.PARKED, Owner.WRAP_UP}
    ),
    Owner.PARKED: frozenset({Owner.WITH_HUMAN, Owner.WAITING, Owner.WRAP_UP}),
    Owner.WRAP_UP: frozenset({Owner.RESOLVED}),
    Owner.RESOLVED: frozenset({Owner.BOT, Owner.WAITING, Owner.CLAIMED}),
}


_CURRENT = select(
    conversation.c.id,
    conversation.c.state,
    conversation.c.owner_epoch,
    conversation.c.owner_id,
    conversation.c.boundary,
).where(conversation.c.id == bindparam("conversation"))


@dataclass(frozen=True)
class Ownership:
    """Who may speak now."""

    conversation_id: str
    state: Owner
    epoch: int
    owner_id: str | None
    boundary: dict[str, Any] | None
    "What the last clerk promised: {by, note, promise, until}; None once the bot has cited it"


async def current(conn: AsyncConnection, conversation_id: str) -> Ownership:
    """Raises NotFound for an unknown conversation."""
    row = (await conn.execute(_CURRENT, {"conversation": conversation_id})).first()
    if row is None:
        raise NotFound("no such conversation")
    return Ownership(row.id, Owner(row.state), row.owner_epoch, row.owner_id, row.boundary)


async def move(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    to: Owner,
    *,
    actor: str,
    cause: str,
    owner_id: str | None = None,
    expect_epoch: int | None = None,
    boundary: dict[str, Any] | None = None,
) -> int:
    """Change who may speak; returns the new epoch.

    A clerk who comes ends the boundary record, `boundary` makes one, other moves leave it.
    Raises Conflict (code `stale`, with the present owner's name) when the present state does not
    lead there or, with `expect_epoch`, when anything changed since the caller looked.
    """
    sources = [state for state, targets in LEADS_TO.items() if to in targets]
    wanted = [conversation.c.id == conversation_id, conversation.c.state.in_(sources)]
    if expect_epoch is not None:
        wanted.append(conversation.c.owner_epoch == expect_epoch)
    changes: dict[str, Any] = {"state": to, "owner_id": owner_id, "acknowledged_at": None}
    if boundary is not None or to in STAFFED:
        changes["boundary"] = boundary
    epoch = (
        await conn.execute(
            update(conversation)
            .where(*wanted)
            .values(owner_epoch=conversation.c.owner_epoch + 1, **changes)
            .returning(conversation.c.owner_epoch)
        )
    ).scalar()
    if epoch is None:
        raise Conflict(
            f"cannot go to {to}", code=Code.STALE, winner=await owner_name(conn, conversation_id)
        )
    await audit.record(
        conn,
        clock,
        actor=actor,
        act=f"owner.{to.lower()}",
        obj=conversation_id,
        detail={"cause": cause, "epoch": epoch},
    )
    await events.publish(conn, clock, "owner", conversation_id=conversation_id)
    return int(epoch)


async def owner_name(conn: AsyncConnection, conversation_id: str) -> str | None:
    """The name of the clerk who has the conversation."""
    found = await conn.execute(
        select(staff.c.name)
        .join(conversation, conversation.c.owner_id == staff.c.id)
        .where(conversation.c.id == conversation_id)
    )
    return found.scalar()


async def clear_boundary(conn: AsyncConnection, conversation_id: str) -> None:
    """The bot has cited what was promised; it is not said twice."""
    await conn.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(boundary=None)
    )
