"""A Wyoming server on a free port, and the official client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from wyoming.client import AsyncTcpClient

from connectors.wyoming.server import Server
from connectors.wyoming.services import Services


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """`await serve(ears=…, voice=…, handle=…)`: a running server; `server` options by name."""
    servers: list[Server] = []

    async def start(ears: Any = None, voice: Any = None, handle: Any = None, **o: Any) -> Server:
        server = Server(Services(ears, voice, handle), **o)
        await server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
def client() -> Callable[[Server], AsyncTcpClient]:
    return lambda server: AsyncTcpClient(
        "127.0.0.1", server.port, connect_timeout=10, read_timeout=10
    )
