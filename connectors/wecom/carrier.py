"""Customer service's way out: messages under keys, of which each is shown once."""

from __future__ import annotations

from connectors.wechat.uploads import Uploads
from connectors.wecom.client import Client
from connectors.wecom.store import CHANNEL


class ServiceCarrier:
    """Sends through the API. While a seat of WeCom's has the session, words wait (95018)."""

    channel = CHANNEL
    is_idempotent = True

    def __init__(self, client: Client, uploads: Uploads) -> None:
        self._client = client
        self._uploads = uploads

    async def send(self, user_key: str, text: str, *, key: str) -> None:
        open_kfid, _, external_userid = user_key.partition("/")
        await self._client.send_text(open_kfid, external_userid, text, key=key)

    async def show(self, user_key: str, photo_id: str, *, key: str) -> None:
        open_kfid, _, external_userid = user_key.partition("/")

        async def send(media_id: str) -> None:
            await self._client.send_image(open_kfid, external_userid, media_id, key=key)

        await self._uploads.show(photo_id, send)
