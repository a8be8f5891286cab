"""The vosk-server door of the gateway: off without a port or a recogniser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiohttp import web

from connectors.base import Channel, Gateway, Step
from connectors.render import Capabilities
from connectors.voskws.server import Server
from voice.recogniser import StreamingRecogniser


class VoskWs(Channel):
    """A server of its own beside the gateway's. It only hears: nothing becomes a conversation."""

    name = "voskws"
    capabilities = Capabilities(max_text_bytes=None, buttons=False, cards=False, can_push=False)

    def __init__(self, gateway: Gateway, ears: StreamingRecogniser | None = None) -> None:
        super().__init__(gateway)
        self._ears = ears or gateway.ears
        self.server: Server | None = None

    @property
    def why_off(self) -> str | None:
        if not self.gateway.settings.vosk_port:
            return "no port is set (LINSHENG_VOSK_PORT)"
        return "there is nothing to hear with" if self._ears is None else None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return []

    async def steps(self) -> Sequence[Step]:
        settings = self.gateway.settings
        if self.why_off is None and self._ears is not None:
            self.server = Server(
                self._ears, host=settings.vosk_host, port=settings.vosk_port,
                token=settings.vosk_token,
            )  # fmt: skip
            await self.server.start()
        return ()

    async def close(self) -> None:
        if self.server is not None:
            await self.server.close()
