"""Virtual homes and doors for tests, as the demonstration has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from community.demo import devices as demo
from community.store import guardians
from community.store.identities import Home
from community.store.schema import door, virtual_device
from tests.community.village import Village


async def furnish(village: Village, home: Home, *otherwise: dict[str, Any]) -> None:
    """Put the demonstration's things into a home; `otherwise`: {id, fault, state} that differ."""
    rows = demo.furniture(home.room_id, village.clock, list(otherwise))
    async with village.db.write() as conn:
        await conn.execute(insert(virtual_device), rows)


async def doors(village: Village, *units: tuple[int, int]) -> None:
    """Put the demonstration's common doors there, and one for each (building, unit)."""
    async with village.db.write() as conn:
        await conn.execute(insert(door), demo.doors(list(units)))


async def grant(village: Village, home: Home, resident_id: str, *rights: str) -> None:
    """The owner of a home agrees that somebody may do this there."""
    async with village.db.write() as conn:
        await guardians.grant(
            conn, village.clock, elder_id=f"{home.room_id}_p0", guardian_id=resident_id,
            kin="mother", rights=frozenset(rights), consented_by="staff_fang",
        )  # fmt: skip


async def put(village: Village, home: Home, entity_id: str, **values: Any) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            update(virtual_device)
            .where(
                virtual_device.c.room_id == home.room_id, virtual_device.c.entity_id == entity_id
            )
            .values(**values)
        )


async def state(village: Village, home: Home, entity_id: str) -> dict[str, Any]:
    """What a thing is really like, past every service."""
    async with village.db.read() as conn:
        found = await conn.execute(
            select(virtual_device.c.state).where(
                virtual_device.c.room_id == home.room_id, virtual_device.c.entity_id == entity_id
            )
        )
    return dict(found.scalar_one())
