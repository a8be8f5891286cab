"""What waits for somebody's answer: it is looked at again in time before it is needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.merchants import Order
from community.store.releases import Slip
from community.times import Clock
from conversation import timers

ORDER, SLIP = "merchant_unanswered", "release_undecided"
AT_LEAST, AT_MOST = timedelta(minutes=30), timedelta(hours=4)
BEFORE_START = timedelta(hours=1)


async def about_order(clock: Clock, conn: AsyncConnection, one: Order) -> None:
    """A shop was to be asked: without an answer the home can help itself."""
    due_at = min(clock.now() + AT_MOST, one.starts_at - BEFORE_START)
    await _look(conn, clock, ORDER, one.no, due_at)


async def about_slip(clock: Clock, conn: AsyncConnection, one: Slip) -> None:
    """A release slip that staff have to allow."""
    if one.state == "pending":
        await _look(conn, clock, SLIP, one.no, one.starts_at - BEFORE_START)


async def _look(conn: AsyncConnection, clock: Clock, kind: str, no: int, due_at: datetime) -> None:
    due_at = max(clock.now() + AT_LEAST, due_at)
    await timers.set_timer(conn, kind=kind, key=f"{kind}:{no}", due_at=due_at, payload={"no": no})
