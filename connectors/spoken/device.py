"""SocketDoor: a device at the other end of a WebSocket, as the session knows it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from connectors.middlewares import to_json
from connectors.spoken.payload import RATE_HZ
from connectors.spoken.proof import Proof
from voice.door import State

SEND_S = 10.0
"A device that takes nothing for so long is gone"


class SocketDoor:
    """Raises ConnectionError once the device is gone."""

    rate_hz = RATE_HZ

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.proof = Proof(self._ping)

    async def state(self, state: State) -> None:
        await self.tell({"type": "state", "state": state.value})

    async def heard(self, text: str, *, final: bool) -> None:
        await self.tell({"type": "heard", "text": text, "final": final})

    async def saying(self, sentence: str) -> None:
        await self.tell({"type": "saying", "text": sentence})

    async def sound(self, pcm: bytes) -> None:
        await self._send(self.socket.send_bytes(pcm))

    async def hush(self) -> None:
        await self.tell({"type": "hush"})

    async def volume(self, level: int) -> bool:
        await self.tell({"type": "volume", "level": level})
        return True

    async def tell(self, told: dict[str, Any]) -> None:
        await self._send(self.socket.send_str(to_json(told)))

    async def answer(self, ping: bytes) -> None:
        """The device asked whether we are there."""
        await self._send(self.socket.pong(ping))

    async def _ping(self, data: bytes) -> None:
        await self._send(self.socket.ping(data))

    async def _send(self, sending: Any) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                await sending
        except (TimeoutError, RuntimeError) as error:  # closed, or closing
            raise ConnectionError("the device is gone") from error
