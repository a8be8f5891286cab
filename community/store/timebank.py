"""The time bank's ledger: append-only, two entries for each transfer, whose sum is always zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import BadInput
from community.ids import new_id
from community.store.schema import time_account, time_entry
from community.times import Clock

COMMUNITY = "community"
"Owner of the account that pays for those who have no time of their own"


@dataclass(frozen=True)
class Entry:
    """`minutes`: earned above zero, given below."""

    minutes: int
    what: str
    at: datetime


async def account(conn: AsyncConnection, clock: Clock, owner: str) -> str:
    """The id of an owner's account, opened if this is its first use."""
    found = (
        await conn.execute(select(time_account.c.id).where(time_account.c.owner == owner))
    ).scalar()
    if found is not None:
        return str(found)
    account_id = new_id("time")
    await conn.execute(
        insert(time_account).values(id=account_id, owner=owner, created_at=clock.now())
    )
    return account_id


async def transfer(
    conn: AsyncConnection,
    clock: Clock,
    *,
    key: str,
    payer: str,
    payee: str,
    minutes: int,
    what: str,
) -> bool:
    """Move time between two owners, once for each `key`; whether it moved now.

    Raises BadInput for a time that is not above zero, or when both are the same.
    """
    if minutes <= 0 or payer == payee:
        raise BadInput("a transfer moves time from one to another")
    done = await conn.execute(select(time_entry.c.id).where(time_entry.c.transfer == key))
    if done.first() is not None:
        return False
    for owner, signed in ((payer, -minutes), (payee, minutes)):
        await conn.execute(
            insert(time_entry).values(
                transfer=key,
                account_id=await account(conn, clock, owner),
                minutes=signed,
                what=what,
                at=clock.now(),
            )
        )
    return True


async def balance(conn: AsyncConnection, owners: Sequence[str]) -> int:
    """Minutes that these owners have together."""
    found = await conn.execute(
        select(func.coalesce(func.sum(time_entry.c.minutes), 0))
        .join(time_account, time_account.c.id == time_entry.c.account_id)
        .where(time_account.c.owner.in_(owners))
    )
    return int(found.scalar_one())


async def earned_since(conn: AsyncConnection, owner: str, since: datetime) -> int:
    """Minutes that an owner was credited from a moment on."""
    found = await conn.execute(
        select(func.coalesce(func.sum(time_entry.c.minutes), 0))
        .join(time_account, time_account.c.id == time_entry.c.account_id)
        .where(time_account.c.owner == owner, time_entry.c.minutes > 0, time_entry.c.at >= since)
    )
    return int(found.scalar_one())


async def entries(conn: AsyncConnection, owners: Sequence[str], limit: int) -> list[Entry]:
    """The last entries of these owners, newest first."""
    rows = await conn.execute(
        select(time_entry.c.minutes, time_entry.c.what, time_entry.c.at)
        .join(time_account, time_account.c.id == time_entry.c.account_id)
        .where(time_account.c.owner.in_(owners))
        .order_by(time_entry.c.id.desc())
        .limit(limit)
    )
    return [Entry(*row) for row in rows]
