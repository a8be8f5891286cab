"""The Wyoming server: a port of its own, and no more clients than there is room for."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from connectors.wyoming.connection import Connection, Limits
from connectors.wyoming.framing import LINE_MAX_BYTES, Event, encode
from connectors.wyoming.services import Services

AT_ONCE = 32
LEFT_MAX_BYTES = 8 * 1024 * 1024
"What is read of the words that it still says, to be thrown away"

logger = logging.getLogger(__name__)


class Server:
    """Listens on `host` and `port`; 0 takes a free one."""

    def __init__(
        self,
        services: Services,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._services = services
        self._host = host
        self._port = port
        self._limits = limits or Limits()
        self._at_once = at_once
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that was taken; 0 while nobody listens."""
        sockets = self._server.sockets if self._server is not None else ()
        return int(sockets[0].getsockname()[1]) if sockets else 0

    @property
    def clients(self) -> int:
        """How many there are at this moment."""
        return len(self._clients)

    async def start(self) -> None:
        """Raises OSError when the port is another's."""
        self._server = await asyncio.start_server(
            self._come, self._host, self._port, limit=LINE_MAX_BYTES
        )

    async def close(self) -> None:
        """Let every client go."""
        if self._server is not None:
            self._server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a client is served in a task
        self._clients.add(task)
        try:
            if len(self._clients) > self._at_once:
                logger.warning("wyoming: too many clients")
                writer.write(encode(Event("error", {"text": "too many clients", "code": "busy"})))
            else:
                await Connection(reader, writer, self._services, self._limits).run()
            await self._say_goodbye(reader, writer)
        except Exception:
            logger.exception("wyoming: a client could not be served")
        finally:
            self._clients.discard(task)
            writer.close()

    async def _say_goodbye(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Let the client read what it was told last: to close over words that it still says would
        throw that away.
        """
        left = LEFT_MAX_BYTES
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(self._limits.goodbye_s):
                writer.write_eof()
                while left > 0 and (data := await reader.read(LINE_MAX_BYTES)):
                    left -= len(data)
