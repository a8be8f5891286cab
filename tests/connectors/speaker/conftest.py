"""A device of our own kind at the gateway's socket: it speaks in tones, and notes what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType
from sqlalchemy import insert

from community.services import speakers
from community.store import identities
from community.store.schema import resident, room
from community.store.speakers import CLIENT
from connectors.app import GATEWAY
from conversation import inbox
from conversation.messages import Sender
from tests.voice.traces import sound
from voice.scripted import ScriptedStreamingRecogniser, ScriptedSynthesiser

SECRET = "a-secret-of-the-device-itself-0123456789"
SPEECH = sound("v0.6")
WAIT_S = 10.0


class Box:
    """One device; a task notes what comes, until the socket closes."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []
        self.sound = bytearray()
        self._changed = asyncio.Event()
        self._noting = asyncio.create_task(self._note())

    async def _note(self) -> None:
        async for frame in self.socket:
            if frame.type is WSMsgType.BINARY:
                self.sound += frame.data
            elif frame.type is WSMsgType.TEXT:
                self.told.append(json.loads(frame.data))
            self._changed.set()
        self._changed.set()

    async def change(self) -> None:
        """Wait for the next thing that comes, sound too."""
        self._changed.clear()
        await self._changed.wait()

    async def until(self, kind: str, *, since: int = 0, **wanted: Any) -> dict[str, Any]:
        """The first thing of a kind that has these values, after the first `since` things."""
        async with asyncio.timeout(WAIT_S):
            while True:
                self._changed.clear()
                for one in self.told[since:]:
                    if one["type"] == kind and wanted.items() <= one.items():
                        return one
                await self._changed.wait()

    async def tell(self, kind: str, **values: Any) -> None:
        await self.socket.send_str(json.dumps({"type": kind, **values}))

    async def speak(self, pcm: bytes = SPEECH) -> None:
        """Hold the button, speak, let go."""
        await self.tell("start", held=True)
        for at in range(0, len(pcm), 1920):
            await self.socket.send_bytes(pcm[at : at + 1920])
        await self.tell("stop")

    def said(self) -> list[str]:
        return [one["text"] for one in self.told if one["type"] == "saying"]

    async def close(self) -> None:
        await self.socket.close()
        await self._noting


async def there() -> None:
    """As of a device that shows at once that it has everything."""


Connect = Callable[..., Awaitable[Box]]


@pytest.fixture
def ears() -> ScriptedStreamingRecogniser:
    return ScriptedStreamingRecogniser()


@pytest.fixture
def voice() -> ScriptedSynthesiser:
    return ScriptedSynthesiser()


@pytest.fixture
async def gateway(start_gateway: Any, ears: Any, voice: Any) -> Any:
    return await start_gateway(ears=ears, voice=voice)


@pytest.fixture
async def conversation_id(gateway: Any) -> str:
    """The conversation of box-1, which stands in 3号楼2单元501 and is 王秀英's."""
    one = await speakers.meet(gateway.app[GATEWAY].context, "client:box-1", CLIENT, "音箱", SECRET)
    async with gateway.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )
        await conn.execute(
            insert(resident).values(id="p", room_id="r", name="王秀英", role="owner", notes={})
        )
        await identities.bind(conn, gateway.clock, one.identity_id, "r", "p")
        return await inbox.conversation_of(conn, gateway.clock, Sender("speaker", "client:box-1"))


@pytest.fixture
async def connect(gateway: Any) -> AsyncIterator[Connect]:
    boxes: list[Box] = []

    async def connect(
        device: str = "box-1", secret: str = SECRET, *, path: str = "", **options: Any
    ) -> Box:
        client = await gateway.new_client()
        socket = await client.ws_connect(
            path or f"/speaker/v1/socket?device={device}",
            headers={"Authorization": f"Bearer {secret}"},
            **options,
        )
        boxes.append(Box(socket))
        return boxes[-1]

    yield connect
    for box in boxes:
        await box.close()
