"""WeChat's official account: a push comes in sealed, and its one answer goes back within 5 s or later.

WeChat repeats a push that is not answered within 5 s. Every attempt joins the same turn: it gets
the stored answer when that is there by ANSWER_BY_S, else `success`, and the answer follows
through the API (`delivery`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

import aiohttp
from aiohttp import web

from connectors import store as gateway_store
from connectors.base import Channel, Gateway, Step, storable
from connectors.wechat import passive, push, store
from connectors.wechat.account import Account, account_of
from connectors.wechat.client import Client
from connectors.wechat.crypto import Cause, Refused, is_skewed
from connectors.wechat.delivery import CAPABILITIES, STEP_S, Delivery, text_of
from connectors.wechat.ledger import Grant
from connectors.wechat.push import Clicked, Event, Push, Scanned, Subscribed, Text
from connectors.wechat.store import Way
from connectors.wechat.token import TokenBroker
from connectors.wechat.words import words
from connectors.wechat.xml import Unreadable
from conversation import inbox, outbox
from conversation.inbox import Turn
from conversation.messages import Choice, Inbound, Sender

ANSWER_BY_S = 4.2
"After the beginning of an attempt; the rest of the 5 s is for the way back"
TIDY_S = 5.0
PATH = "/wechat"
DONE = "success"

logger = logging.getLogger(__name__)


class WeChat(Channel):
    """The channel of one official account in safe mode; without an account it has no address."""

    name = store.CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._account = account_of(gateway.settings)
        self._session: aiohttp.ClientSession | None = None
        self._delivery: Delivery | None = None
        if self._account is None:
            logger.debug("wechat: off, no account is configured")

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        if self._account is None:
            return []
        return [web.get(PATH, self.verify), web.post(PATH, self.take)]

    async def steps(self) -> list[Step]:
        if self._account is None:
            return []
        self._session = aiohttp.ClientSession()
        clock, account = self.gateway.clock, self._account
        broker = TokenBroker(self._session, clock, account.credentials, account.api_url)
        client = Client(self._session, broker, clock, account.credentials, base_url=account.api_url)
        self._delivery = delivery = Delivery(self.gateway.db, clock, client)
        return [("wechat-send", STEP_S, delivery.step), ("wechat-tidy", TIDY_S, delivery.tidy)]

    async def close(self) -> None:
        if self._delivery is not None:
            await self._delivery.close()
        if self._session is not None:
            await self._session.close()

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """WeChat asks once whether this address is ours. Raises Refused."""
        query = request.query
        self._known.cipher.verify_url(
            timestamp=query.get("timestamp", ""),
            nonce=query.get("nonce", ""),
            signature=query.get("signature", ""),
        )
        return web.Response(text=query.get("echostr", ""))

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One attempt at a push. Raises Refused for what is not WeChat's own."""
        began = time.monotonic()
        opened = self._open(request, await request.read())
        try:
            pushed = push.parse(opened)
        except Unreadable as error:
            logger.error("wechat push not understood: %s", error)
            return web.Response(text=DONE)
        if pushed.head.account != self._known.original_id:
            raise Refused(Cause.RECEIVER)
        answer = await self._answer(pushed, began)
        if answer is None:
            return web.Response(text=DONE)
        now = self.gateway.clock.now()
        sealed = passive.seal(
            self._known.cipher,
            passive.text(pushed.head, answer, now),
            nonce=request.query.get("nonce", ""),
            at=now,
        )
        return web.Response(body=sealed, content_type="text/xml", charset="utf-8")

    @property
    def _known(self) -> Account:
        assert self._account is not None  # noqa: S101 - without one there is no route
        return self._account

    def _open(self, request: web.Request, body: bytes) -> bytes:
        query = request.query
        if query.get("encrypt_type") != "aes":
            raise Refused(Cause.PLAIN)
        timestamp = query.get("timestamp", "")
        opened = self._known.cipher.open(
            push.envelope(body).encrypt,
            timestamp=timestamp,
            nonce=query.get("nonce", ""),
            msg_signature=query.get("msg_signature", ""),
        )
        if is_skewed(timestamp, self.gateway.clock.now()):
            logger.warning("wechat push: its clock and ours are far apart")
        return opened

    async def _answer(self, pushed: Push, began: float) -> str | None:
        """What goes back in the response; None for nothing, or not now."""
        match pushed:
            case Text(content=content):
                return await self._turn(pushed, storable(content), Grant.MESSAGE, began)
            case Event(about=Clicked(key=key)):
                return await self._turn(pushed, storable(key), Grant.TAP, began)
            case Event(about=Subscribed()):
                await self._note(pushed, Grant.TAP)
                return words("welcome")
            case Event(about=Scanned()):
                await self._note(pushed, Grant.TAP)
                return None
            case Event() | push.Unknown():
                return None
            case _:
                await self._note(pushed, Grant.MESSAGE)
                return words("only_text")

    async def _note(self, pushed: Push, kind: Grant) -> None:
        """We may write to them for a while, though nothing was said."""
        async with self.gateway.db.write() as conn:
            sender = Sender(self.name, pushed.head.openid)
            conversation_id = await inbox.conversation_of(conn, self.gateway.clock, sender)
            await store.grant(
                conn, self.gateway.clock, conversation_id, kind, source=push.key(pushed)
            )

    async def _turn(self, pushed: Push, said: str, kind: Grant, began: float) -> str | None:
        runner, clock = self.gateway.runner, self.gateway.clock
        sender = Sender(self.name, pushed.head.openid)
        choice = await self._choice(sender, pushed)
        text = choice.label if choice else said
        taken = await runner.submit(
            Inbound(sender, push.key(pushed), text, choice.id if choice else None)
        )
        async with self.gateway.db.write() as conn:
            await store.grant(conn, clock, taken.conversation_id, kind, source=push.key(pushed))
        turn = await runner.finished(taken.id, ANSWER_BY_S - (time.monotonic() - began))
        return await self._fetch(taken, done=turn is not None)

    async def _choice(self, sender: Sender, pushed: Push) -> Choice | None:
        """The choice whose item was tapped in a menu that we sent."""
        menu_id = pushed.menu_id if isinstance(pushed, Text) else None
        if menu_id is None:
            return None
        async with self.gateway.db.write() as conn:
            conversation_id = await inbox.conversation_of(conn, self.gateway.clock, sender)
            return await outbox.find_choice(conn, conversation_id, menu_id)

    async def _fetch(self, turn: Turn, *, done: bool) -> str | None:
        """The stored answer, the same for each attempt; None when it goes through the API."""
        clock = self.gateway.clock
        async with self.gateway.db.write() as conn:
            said = await outbox.answer_of(conn, turn.id) if done else []
            fits = done and len(text_of(said).encode()) <= passive.TEXT_MAX_BYTES
            way = await store.claim(conn, clock, turn.id, Way.PASSIVE if fits else Way.API)
            if way is Way.API:
                return None
            answer = await gateway_store.take_answer(conn, clock, turn)
        return text_of(answer) or None
