"""SaidAlone: reminders that a device said by itself while its line was down are not said again."""

from __future__ import annotations

from collections import deque

from sqlalchemy.ext.asyncio import AsyncConnection

from community.times import Clock
from connectors.spoken import agenda
from conversation import aloud

MOST = 100


class SaidAlone:
    """Of one visit. Of some the timer fires only after it: after a time without us the device was first."""

    def __init__(self, clock: Clock, conversation_id: str) -> None:
        self._clock = clock
        self._conversation_id = conversation_id
        self._keys: deque[str] = deque(maxlen=MOST)

    def add(self, key: str) -> None:
        """The key of an item of the agenda."""
        self._keys.append(key)

    async def numbers(self, conn: AsyncConnection) -> list[int]:
        """The messages that they have become by now, as far as those are not handed over."""
        found = []
        for key in list(self._keys):
            found += await agenda.numbers(conn, self._conversation_id, key)
        return found

    async def note(self, conn: AsyncConnection) -> None:
        """Hand over the messages that they have become by now."""
        for seq in await self.numbers(conn):
            await aloud.note_alone(conn, self._clock, self._conversation_id, seq)
