"""Messages of one conversation are handled one after another without polling.

Takes the place of `rasa.core.lock_store.InMemoryLockStore`, whose waiting messages look every second whether it is
their turn. With several engine processes, configure Rasa's Redis lock store instead.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import rasa.core.lock_store
from rasa.core.lock_store import InMemoryLockStore


def install() -> None:
    """Use this store where no lock store is configured."""
    rasa.core.lock_store.InMemoryLockStore = QueueLockStore


class QueueLockStore(InMemoryLockStore):
    """One queue a conversation, for as long as anybody is in it."""

    def __init__(self) -> None:
        super().__init__()
        self._locks: dict[str, asyncio.Lock] = {}
        self._holders: dict[str, int] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0.0, wait_time_in_seconds: float = 0.0
    ) -> AsyncIterator[asyncio.Lock]:
        """Hold the conversation; who asked first comes first. The times of Rasa's store do not apply."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._holders[conversation_id] = self._holders.get(conversation_id, 0) + 1
        try:
            async with lock:
                yield lock
        finally:
            self._holders[conversation_id] -= 1
            if not self._holders[conversation_id]:
                del self._holders[conversation_id], self._locks[conversation_id]
