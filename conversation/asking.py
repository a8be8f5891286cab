"""Asking a shop for a home: when it is looked again whether anybody has answered."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.merchants import Order
from community.times import Clock
from conversation import timers

KIND = "merchant_unanswered"
AT_LEAST, AT_MOST = timedelta(minutes=30), timedelta(hours=4)
BEFORE_START = timedelta(hours=1)


async def look_again(clock: Clock, conn: AsyncConnection, one: Order) -> None:
    """In time before the shop should come, so that the home can help itself."""
    now = clock.now()
    due_at = max(now + AT_LEAST, min(now + AT_MOST, one.starts_at - BEFORE_START))
    await timers.set_timer(
        conn, kind=KIND, key=f"{KIND}:{one.no}", due_at=due_at, payload={"no": one.no}
    )
