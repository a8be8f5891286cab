"""An elder with a guardian next door, for what is taken, asked and told at home."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from community.services import medication
from community.services.medication import Taker
from community.store import guardians
from community.store.identities import Party
from community.store.medications import Plan
from community.store.schema import conversation
from conversation import care, outbox
from language.schedules import Regimen
from tests.community.village import Village

MORNING, EVENING = 480, 1200


async def make_guardian(
    village: Village, elder: Party, guardian: Party, *rights: str, whole_home: bool = False
) -> None:
    """`guardian` looks after `elder`, who is their mother."""
    assert elder.resident_id
    assert guardian.resident_id
    async with village.db.write() as conn:
        await guardians.grant(
            conn, village.clock, elder_id=elder.resident_id, guardian_id=guardian.resident_id,
            kin="mother", rights=frozenset(rights), consented_by="网格员", whole_home=whole_home,
        )  # fmt: skip


def armer(village: Village) -> Any:
    async def arm(conn: Any, plan: Plan) -> None:
        await care.arm(conn, plan, village.clock.now())

    return arm


async def add_plan(
    village: Village,
    account: Party,
    drug: str = "降压药",
    *times: int,
    dose: str | None = "一片",
    who: Taker | None = None,
    regimen: Regimen | None = None,
) -> Plan:
    """Taken every day at these minutes of it, 20:00 unless others are given."""
    return await medication.start(
        village.ctx, account, who or Taker(account.resident_id, None), turn_id=village.next("plan"),
        drug=drug, dose=dose, regimen=regimen or Regimen(times or (EVENING,)), arm=armer(village),
    )  # fmt: skip


async def told(village: Village, who: Party) -> list[str]:
    """What the bot has said in somebody's conversation."""
    async with village.db.read() as conn:
        return [one.text for one in await outbox.transcript(conn, who.conversation_id)]


async def read_all(village: Village) -> None:
    """Everybody has their conversation open and is handed what was said."""
    async with village.db.write() as conn:
        for one in (await conn.execute(select(conversation.c.id))).scalars().all():
            await outbox.deliver(conn, one, after=0)
