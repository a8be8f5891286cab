"""What residents send besides words: where WeChat keeps it, and how it is fetched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from community.errors import NotFound
from connectors.wechat.client import Media
from connectors.wechat.errors import Action, WeChatError
from connectors.wechat.push import Image, Voice

_GONE = {Action.UPLOAD_AGAIN, Action.NO_RIGHT, Action.RECORD}


def name_of(pushed: Image | Voice) -> str:
    """The media ids to try, the better first: a clip of 16 000 Hz, then the one of 8000 Hz."""
    if isinstance(pushed, Image) or pushed.media_id_16k is None:
        return pushed.media_id
    return f"{pushed.media_id_16k} {pushed.media_id}"


class Shelf(Protocol):
    """Where a platform keeps files for a while."""

    async def get_media(self, media_id: str, *, max_bytes: int) -> Media: ...


def fetch_with(shelf: Shelf, *, max_bytes: int) -> Callable[[str], Awaitable[bytes]]:
    """How `connectors.intake` fetches what `name_of` names."""

    async def fetch(name: str) -> bytes:
        refused: WeChatError | None = None
        for media_id in name.split():
            try:
                media = await shelf.get_media(media_id, max_bytes=max_bytes)
            except WeChatError as error:
                if error.action not in _GONE:
                    raise
                refused = error
            else:
                return media.data
        raise NotFound(str(refused))

    return fetch
