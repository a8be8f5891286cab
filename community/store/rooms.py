"""Rooms: the homes of the community, who lives there, and the hash of each household's code."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.config import Secret
from community.store.identities import Home
from community.store.schema import guess, resident, room


@dataclass(frozen=True)
class Resident:
    """One person of a household. `notes`: what staff must know (lives alone, hearing …)."""

    id: str
    name: str
    phone: str | None
    role: str
    birth_year: int | None
    notes: dict[str, str]


def hash_code(code: str, pepper: Secret) -> str:
    """Household codes are kept as keyed hashes: looked up by value, useless when stolen."""
    return hmac.new(pepper.reveal().encode(), code.encode(), hashlib.sha256).hexdigest()


async def by_code(conn: AsyncConnection, code: str, pepper: Secret) -> Home | None:
    row = (
        await conn.execute(
            select(room.c.id, room.c.label, room.c.building, room.c.unit).where(
                room.c.code_hash == hash_code(code, pepper)
            )
        )
    ).first()
    return Home(*row) if row else None


async def by_label(conn: AsyncConnection, label: str) -> Home | None:
    row = (
        await conn.execute(
            select(room.c.id, room.c.label, room.c.building, room.c.unit).where(
                room.c.label == label
            )
        )
    ).first()
    return Home(*row) if row else None


async def residents_of(conn: AsyncConnection, room_id: str) -> list[Resident]:
    """The household, its owner first."""
    rows = await conn.execute(
        select(
            resident.c.id,
            resident.c.name,
            resident.c.phone,
            resident.c.role,
            resident.c.birth_year,
            resident.c.notes,
        )
        .where(resident.c.room_id == room_id)
        .order_by((resident.c.role != "owner"), resident.c.id)
    )
    return [Resident(*row) for row in rows]


async def are_residents(conn: AsyncConnection, resident_ids: list[str]) -> bool:
    """Whether each of these is somebody who lives here."""
    found = await conn.execute(select(resident.c.id).where(resident.c.id.in_(resident_ids)))
    return set(found.scalars()) == set(resident_ids)


async def labels(conn: AsyncConnection, room_ids: list[str]) -> dict[str, str]:
    """The homes' labels by id."""
    rows = await conn.execute(select(room.c.id, room.c.label).where(room.c.id.in_(room_ids)))
    return {row.id: row.label for row in rows}


async def guesses_since(conn: AsyncConnection, key: str, since: datetime) -> int:
    """How many wrong codes were tried under `key`."""
    count = await conn.execute(
        select(func.count()).select_from(guess).where(guess.c.key == key, guess.c.at >= since)
    )
    return int(count.scalar_one())


async def note_guess(conn: AsyncConnection, key: str, at: datetime) -> None:
    await conn.execute(insert(guess).values(key=key, at=at))


async def forget_guesses_before(conn: AsyncConnection, moment: datetime) -> None:
    """Guesses that no limit counts any more."""
    await conn.execute(delete(guess).where(guess.c.at < moment))


async def forget_guesses(conn: AsyncConnection, key: str) -> None:
    await conn.execute(delete(guess).where(guess.c.key == key))
