"""Timers are rows: they fire once, after a restart too (law 6)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import CommunityError
from community.store.database import Database
from community.store.schema import timer
from community.times import Clock

STEP_S = 1.0
Handler = Callable[[AsyncConnection, dict[str, Any]], Awaitable[None]]

logger = logging.getLogger(__name__)


async def set_timer(
    conn: AsyncConnection, *, kind: str, key: str, due_at: datetime, payload: dict[str, Any]
) -> None:
    """Set the timer named `key`, or move it when it is set already or has fired."""
    values = {"kind": kind, "due_at": due_at, "payload": payload, "state": "pending"}
    changed = await conn.execute(
        update(timer).where(timer.c.key == key).values(**values, fired_at=None)
    )
    if changed.rowcount == 0:
        await conn.execute(insert(timer).values(key=key, **values))


async def cancel(conn: AsyncConnection, key: str) -> None:
    """A cancelled or unknown timer stays silent."""
    await conn.execute(
        update(timer)
        .where(timer.c.key == key, timer.c.state == "pending")
        .values(state="cancelled")
    )


async def fire_due(db: Database, clock: Clock, handlers: Mapping[str, Handler]) -> int:
    """Fire what is due; returns how many fired.

    Each timer is marked fired in the very transaction that does its work, so it does its work
    once or, after a crash, again from the beginning.
    """
    async with db.read() as conn:
        due = (
            await conn.execute(
                select(timer.c.id, timer.c.kind)
                .where(timer.c.state == "pending", timer.c.due_at <= clock.now())
                .order_by(timer.c.due_at)
                .limit(100)
            )
        ).all()
    fired = 0
    for row in due:
        try:
            fired += await _fire(db, clock, row.id, handlers[row.kind])
        except CommunityError as error:
            logger.error("timer id=%s kind=%s failed: code=%s", row.id, row.kind, error.code)
    return fired


async def _fire(db: Database, clock: Clock, timer_id: int, handler: Handler) -> int:
    async with db.write() as conn:
        payload = (
            await conn.execute(
                update(timer)
                .where(timer.c.id == timer_id, timer.c.state == "pending")
                .values(state="fired", fired_at=clock.now())
                .returning(timer.c.payload)
            )
        ).scalar()
        if payload is None:
            return 0
        await handler(conn, payload)
        return 1


async def run(db: Database, clock: Clock, handlers: Mapping[str, Handler]) -> None:
    """Fire timers until cancelled."""
    while True:
        try:
            await fire_due(db, clock, handlers)
        except CommunityError as error:
            logger.error("timers cannot be read now: code=%s", error.code)
        await asyncio.sleep(STEP_S)
