"""The line to one device: what goes out, each with a deadline, and when it last was used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from connectors.spoken.proof import Proof

SEND_S = 5.0
"Longest that a device may take to receive one message; then it is gone"
REASON_MAX_BYTES = 123
"RFC 6455 section 5.5"


class Line:
    """Sends to an open socket; each call but `hang_up` raises ConnectionError once it is closed.

    `time_s` tells seconds from any beginning.
    """

    def __init__(
        self, socket: web.WebSocketResponse, time_s: Callable[[], float], *, send_s: float = SEND_S
    ) -> None:
        self._socket = socket
        self._time_s = time_s
        self._send_s = send_s
        self._used_s = time_s()
        self.proof = Proof(self._ping)

    @property
    def unused_s(self) -> float:
        """Seconds since the last `touch`."""
        return self._time_s() - self._used_s

    def touch(self) -> None:
        """Something happened that is more than the sound of a room."""
        self._used_s = self._time_s()

    async def send(self, message: str | bytes) -> None:
        """JSON as text, sound as bytes."""
        try:
            async with asyncio.timeout(self._send_s):
                if isinstance(message, str):
                    await self._socket.send_str(message)
                else:
                    await self._socket.send_bytes(message)
        except TimeoutError as error:
            raise ConnectionError("the device does not receive") from error

    async def hang_up(self, code: int, reason: str) -> None:
        """Close, with a reason for the log of the device; nothing when it is closed already."""
        await self._socket.close(code=code, message=reason.encode()[:REASON_MAX_BYTES])

    async def _ping(self, data: bytes) -> None:
        await self._socket.ping(data)
