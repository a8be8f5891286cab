"""The hub: wakes whoever shows a conversation when something changed in it, here or elsewhere.

A wake-up carries nothing: the woken reads on from its own cursor, so one that is lost or doubled
costs nothing but time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from conversation.events import Event


class Hub:
    """The open pages of each conversation."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def listening(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change, for as long as the block lasts."""
        woken = asyncio.Event()
        self._listeners.setdefault(conversation_id, set()).add(woken)
        try:
            yield woken
        finally:
            others = self._listeners[conversation_id]
            others.discard(woken)
            if not others:
                del self._listeners[conversation_id]

    def wake(self, conversation_id: str) -> None:
        for woken in self._listeners.get(conversation_id, ()):
            woken.set()

    async def on_event(self, event: Event) -> None:
        """Listener for `conversation.events.Watcher`: what other processes did."""
        if event.conversation_id is not None:
            self.wake(event.conversation_id)
