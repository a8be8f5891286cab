"""The meal cards' ledger: append-only; each entry moves money from one account to another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import BadInput
from community.store.schema import meal_entry
from community.times import Clock

CANTEEN, SUBSIDY, CASH = "canteen", "subsidy", "cash"
"Accounts beside the homes' cards: who cooks, who helps to pay, and the till"


def card_of(room_id: str) -> str:
    """The account of a home's meal card."""
    return f"home:{room_id}"


async def move(
    conn: AsyncConnection,
    clock: Clock,
    *,
    key: str,
    source: str,
    target: str,
    fen: int,
    kind: str,
    order_id: str | None = None,
) -> bool:
    """Move money once for each `key`; whether it moved now.

    Raises BadInput for an amount that is not above zero, or when both accounts are the same.
    """
    if fen <= 0 or source == target:
        raise BadInput("money moves from one account to another")
    done = await conn.execute(select(meal_entry.c.id).where(meal_entry.c.key == key))
    if done.first() is not None:
        return False
    await conn.execute(
        insert(meal_entry).values(
            key=key, source=source, target=target, fen=fen, kind=kind, order_id=order_id,
            at=clock.now(),
        )
    )  # fmt: skip
    return True


async def balance(conn: AsyncConnection, account: str) -> int:
    """What an account has, in fen; all accounts together have nothing."""
    signed = case((meal_entry.c.target == account, meal_entry.c.fen), else_=-meal_entry.c.fen)
    found = await conn.execute(
        select(func.coalesce(func.sum(signed), 0)).where(
            or_(meal_entry.c.target == account, meal_entry.c.source == account)
        )
    )
    return int(found.scalar_one())


async def spent(conn: AsyncConnection, account: str, start: datetime, end: datetime) -> int:
    """What an account paid for meals in a time, less what came back, in fen."""
    signed = case((meal_entry.c.source == account, meal_entry.c.fen), else_=-meal_entry.c.fen)
    found = await conn.execute(
        select(func.coalesce(func.sum(signed), 0)).where(
            or_(meal_entry.c.target == account, meal_entry.c.source == account),
            meal_entry.c.kind.in_(["order", "refund"]),
            meal_entry.c.at >= start,
            meal_entry.c.at < end,
        )
    )
    return int(found.scalar_one())
