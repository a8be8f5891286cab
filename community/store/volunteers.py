"""Volunteers: accounts that offer a hand, what for and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.schema import identity, resident, volunteer
from community.times import Clock


@dataclass(frozen=True)
class Volunteer:
    """`kinds` of help they can give: none named means any."""

    id: str
    identity_id: str
    conversation_id: str
    name: str | None
    kinds: list[str]
    days: str
    "any, weekday or weekend"
    part: str
    "any, morning, afternoon or evening"
    state: str
    "active or withdrawn"
    room_id: str | None
    "The home that the account has now; None when it has none"
    owner: str
    "Whose time account is credited: the resident, or the account whose person is not known"


def _select() -> Any:
    own = [volunteer.c[field] for field in list(Volunteer.__dataclass_fields__)[:-2]]
    return select(*own, identity.c.room_id, identity.c.resident_id).join(
        identity, identity.c.id == volunteer.c.identity_id
    )


def _volunteer(row: Any) -> Volunteer:
    return Volunteer(*[*row[:-1], row[-1] or row[1]])


async def of_identity(conn: AsyncConnection, identity_id: str) -> Volunteer | None:
    """The account's own registration, a withdrawn one too."""
    row = (await conn.execute(_select().where(volunteer.c.identity_id == identity_id))).first()
    return None if row is None else _volunteer(row)


async def get(conn: AsyncConnection, volunteer_id: str) -> Volunteer:
    return _volunteer((await conn.execute(_select().where(volunteer.c.id == volunteer_id))).one())


async def active(conn: AsyncConnection) -> list[Volunteer]:
    """All who may be asked, those first who have been there longest."""
    rows = await conn.execute(
        _select()
        .where(volunteer.c.state == "active")
        .order_by(volunteer.c.created_at, volunteer.c.id)
    )
    return [_volunteer(row) for row in rows]


async def put(conn: AsyncConnection, clock: Clock, identity_id: str, **fields: Any) -> Volunteer:
    """Register the account, or change what it has offered."""
    values = {**fields, "state": "active"}
    changed = await conn.execute(
        update(volunteer).where(volunteer.c.identity_id == identity_id).values(**values)
    )
    if changed.rowcount == 0:
        await conn.execute(
            insert(volunteer).values(
                id=new_id("vol"), identity_id=identity_id, created_at=clock.now(), **values
            )
        )
    made = await of_identity(conn, identity_id)
    assert made is not None  # noqa: S101 - it was written just now
    return made


async def withdraw(conn: AsyncConnection, identity_id: str) -> bool:
    """Ask them no more; whether they were active."""
    changed = await conn.execute(
        update(volunteer)
        .where(volunteer.c.identity_id == identity_id, volunteer.c.state == "active")
        .values(state="withdrawn")
    )
    return changed.rowcount > 0


async def birth_year(conn: AsyncConnection, resident_id: str | None) -> int | None:
    """Of a resident, when it is known."""
    found = await conn.execute(select(resident.c.birth_year).where(resident.c.id == resident_id))
    return found.scalar()
