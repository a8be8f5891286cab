"""When the line for parking spaces is looked at: now, and when a space that is held is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.parking import Request
from community.times import Clock
from conversation import timers

KIND = "parking_line"


async def look_when_due(conn: AsyncConnection, one: Request) -> None:
    """What is held for a request goes on to the next when nobody fetches it."""
    if one.held_until is not None:
        await _set(conn, f"{KIND}:{one.no}", one.held_until)


async def over(clock: Clock, conn: AsyncConnection, one: Request) -> None:
    """A request has ended: its own look is needed no more, but somebody else may be served."""
    await timers.cancel(conn, f"{KIND}:{one.no}")
    await _set(conn, f"{KIND}:now", clock.now())


async def _set(conn: AsyncConnection, key: str, due_at: datetime) -> None:
    await timers.set_timer(conn, kind=KIND, key=key, due_at=due_at, payload={})
