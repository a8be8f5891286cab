"""The official account's way out: customer-service messages, which have no key of their own."""

from __future__ import annotations

from functools import partial

from connectors.wechat.client import Client
from connectors.wechat.store import CHANNEL
from connectors.wechat.uploads import Uploads


class AccountCarrier:
    """Sends through the API; after an unknown outcome nothing may go again unmarked."""

    channel = CHANNEL
    is_idempotent = False

    def __init__(self, client: Client, uploads: Uploads) -> None:
        self._client = client
        self._uploads = uploads

    async def send(self, user_key: str, text: str, *, key: str) -> None:
        await self._client.send_text(user_key, text)

    async def show(self, user_key: str, photo_id: str, *, key: str) -> None:
        await self._uploads.show(photo_id, partial(self._client.send_image, user_key))
