"""The open channel: messages in, answers out over HTTP, for clients that an operator named."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable

from aiohttp import web

from community.errors import Conflict, NotAuthenticated, NotFound
from community.services import binding
from connectors import store
from connectors.api import openapi
from connectors.api.payload import (
    CAPABILITIES,
    BadField,
    Posted,
    ReusedId,
    answer_body,
    read_after,
    read_binding,
    read_message,
    transcript_body,
)
from connectors.base import Channel, Gateway
from connectors.middlewares import to_json
from conversation import inbox, outbox
from conversation.messages import Inbound, Sender


class OpenChannel(Channel):
    """Bearer token in, JSON out; a client sees its own users' conversations and no others."""

    name = "api"
    capabilities = CAPABILITIES

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._token_hashes = {
            client: _hash(token.reveal()) for client, token in gateway.secrets.api_clients.items()
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [
            web.get("/api/v1/openapi.json", self.describe),
            web.post("/api/v1/messages", self.take_message),
            web.get("/api/v1/conversations/{conversation}/messages", self.show_messages),
            web.post("/api/v1/bindings", self.bind),
        ]

    async def describe(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(openapi.document(), dumps=to_json)

    async def take_message(self, request: web.Request) -> web.StreamResponse:
        """One message of a user; the answer, or 202 when it takes longer than `answer_wait_s`."""
        client = self._client(request)
        posted = read_message(await request.read())
        sender = Sender(self.name, f"{client}:{posted.user}")
        received = Inbound(
            sender, _message_key(client, posted), await self._words(sender, posted), posted.choice
        )
        runner = self.gateway.runner
        try:
            taken = await runner.submit(received)
        except Conflict as error:
            raise ReusedId from error
        turn = await runner.finished(taken.id, self.gateway.settings.answer_wait_s)
        if turn is None:
            return _json(answer_body(taken, []), status=202)
        async with self.gateway.db.write() as conn:
            replies = await store.take_answer(conn, self.gateway.clock, turn)
        return _json(answer_body(turn, replies))

    async def show_messages(self, request: web.Request) -> web.StreamResponse:
        """What was said after a number; asking on from a number says that all up to it was read."""
        client = self._client(request)
        conversation_id = request.match_info["conversation"]
        after = read_after(request.query.get("after", "0"))
        async with self.gateway.db.write() as conn:
            if not await store.belongs_to(conn, conversation_id, self.name, f"{client}:"):
                raise NotFound("no such conversation of this client")
            messages, cursor = await outbox.deliver(conn, conversation_id, after=after)
            seen = min(after, await store.last_seq(conn, conversation_id))
            await outbox.mark_read(conn, self.gateway.clock, conversation_id, seen)
        return _json(transcript_body(messages, cursor))

    async def bind(self, request: web.Request) -> web.StreamResponse:
        """Link a user to the home whose household code this is."""
        client = self._client(request)
        posted = read_binding(await request.read())
        sender = Sender(self.name, f"{client}:{posted.user}")
        async with self.gateway.db.write() as conn:
            conversation_id = await inbox.conversation_of(conn, self.gateway.clock, sender)
        home = await binding.bind(self.gateway.context, conversation_id, code=posted.code)
        return _json({"room": home.label})

    def _client(self, request: web.Request) -> str:
        """The client whose token this is; all are compared, so time tells nothing.

        Raises NotAuthenticated.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = _hash(token.strip())
        matching = [
            client
            for client, expected in self._token_hashes.items()
            if hmac.compare_digest(given, expected)
        ]
        if scheme.lower() != "bearer" or not matching:
            raise NotAuthenticated("no such token")
        return matching[0]

    async def _words(self, sender: Sender, posted: Posted) -> str:
        """The text, or the label of the choice. Raises BadField for one that was never offered."""
        if posted.choice is None:
            return posted.text or ""
        async with self.gateway.db.read() as conn:
            conversation_id = await store.find_conversation(conn, sender)
            found = (
                await outbox.find_choice(conn, conversation_id, posted.choice)
                if conversation_id
                else None
            )
        if found is None:
            raise BadField("unknown_choice")
        return found.label


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _message_key(client: str, posted: Posted) -> str:
    """Unique per client, user and message id, whatever characters these hold, and never long."""
    unique = json.dumps([posted.user, posted.message_id])
    return f"{client}:{hashlib.sha256(unique.encode()).hexdigest()}"


def _json(body: dict[str, object], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=to_json)
