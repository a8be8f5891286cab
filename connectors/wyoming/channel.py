"""The Wyoming door of the gateway: off without a port."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiohttp import web

from connectors.base import Channel, Gateway, Step
from connectors.render import Capabilities
from connectors.wyoming.answers import Answers
from connectors.wyoming.server import Server
from connectors.wyoming.services import Services


class Wyoming(Channel):
    """A server of its own beside the gateway's; answers go out on the connection that asked."""

    name = "wyoming"
    capabilities = Capabilities(max_text_bytes=None, buttons=False, cards=False, can_push=False)

    def __init__(self, gateway: Gateway, services: Services | None = None) -> None:
        super().__init__(gateway)
        self._services = services or Services(gateway.ears, gateway.voice, Answers(gateway))
        self.server: Server | None = None

    @property
    def why_off(self) -> str | None:
        if not self.gateway.settings.wyoming_port:
            return "no port is set (LINSHENG_WYOMING_PORT)"
        return None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return []

    async def steps(self) -> Sequence[Step]:
        if self.why_off is None:
            settings = self.gateway.settings
            self.server = Server(
                self._services, host=settings.wyoming_host, port=settings.wyoming_port
            )
            await self.server.start()
        return ()

    async def close(self) -> None:
        if self.server is not None:
            await self.server.close()
