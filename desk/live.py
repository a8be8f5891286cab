"""Live pages: what changed in any process is told to every open page, and nothing but ids."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conversation.events import Event

KEPT = 100
"A page that falls this far behind is told to read everything anew"


@dataclass(frozen=True)
class News:
    """`kind`: that of the event, or `missed` when a page fell behind."""

    kind: str
    conversation_id: str | None = None
    case_id: str | None = None


class Live:
    """The open pages, each with what it has not been told yet."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[News | None]] = set()

    @contextmanager
    def open_page(self) -> Iterator[asyncio.Queue[News | None]]:
        """A queue of news for as long as the block lasts; None means the desk closes."""
        news: asyncio.Queue[News | None] = asyncio.Queue(KEPT)
        self._pages.add(news)
        try:
            yield news
        finally:
            self._pages.discard(news)

    async def on_event(self, event: Event) -> None:
        """Listener for `conversation.events.Watcher`."""
        self.tell(News(event.kind, event.conversation_id, event.case_id))

    def tell(self, news: News | None) -> None:
        for page in self._pages:
            if page.full():
                while not page.empty():
                    page.get_nowait()
                page.put_nowait(News("missed"))
            page.put_nowait(news)

    def close(self) -> None:
        """End every stream: the process stops."""
        self.tell(None)
