"""A gateway of speakers by script, on the loopback: it notes what comes, and breaks off when told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

HELLO = json.dumps({"type": "hello", "rate_hz": 22_050, "home": None, "help_phones": ["120"]})


class ScriptedGateway:
    """`greeting` is its first frame, `status` what it answers instead of a socket."""

    def __init__(self) -> None:
        self.greeting: str | bytes = HELLO
        self.status = 0
        self.visits: list[dict[str, Any]] = []
        self.told: list[Any] = []
        self.sockets: list[web.WebSocketResponse] = []
        app = web.Application()
        app.router.add_get("/speaker/v1/socket", self._socket)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self.visits.append(dict(request.query) | {"auth": request.headers.get("Authorization")})
        if self.status:
            return web.Response(status=self.status)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        if isinstance(self.greeting, bytes):
            await socket.send_bytes(self.greeting)
        else:
            await socket.send_str(self.greeting)
        async for frame in socket:
            is_text = frame.type is WSMsgType.TEXT
            self.told.append(json.loads(frame.data) if is_text else frame.data)
        return socket

    async def break_off(self) -> None:
        """Without a word, as when a cable is pulled."""
        for socket in self.sockets:
            transport = socket._req.transport
            if transport is not None:
                transport.abort()
        await asyncio.sleep(0)
