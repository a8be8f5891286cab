"""Events: rows that tell other processes that something changed, and the watcher that reads them.

Losing an event costs speed, never a message: every reader also has a cursor of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import StoreError
from community.store.database import Database
from community.store.schema import event
from community.times import Clock

POLL_S = 0.2
KEEP_S = 3600

logger = logging.getLogger(__name__)


_ADD = insert(event)
_NEXT = (
    select(event.c.id, event.c.kind, event.c.conversation_id, event.c.case_id)
    .where(event.c.id > bindparam("last"))
    .order_by(event.c.id)
    .limit(500)
)


@dataclass(frozen=True)
class Event:
    """`kind`: message, owner, case, ring or staff."""

    id: int
    kind: str
    conversation_id: str | None
    case_id: str | None


async def publish(
    conn: AsyncConnection,
    clock: Clock,
    kind: str,
    *,
    conversation_id: str | None = None,
    case_id: str | None = None,
) -> None:
    """Add an event to the transaction; it is seen when the transaction commits."""
    await conn.execute(
        _ADD,
        {"kind": kind, "conversation_id": conversation_id, "case_id": case_id, "at": clock.now()},
    )


class Watcher:
    """Follows the events of all processes and hands each to the listeners, in order."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._listeners: list[Callable[[Event], Awaitable[None]]] = []
        self._last = 0

    def listen(self, listener: Callable[[Event], Awaitable[None]]) -> None:
        self._listeners.append(listener)

    async def start_from_now(self) -> None:
        async with self._db.read() as conn:
            self._last = (await conn.execute(select(func.max(event.c.id)))).scalar() or 0

    async def step(self) -> int:
        """Deliver what is new; returns how many events there were."""
        async with self._db.read() as conn:
            rows = (await conn.execute(_NEXT, {"last": self._last})).all()
        for row in rows:
            self._last = row.id
            for listener in self._listeners:
                await listener(Event(*row))
        return len(rows)

    async def run(self) -> None:
        """Poll until cancelled; a database that cannot be read is tried again."""
        while True:
            try:
                await self.step()
            except StoreError as error:
                logger.warning("events cannot be read now: code=%s", error.code)
            await asyncio.sleep(POLL_S)


async def forget_old(conn: AsyncConnection, clock: Clock) -> None:
    """Drop events that every reader has long seen."""
    await conn.execute(delete(event).where(event.c.at < clock.now() - timedelta(seconds=KEEP_S)))
