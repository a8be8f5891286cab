"""WeChat's official account: a push comes in sealed, and its one answer goes back within 5 s or later.

WeChat repeats a push that is not answered within 5 s. Every attempt joins the same turn: it gets
the stored answer when that is there by ANSWER_BY_S, else `success`, and the answer follows
through the API (`delivery`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable

import aiohttp
from aiohttp import web

from community.errors import Unavailable
from connectors.base import Channel, Gateway, Step
from connectors.refusals import Refusals, body_of
from connectors.wechat import account_file, answers, events, notices, passive, push, store, ways
from connectors.wechat.account import Account, account_of
from connectors.wechat.carrier import AccountCarrier
from connectors.wechat.client import Client
from connectors.wechat.crypto import Cause, Opened, Refused, is_skewed
from connectors.wechat.delivery import CAPABILITIES, STEP_S, Delivery
from connectors.wechat.errors import WeChatError
from connectors.wechat.freshness import Freshness
from connectors.wechat.login.routes import LoginPages
from connectors.wechat.media import fetch_with
from connectors.wechat.notices import Notices
from connectors.wechat.push import Envelope, Push
from connectors.wechat.reception import Reception
from connectors.wechat.token import TokenBroker, stable_token
from connectors.wechat.uploads import Uploads
from connectors.wechat.ways import Way
from connectors.wechat.words import words
from connectors.wechat.xml import Unreadable
from conversation.inbox import Turn

ANSWER_BY_S = 4.2
"After the beginning of an attempt; the rest of the 5 s is for the way back"
TOO_LATE_S = 4.8
"WeChat no longer waits for what begins its way back after this"
TIDY_S = 5.0
LOGIN_TIDY_S = 60.0
ATTEMPTS_KNOWN = 10_000
ATTEMPT_LASTS_S, LAST_ATTEMPT = 5.5, 3
"Longer than WeChat waits for one; how many it makes at least"
PATH = "/wechat"
DONE = "success"

logger = logging.getLogger(__name__)


class WeChat(Channel):
    """The channel of one official account in safe mode; without an account it has no address."""

    name = store.CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, gateway: Gateway) -> None:
        """Raises ConfigError for an account or a file of it that cannot be used."""
        super().__init__(gateway)
        self._account = account_of(gateway.settings)
        self._refusals = Refusals(self.name, gateway.clock)
        self._can_push = gateway.settings.wechat_can_push
        self._attempts: Counter[str] = Counter()
        self._typing: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._delivery: Delivery | None = None
        if self._account is None:
            return
        self._file = account_file.load(gateway.settings.wechat_file)
        self._login = LoginPages(gateway, self._account, lambda: self._client)

    @property
    def why_off(self) -> str | None:
        return "no account is configured" if self._account is None else None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        if self._account is None:
            return []
        verify, take = map(self._refusals.noted, (self.verify, self.take))
        return [web.get(PATH, verify), web.post(PATH, take), *self._login.routes()]

    async def steps(self) -> list[Step]:
        if self._account is None:
            return []
        gateway, account = self.gateway, self._account
        self._session = aiohttp.ClientSession()
        broker = TokenBroker(
            gateway.clock, stable_token(self._session, account.credentials, account.api_url)
        )
        self._client = Client(self._session, broker, account.credentials, base_url=account.api_url)
        gateway.intake.serve(
            self.name, fetch_with(self._client, max_bytes=gateway.settings.photo_max_bytes)
        )
        notify = Notices(gateway.db, gateway.clock, self._client, self._file.notice)
        self._reception = Reception(gateway, self._file, notify)
        async with gateway.db.read() as conn:
            self._freshness = Freshness(gateway.clock, await events.newest_s(conn))
        steps: list[Step] = [
            ("wechat-login-tidy", LOGIN_TIDY_S, self._login.tidy),
            ("wechat-events-tidy", LOGIN_TIDY_S, self._forget_events),
        ]
        if not self._can_push:
            return steps
        uploads = Uploads(gateway.clock, gateway.photos, self._client.upload_image)
        self._delivery = delivery = Delivery(
            gateway.db, gateway.clock, AccountCarrier(self._client, uploads), on_held=notify.on_held
        )
        return [
            *steps,
            ("wechat-send", STEP_S, delivery.step),
            ("wechat-tidy", TIDY_S, delivery.tidy),
            ("wechat-notices", notices.STEP_S, notify.step),
            ("wechat-notices-tidy", LOGIN_TIDY_S, notify.tidy),
        ]

    async def close(self) -> None:
        for task in self._typing:
            task.cancel()
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
        envelope = push.envelope(await body_of(request))
        opened = self._open(request, envelope)
        try:
            pushed = push.parse(opened.message)
        except Unreadable as error:
            logger.error("wechat push not understood: %s", error)
            return web.Response(text=DONE)
        if pushed.head.account != self._known.original_id:
            raise Refused(Cause.RECEIVER)
        took = await self._reception.take(pushed)
        answer = await self._wait(took, pushed, began) if isinstance(took, Turn) else took
        if answer is None:
            return web.Response(text=DONE)
        now, as_json = self.gateway.clock.now(), envelope.is_json
        sealed = passive.seal(
            self._known.cipher,
            passive.text(pushed.head, answer, now, as_json=as_json),
            nonce=request.query.get("nonce", ""),
            at=now,
            key=opened.key,
            as_json=as_json,
        )
        kind = "application/json" if as_json else "text/xml"
        return web.Response(body=sealed, content_type=kind, charset="utf-8")

    @property
    def _known(self) -> Account:
        assert self._account is not None  # noqa: S101 - without one there is no route
        return self._account

    def _open(self, request: web.Request, envelope: Envelope) -> Opened:
        query = request.query
        if query.get("encrypt_type") != "aes":
            raise Refused(Cause.PLAIN)
        timestamp = query.get("timestamp", "")
        opened = self._known.cipher.open(
            envelope.encrypt,
            timestamp=timestamp,
            nonce=query.get("nonce", ""),
            msg_signature=query.get("msg_signature", ""),
        )
        self._freshness.check(timestamp)
        if is_skewed(timestamp, self.gateway.clock.now()):
            logger.warning("wechat push: its clock and ours are far apart")
        return opened

    async def _forget_events(self) -> None:
        async with self.gateway.db.write() as conn:
            await events.forget_old(conn)

    async def _wait(self, turn: Turn, pushed: Push, began: float) -> str | None:
        """The answer to a turn; None when it comes through the API."""
        if not self._can_push:
            return await self._wait_long(turn, push.key(pushed), began)
        runner, db, clock = self.gateway.runner, self.gateway.db, self.gateway.clock
        finished = await runner.finished(turn.id, _left(began, ANSWER_BY_S))
        async with db.write() as conn:
            if finished is not None and _left(began, TOO_LATE_S):
                return await answers.take(conn, clock, turn, may_push=True)
            known = await ways.answered(conn, turn.id)
            if known is None:
                await ways.note(conn, clock, turn.id, Way.API)
        if known is None:
            self._show_typing(pushed.head.openid)
        return known.reply if known else None

    async def _wait_long(self, turn: Turn, key: str, began: float) -> str | None:
        """As long as WeChat's attempts last. Raises Unavailable when this one has to fail."""
        patience_s = self._patience_s(key)
        finished = await self.gateway.runner.finished(turn.id, _left(began, patience_s))
        if finished is None and patience_s > ANSWER_BY_S:
            raise Unavailable("the answer is late")
        del self._attempts[key]
        if finished is None:
            return words("later")
        async with self.gateway.db.write() as conn:
            if not _left(began, TOO_LATE_S):
                raise Unavailable("the answer is late")
            return await answers.take(conn, self.gateway.clock, turn, may_push=False)

    def _patience_s(self, key: str) -> float:
        """How long an attempt is held open without the right to push: but for the last, too long."""
        if len(self._attempts) >= ATTEMPTS_KNOWN:
            self._attempts.clear()  # of pushes that were given up
        self._attempts[key] += 1
        return ANSWER_BY_S if self._attempts[key] >= LAST_ATTEMPT else ATTEMPT_LASTS_S

    def _show_typing(self, openid: str) -> None:
        """Tell the reader that an answer is being written; it does not matter when that fails."""
        task = asyncio.create_task(self._type(openid), name="wechat-typing")
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    async def _type(self, openid: str) -> None:
        try:
            await self._client.typing(openid)
        except (Unavailable, WeChatError) as error:
            logger.debug("wechat typing: %s", error)


def _left(began: float, patience_s: float) -> float:
    """Seconds that are left of an attempt's patience."""
    return max(0.0, patience_s - (time.monotonic() - began))
