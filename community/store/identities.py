"""Identities: an account on one channel, and the home and person it is linked to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.schema import conversation, identity, outbox, resident, room
from community.times import Clock

GONE = "gone:"
"""Begins the key of an account that is erased, or of a speaker's in the home that it has left; no
channel's own key does"""


@dataclass(frozen=True)
class Home:
    """A home of the community."""

    room_id: str
    label: str
    "`3号楼2单元501`"
    building: int
    unit: int


@dataclass(frozen=True)
class Party:
    """Who is on the other side of a conversation."""

    conversation_id: str
    identity_id: str
    channel: str
    home: Home | None
    resident_id: str | None
    name: str | None
    phone: str | None
    role: str | None
    "owner, member, tenant or guardian; None while the person is not known"


_KNOWN = select(identity.c.id).where(
    identity.c.channel == bindparam("channel"), identity.c.user_key == bindparam("user_key")
)
_ADD = insert(identity)


async def ensure(conn: AsyncConnection, clock: Clock, channel: str, user_key: str) -> str:
    """The identity's id, made if this is its first sign."""
    found = (await conn.execute(_KNOWN, {"channel": channel, "user_key": user_key})).scalar()
    if found is not None:
        return str(found)
    identity_id = new_id("idt")
    await conn.execute(
        _ADD,
        {"id": identity_id, "channel": channel, "user_key": user_key, "created_at": clock.now()},
    )
    return identity_id


async def party(conn: AsyncConnection, conversation_id: str) -> Party | None:
    """Who the conversation is with; None for an unknown conversation."""
    row = (
        await conn.execute(
            select(
                conversation.c.id,
                identity.c.id.label("identity_id"),
                identity.c.channel,
                identity.c.resident_id,
                identity.c.room_id,
                room.c.label,
                room.c.building,
                room.c.unit,
                resident.c.name,
                resident.c.phone,
                resident.c.role,
            )
            .select_from(conversation)
            .join(identity, identity.c.id == conversation.c.identity_id)
            .outerjoin(room, room.c.id == identity.c.room_id)
            .outerjoin(resident, resident.c.id == identity.c.resident_id)
            .where(conversation.c.id == conversation_id)
        )
    ).first()
    if row is None:
        return None
    home = Home(row.room_id, row.label, row.building, row.unit) if row.room_id else None
    return Party(
        row.id, row.identity_id, row.channel, home, row.resident_id, row.name, row.phone, row.role
    )


async def conversation_of(conn: AsyncConnection, identity_id: str) -> str | None:
    """The conversation of an account that has begun one."""
    found = await conn.execute(
        select(conversation.c.id).where(conversation.c.identity_id == identity_id)
    )
    return found.scalar()


async def bind(
    conn: AsyncConnection, clock: Clock, identity_id: str, room_id: str, resident_id: str | None
) -> None:
    """Link the identity to a home, and to a person of it when only one can be meant."""
    await conn.execute(
        update(identity)
        .where(identity.c.id == identity_id)
        .values(room_id=room_id, resident_id=resident_id, bound_at=clock.now())
    )


async def succeed(conn: AsyncConnection, clock: Clock, identity_id: str) -> str:
    """Give the key of an account to a new one, linked to no home; returns the new one's id.

    Nobody is reached by the one before any more, and what it was not handed yet is refused. What
    was said to it stays with it, and so does its home, for whoever works at a case of it.
    """
    before = (
        await conn.execute(
            select(identity.c.channel, identity.c.user_key).where(identity.c.id == identity_id)
        )
    ).one()
    await conn.execute(
        update(identity)
        .where(identity.c.id == identity_id)
        .values(user_key=f"{GONE}{secrets.token_hex(16)}")
    )
    await conn.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == await conversation_of(conn, identity_id),
            outbox.c.state.not_in(("sent", "refused")),
        )
        .values(state="refused")
    )
    return await ensure(conn, clock, before.channel, before.user_key)
