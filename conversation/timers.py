"""Timers are rows: they fire once, after a restart too (law 6)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import StoreError
from community.store.database import Database
from community.store.schema import timer
from community.times import Clock

STEP_S = 1.0
RETRY_S = 60.0
"A timer whose work failed is tried again after this"
Handler = Callable[[AsyncConnection, dict[str, Any]], Awaitable[object]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """A timer whose work is not one transaction: it is done by its owner, then ended."""

    id: int
    payload: dict[str, Any]


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
    once or, after a crash, again from the beginning. One that fails is tried again RETRY_S later
    and holds no other up.
    """
    async with db.read() as conn:
        due = (
            await conn.execute(
                select(timer.c.id, timer.c.kind)
                .where(
                    timer.c.state == "pending",
                    timer.c.due_at <= clock.now(),
                    timer.c.kind.in_(handlers),
                )
                .order_by(timer.c.due_at)
                .limit(100)
            )
        ).all()
    fired = 0
    for row in due:
        try:
            fired += await _fire(db, clock, row.id, handlers[row.kind])
        except StoreError:
            raise
        except Exception:  # whatever a handler did wrong, the other timers fire
            logger.exception("timer id=%s kind=%s failed", row.id, row.kind)
            await put_off(db, clock, row.id)
    return fired


async def due(conn: AsyncConnection, clock: Clock, kind: str) -> list[Due]:
    """The pending timers of a kind that no handler fires; their work must bear being done again."""
    rows = await conn.execute(
        select(timer.c.id, timer.c.payload)
        .where(timer.c.state == "pending", timer.c.due_at <= clock.now(), timer.c.kind == kind)
        .order_by(timer.c.due_at)
        .limit(100)
    )
    return [Due(row.id, row.payload) for row in rows]


async def end(db: Database, clock: Clock, timer_id: int) -> None:
    """The work of a timer of `due` is done."""
    async with db.write() as conn:
        await conn.execute(
            update(timer).where(timer.c.id == timer_id).values(state="fired", fired_at=clock.now())
        )


async def _fire(db: Database, clock: Clock, timer_id: int, handler: Handler) -> int:
    async with db.write() as conn:
        payload = (
            await conn.execute(
                update(timer)
                .where(
                    timer.c.id == timer_id,
                    timer.c.state == "pending",
                    timer.c.due_at <= clock.now(),
                )
                .values(state="fired", fired_at=clock.now())
                .returning(timer.c.payload)
            )
        ).scalar()
        if payload is None:
            return 0
        await handler(conn, payload)
        return 1


async def put_off(
    db: Database, clock: Clock, timer_id: int, by: timedelta = timedelta(seconds=RETRY_S)
) -> None:
    """To be tried again later."""
    async with db.write() as conn:
        await conn.execute(
            update(timer)
            .where(timer.c.id == timer_id, timer.c.state == "pending")
            .values(due_at=clock.now() + by)
        )
