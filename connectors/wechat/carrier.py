"""The official account's way out: customer-service messages, which have no key of their own."""

from __future__ import annotations

from connectors.wechat.client import Client
from connectors.wechat.store import CHANNEL


class AccountCarrier:
    """Sends through the API; after an unknown outcome nothing may go again unmarked."""

    channel = CHANNEL
    is_idempotent = False

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, user_key: str, text: str, *, key: str) -> None:
        await self._client.send_text(user_key, text)
