"""Leaving: the account of who leaves is erased, with its files and the engine's memory of it.

What is to be forgotten is a timer row, so a crash on the way only begins it anew (law 6).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import Engine
from community.errors import CommunityError
from community.services import speakers
from community.store import attachments
from community.store.database import Database
from community.times import Clock
from connectors.intake import Intake
from conversation import forgetting, timers
from language import phones

KIND = "forget"
STEP_S = 5.0
REPEATED_FOR_S = 20.0
"Longer than any channel repeats a message"


class Forgetting:
    """Erases the accounts that have left."""

    def __init__(self, db: Database, clock: Clock, engine: Engine, intake: Intake) -> None:
        self._db = db
        self._clock = clock
        self._engine = engine
        self._intake = intake

    async def order(self, conn: AsyncConnection, conversation_id: str) -> None:
        """The account of this conversation has left; to be committed with what told so.

        Nothing is erased before a push could no longer be repeated: it would be a new one.
        """
        due_at = self._clock.now() + timedelta(seconds=REPEATED_FOR_S)
        await timers.set_timer(
            conn, kind=KIND, key=f"{KIND}:{conversation_id}", due_at=due_at,
            payload={"conversation": conversation_id},
        )  # fmt: skip

    async def order_strays(self) -> None:
        """Speakers that stood in no home for long are forgotten, with what was said to them."""
        async with self._db.write() as conn:
            for conversation_id in await speakers.forget_strays(conn, self._clock):
                await self.order(conn, conversation_id)

    async def step(self) -> None:
        """Erase what is ordered.

        Raises CommunityError when the engine could not be asked or the database is being read:
        both are tried again.
        """
        async with self._db.read() as conn:
            ordered = await timers.due(conn, self._clock, KIND)
        for one in ordered:
            later = await self._erase(one.payload["conversation"])
            if later is not None:
                await timers.put_off(self._db, self._clock, one.id, later)
                continue
            try:
                await self._engine.forget(one.payload["conversation"])
                await self._db.scrub()
            except CommunityError:
                await timers.put_off(self._db, self._clock, one.id)
                raise
            await timers.end(self._db, self._clock, one.id)

    async def keep(self, conn: AsyncConnection, conversation_id: str) -> None:
        """Who had left came back before anything was erased."""
        await timers.cancel(conn, f"{KIND}:{conversation_id}")

    async def _erase(self, conversation_id: str) -> timedelta | None:
        """As `conversation.forgetting.erase`, with the files."""
        async with self._db.write() as conn:
            later = await forgetting.erase(
                conn, self._clock, conversation_id, without_phones=without_phones
            )
            if later is not None:
                return later
            files = await attachments.of_conversation(conn, conversation_id)
        for one in files:
            if one.ticket_id is None or one.kind == attachments.VOICE:
                await self._intake.forget(one)
        return None


def without_phones(text: str) -> str:
    """The text with each telephone number in it replaced."""
    for found in reversed(phones.find_phones(text)):
        text = f"{text[: found.start]}{forgetting.ERASED}{text[found.end :]}"
    return text
