"""The watch over cases: what is set right by the clock, and what the resident hears of it.

A clerk whose page fell silent loses the case, one who left does not come back to a parked one, and
when nobody is on duty nobody is left waiting without a date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.answer import promise_words
from bot.phrases import phrase
from community.store.database import Database
from community.times import Clock
from conversation import outbox, queue, timers
from conversation.messages import Draft
from conversation.ownership import STAFFED, Owner, current

EVERY_S = 2.0
UNATTENDED_S = 60.0
"Cases wait this long with nobody on duty before they get a promise: a change of shift is no absence"


class Watch:
    """Runs in the gateway, beside the turns."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        notify: Callable[[str], None] = lambda conversation_id: None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._notify = notify
        self._unattended_since: datetime | None = None

    @property
    def timers(self) -> dict[str, timers.Handler]:
        """What the timers of cases do."""
        return {"lease": self._lease_ran_out, "unpark": self._unpark}

    async def _lease_ran_out(self, conn: AsyncConnection, payload: dict[str, Any]) -> None:
        if await queue.lease_ran_out(conn, self._clock, payload):
            await tell_put_back(conn, self._clock, payload["case_id"])

    async def _unpark(self, conn: AsyncConnection, payload: dict[str, Any]) -> None:
        if await queue.unpark(conn, self._clock, payload):
            await tell_put_back(conn, self._clock, payload["case_id"])

    async def step(self) -> int:
        """Promise a date to those who wait for nobody; returns how many were told."""
        async with self._db.read() as conn:
            unattended = await queue.unattended(conn)
        if not unattended:
            self._unattended_since = None
            return 0
        now = self._clock.now()
        self._unattended_since = self._unattended_since or now
        if now - self._unattended_since < timedelta(seconds=UNATTENDED_S):
            return 0
        async with self._db.write() as conn:
            promised = await queue.promise_waiting(conn, self._clock)
            for case in promised:
                await _tell(conn, self._clock, case.conversation_id, "promised", case.id,
                            promise_words(case))  # fmt: skip
        for case in promised:
            self._notify(case.conversation_id)
        return len(promised)


async def tell_put_back(conn: AsyncConnection, clock: Clock, case_id: str) -> None:
    """The resident hears that another clerk will come, unless one speaks already."""
    found = await queue.get(conn, case_id)
    if (await current(conn, found.conversation_id)).state is Owner.WAITING:
        await _tell(conn, clock, found.conversation_id, "put-back", case_id,
                    phrase("handoff.lease_lost"))  # fmt: skip


async def _tell(
    conn: AsyncConnection, clock: Clock, conversation_id: str, what: str, case_id: str, words: str
) -> None:
    floor = await current(conn, conversation_id)
    if floor.state in STAFFED:
        return
    await outbox.say(
        conn, clock, conversation_id, [Draft(words)],
        epoch=floor.epoch, key=f"{what}:{case_id}:{floor.epoch}",
    )  # fmt: skip
