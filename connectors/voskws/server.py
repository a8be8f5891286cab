"""The server: a port of its own, where any path is the WebSocket, as at vosk-server's."""

from __future__ import annotations

import asyncio
import hmac
import logging
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, web

from community.config import LOOPBACK, Secret
from connectors.voskws.connection import Connection, Limits
from voice.recogniser import StreamingRecogniser

MESSAGE_MAX_BYTES = 512 * 1024
"16 s of sound at 16 000 Hz"
AT_ONCE = 16
CLOSE_S = 1.0
_BEARER = "bearer "

logger = logging.getLogger(__name__)


class Server:
    """Listens on `host` and `port`; 0 takes a free one.

    A token, when there is one, is asked of everybody. Raises ValueError without one for a host
    that is not this machine alone.
    """

    def __init__(
        self,
        ears: StreamingRecogniser,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: Secret | None = None,
        limits: Limits | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        if host not in LOOPBACK and not (token and token.reveal()):
            raise ValueError("a token is needed beyond this machine")
        self._ears = ears
        self._host = host
        self._port = port
        self._token = token.reveal() if token else ""
        self._limits = limits or Limits()
        self._at_once = at_once
        self._open: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port that was taken; 0 while nobody listens."""
        addresses = self._runner.addresses if self._runner is not None else []
        return int(addresses[0][1]) if addresses else 0

    async def start(self) -> None:
        """Raises OSError when the port is another's."""
        app = web.Application()
        app.add_routes([web.get("/{path:.*}", self._come)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        """Let every client go."""
        await asyncio.gather(
            *(socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._open),
            return_exceptions=True,
        )
        if self._runner is not None:
            await self._runner.cleanup()

    async def _come(self, request: web.Request) -> web.StreamResponse:
        if not self._is_from_here(request):
            raise web.HTTPForbidden(text="sent by a page of another site\n")
        if not self._shows_the_token(request):
            raise web.HTTPUnauthorized(text="no token\n", headers={"WWW-Authenticate": "Bearer"})
        if len(self._open) >= self._at_once:
            logger.warning("vosk: too many clients")
            raise web.HTTPServiceUnavailable(text="too many clients\n")
        socket = web.WebSocketResponse(timeout=CLOSE_S, max_msg_size=MESSAGE_MAX_BYTES)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await Connection(socket, self._ears, self._limits).run()
        finally:
            self._open.discard(socket)
        return socket

    def _is_from_here(self, request: web.Request) -> bool:
        """Without a token a browser's page is let in only from this machine: the page of another
        site could reach this port, too, even under a name of its own.
        """
        origin = request.headers.get("Origin")
        if origin is None or self._token:
            return True
        try:
            return urlsplit(origin).hostname in LOOPBACK
        except ValueError:
            return False

    def _shows_the_token(self, request: web.Request) -> bool:
        if not self._token:
            return True
        header = request.headers.get("Authorization", "")
        shown = header[len(_BEARER) :] if header.lower().startswith(_BEARER) else ""
        shown = shown or request.query.get("token", "")
        return hmac.compare_digest(shown.encode("utf-8", "replace"), self._token.encode())
