"""One side of a conversation, over either door: the engine's REST channel or the open channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import aiohttp

from bench.errors import BenchError

TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Target:
    """Where sentences are sent."""

    door: Literal["rest", "api"]
    url: str
    token: str = ""

    async def say(
        self, session: aiohttp.ClientSession, conversation: str, text: str, key: str
    ) -> list[str]:
        """Say one sentence and return the texts of its answer. Raises BenchError, ClientError.

        `conversation` is the sender's id (rest) or the user (api), `key` the id of the message.
        """
        if self.door == "rest":
            body: dict[str, object] = {
                "sender": conversation,
                "message": text,
                "metadata": {"turn_id": key},
            }
            answered = await self._post(session, "/webhooks/rest/webhook", body)
            return [item["text"] for item in answered if item.get("text")]
        body = {"user": conversation, "message_id": key, "text": text}
        answered = await self._post(session, "/api/v1/messages", body)
        return [reply["text"] for reply in answered["replies"]]

    async def bind(self, session: aiohttp.ClientSession, user: str, code: str) -> None:
        """Link a user of the open channel to the home with this household code."""
        await self._post(session, "/api/v1/bindings", {"user": user, "code": code})

    async def is_ready(self, session: aiohttp.ClientSession) -> bool:
        """Whether it makes sense to speak yet: the open channel takes words before it can answer."""
        if self.door == "rest":
            return True
        async with session.get(f"{self.url}/readyz") as response:
            return response.status == 200

    async def _post(
        self, session: aiohttp.ClientSession, path: str, body: dict[str, object]
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with session.post(f"{self.url}{path}", json=body, headers=headers) as response:
            if response.status != 200:
                raise BenchError(f"{path} answered with status {response.status}")
            answered: Any = await response.json()
            return answered


def session() -> aiohttp.ClientSession:
    """A session that keeps its connections; one request at a time is made on each."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)
    )
