"""Customer service on WeChat: a callback says that there is news, a pull brings it, the API takes answers."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import aiohttp
from aiohttp import web

from connectors.base import Channel, Gateway, Step
from connectors.refusals import Refusals, body_of
from connectors.wechat.caller import Caller
from connectors.wechat.crypto import is_skewed
from connectors.wechat.delivery import CAPABILITIES, Delivery
from connectors.wechat.delivery import STEP_S as SEND_S
from connectors.wechat.media import fetch_with
from connectors.wechat.uploads import Uploads
from connectors.wechat.xml import Unreadable
from connectors.wecom import callback, store
from connectors.wecom.account import Account, account_of
from connectors.wecom.carrier import ServiceCarrier
from connectors.wecom.client import Client, broker_of
from connectors.wecom.sync import STEP_S as PULL_S
from connectors.wecom.sync import Sync
from connectors.wecom.turns import Turns

PATH = "/wecom"
TIDY_S = 5.0

logger = logging.getLogger(__name__)


class WeCom(Channel):
    """The customer service of one corporation; without a corpid it has no address."""

    name = store.CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._account = account_of(gateway.settings)
        self._refusals = Refusals(self.name, gateway.clock)
        self._parts: _Parts | None = None

    @property
    def why_off(self) -> str | None:
        return "no corporation is configured" if self._account is None else None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        if self._account is None:
            return []
        verify, take = map(self._refusals.noted, (self.verify, self.take))
        return [web.get(PATH, verify), web.post(PATH, take)]

    async def steps(self) -> list[Step]:
        if self._account is None:
            return []
        self._parts = parts = _Parts(self.gateway, self._account)
        return [
            ("wecom-pull", PULL_S, parts.sync.step),
            ("wecom-send", SEND_S, parts.delivery.step),
            ("wecom-tidy", TIDY_S, parts.delivery.tidy),
        ]

    async def close(self) -> None:
        if self._parts is not None:
            await self._parts.close()

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """WeCom asks once whether this address is ours. Raises Refused."""
        echoed = callback.echo(self._known, request.query)
        return web.Response(body=echoed, content_type="text/plain", charset="utf-8")

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A callback; WeCom repeats it unless it is answered with 200. Raises Refused."""
        account, query = self._known, request.query
        opened = callback.opened(account, query, await body_of(request))
        if is_skewed(query.get("timestamp", ""), self.gateway.clock.now()):
            logger.warning("wecom callback: its clock and ours are far apart")
        try:
            called = callback.parse(account, opened)
        except Unreadable as error:
            logger.error("wecom callback not understood: %s", error)
            return web.Response()
        if called is not None and self._parts is not None:
            await self._parts.sync.called(called)
        return web.Response()

    @property
    def _known(self) -> Account:
        assert self._account is not None  # noqa: S101 - without one there is no route
        return self._account


class _Parts:
    """What works while the gateway runs."""

    def __init__(self, gateway: Gateway, account: Account) -> None:
        self._session = aiohttp.ClientSession()
        self._broker = broker_of(self._session, gateway.clock, account)
        client = Client(Caller(self._session, self._broker, base_url=account.api_url))
        fetch = fetch_with(client, max_bytes=gateway.settings.photo_max_bytes)
        gateway.intake.serve(store.CHANNEL, fetch)
        self._turns = Turns(gateway, client)
        self.sync = Sync(gateway.db, gateway.clock, client, self._turns.take)
        uploads = Uploads(gateway.clock, gateway.photos, client.upload_image)
        self.delivery = Delivery(gateway.db, gateway.clock, ServiceCarrier(client, uploads))

    async def close(self) -> None:
        await self.sync.close()
        await self._turns.close()
        await self.delivery.close()
        await self._broker.close()
        await self._session.close()
