"""A data folder to measure on: the demonstration community, an order in every home, bound residents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import script
from community import demo
from community.config import Settings
from community.context import Context
from community.ids import new_id
from community.secrets import load_secrets
from community.services import binding, repair
from community.store import identities, rooms, schema
from community.store.database import Database, migrate
from community.store.identities import Home
from community.times import SystemClock

CHANNEL = "api"
FIRST_WORDS = 50


@dataclass(frozen=True)
class Site:
    """A filled data folder."""

    settings: Settings
    token: str
    "Of the open channel's client"
    codes: list[str]
    "Household codes"
    first_words: list[str]
    "Ids of conversations for what is said until somebody answers"
    conversations: list[str]
    "Ids of conversations with bound residents, in the same homes on every site"


def make(folder: Path, conversations: int) -> Site:
    """Fill a new folder."""
    settings = Settings(data_dir=folder)
    folder.mkdir(parents=True)
    migrate(settings.database)
    return asyncio.run(_fill(settings, conversations))


async def _fill(settings: Settings, conversations: int) -> Site:
    secrets = load_secrets(settings.data_dir)
    db, clock = Database(settings.database), SystemClock()
    ctx = Context(db, clock, secrets.pepper)
    try:
        filled = await demo.fill(db, clock, secrets.pepper)
        codes = [household["code"] for household in filled.households]
        async with db.write() as conn:
            homes = [await rooms.by_code(conn, code, ctx.pepper) for code in codes]
        hosts = await _residents(ctx, "host", homes, len(homes))
        guests = await _residents(ctx, "guest", homes, conversations)
        first_words = await _residents(ctx, "first", homes, FIRST_WORDS)
        for host in hosts:
            await _order(ctx, host)
    finally:
        await db.close()
    token = next(iter(secrets.api_clients.values())).reveal()
    return Site(settings, token, codes, first_words, guests)


async def _residents(
    ctx: Context, name: str, homes: Sequence[Home | None], count: int
) -> list[str]:
    """Bound accounts, spread over the homes; returns the ids of their conversations."""
    made = []
    async with ctx.db.write() as conn:
        for n in range(count):
            home = homes[n % len(homes)]
            assert home is not None  # noqa: S101 - its code was made a moment ago
            identity_id = await identities.ensure(conn, ctx.clock, CHANNEL, f"{name}:{n}")
            await identities.bind(conn, ctx.clock, identity_id, home.room_id, None)
            made.append(new_id("conv"))
            await conn.execute(
                schema.conversation.insert().values(
                    id=made[-1], identity_id=identity_id, channel=CHANNEL, state="BOT",
                    owner_epoch=0, next_seq=1, seen_seq=0, created_at=ctx.clock.now(),
                )
            )  # fmt: skip
    return made


async def _order(ctx: Context, conversation_id: str) -> None:
    await repair.create(
        ctx,
        await binding.party(ctx, conversation_id),
        turn_id=f"bench:{conversation_id}",
        description=script.order(),
        place=None,
        phone=None,
        appointment=None,
    )
