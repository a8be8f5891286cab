"""A bot that takes as long as it is told to: for a gateway in this process, and over Rasa's REST JSON."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.messages import Reply
from conversation.messages import Draft

INTENT, CONFIDENCE = "chitchat", 0.9


def at_once(words: str) -> float:
    """No time at all."""
    return 0.0


def echo(words: str) -> Sequence[str]:
    """One bubble that tells which message it answers."""
    return [f"答{words}"]


@dataclass(frozen=True)
class Asked:
    """One question to the bot."""

    conversation_id: str
    text: str
    turn_id: str


@dataclass
class Bot:
    """Takes `delay_s(text)` seconds to answer `bubbles(text)`."""

    delay_s: Callable[[str], float] = at_once
    bubbles: Callable[[str], Sequence[str]] = echo
    asked: list[Asked] = field(default_factory=list)
    ready_at: dict[str, float] = field(default_factory=dict)
    "By text, on `time.monotonic`, which all processes of one machine share"

    async def reply(
        self, conversation_id: str, text: str, *, turn_id: str, attachment_id: str | None = None
    ) -> Reply:
        """The Engine protocol."""
        said = await self._answer(Asked(conversation_id, text, turn_id))
        return Reply(tuple(map(Draft, said)), INTENT, CONFIDENCE)

    async def ready(self) -> bool:
        return True

    async def forget(self, conversation_id: str) -> None:
        """Nothing is remembered of a dialogue."""

    async def _answer(self, asked: Asked) -> Sequence[str]:
        self.asked.append(asked)
        await asyncio.sleep(self.delay_s(asked.text))
        self.ready_at[asked.text] = time.monotonic()
        return self.bubbles(asked.text)

    async def _webhook(self, request: web.Request) -> web.Response:
        body = await request.json()
        asked = Asked(body["sender"], body["message"], body["metadata"]["turn_id"])
        known = {"turn": {"intent": INTENT, "confidence": CONFIDENCE}}
        said = await self._answer(asked)
        return web.json_response([{"text": bubble, "custom": known} for bubble in said])

    async def _health(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Answer on 127.0.0.1 as Rasa's REST channel does; yields the base URL."""
        app = web.Application()
        app.add_routes(
            [web.post("/webhooks/rest/webhook", self._webhook), web.get("/", self._health)]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()
