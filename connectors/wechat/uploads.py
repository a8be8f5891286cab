"""Uploads: our photos on a platform's shelf, which keeps each for three days."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from community.times import Clock
from connectors.wechat.errors import Action, NotReached, OutcomeUnknown, WeChatError
from conversation.photos import Photos

KEPT = timedelta(days=3) - timedelta(hours=1)
"An hour before the platform drops it"
KNOWN_AT_MOST = 1_000
MAX_BYTES = 2 * 1024 * 1024
"WeChat's page names 10 MB and 2 MB: https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html"


class Uploads:
    """Media ids of kept photos, each uploaded when it is first shown or no longer there."""

    def __init__(
        self, clock: Clock, photos: Photos, upload: Callable[[bytes], Awaitable[str]]
    ) -> None:
        self._clock = clock
        self._photos = photos
        self._upload = upload
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    async def show(self, photo_id: str, send: Callable[[str], Awaitable[None]]) -> None:
        """`send` the photo's media id, and once more a new one when the platform has dropped it.

        Raises NotFound when the photo's file is gone, and what `send` and the upload raise; an
        upload whose outcome is unknown has shown nothing, so it is NotReached.
        """
        try:
            await send(await self._media_id(photo_id))
        except WeChatError as error:
            if error.action is not Action.UPLOAD_AGAIN:
                raise
            self._known.pop(photo_id, None)
            await send(await self._media_id(photo_id))

    async def _media_id(self, photo_id: str) -> str:
        media_id, until = self._known.get(photo_id, ("", self._clock.now()))
        if self._clock.now() < until:
            return media_id
        jpeg = await self._photos.jpeg(photo_id, max_bytes=MAX_BYTES)
        try:
            media_id = await self._upload(jpeg)
        except OutcomeUnknown as error:
            raise NotReached("upload") from error
        self._known[photo_id] = (media_id, self._clock.now() + KEPT)
        self._known.move_to_end(photo_id)
        if len(self._known) > KNOWN_AT_MOST:
            self._known.popitem(last=False)
        return media_id
