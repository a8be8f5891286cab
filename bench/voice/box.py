"""A box: one speaker at the gateway's socket, which notes when it is told and sent what."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp

from community.config import Settings
from community.context import Context
from community.ids import new_id
from community.secrets import load_secrets
from community.services import speakers
from community.store import identities
from community.store.database import Database, migrate
from community.store.schema import resident, room
from community.store.speakers import CLIENT
from community.times import Clock, SystemClock
from connectors.spoken.payload import RATE_HZ as HEARD_RATE_HZ
from voice.clips import RATE_HZ, WIDTH_BYTES

SECRET = "the-secret-of-a-box-that-is-measured-0123456789"  # noqa: S105 - of a box that is none
FRAME_S = 0.06
FRAME_BYTES = int(FRAME_S * RATE_HZ) * WIDTH_BYTES
WAIT_S = 30.0


async def settle(settings: Settings, boxes: int, clock: Clock | None = None) -> list[str]:
    """Make homes with a speaker in each, in a new database; returns the devices' names."""
    migrate(settings.database)
    db, clock = Database(settings.database), clock or SystemClock()
    ctx = Context(db, clock, load_secrets(settings.data_dir).pepper)
    names = [f"box-{number}" for number in range(boxes)]
    try:
        for number, name in enumerate(names, start=1):
            one = await speakers.meet(ctx, f"{CLIENT}:{name}", CLIENT, "音箱", SECRET)
            home, person = new_id("room"), new_id("res")
            async with db.write() as conn:
                await conn.execute(
                    room.insert().values(
                        id=home, building=1, unit=1, number=str(number), label=f"1号楼1单元{number}"
                    )
                )
                await conn.execute(
                    resident.insert().values(
                        id=person, room_id=home, name=f"住户{number}", role="owner", notes={}
                    )
                )
                await identities.bind(conn, clock, one.identity_id, home, person)
    finally:
        await db.close()
    return names


class Box:
    """Connected from `open` to `close`. Moments are on `time.monotonic`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.told: list[tuple[float, dict[str, Any]]] = []
        self.sounds: list[tuple[float, float]] = []
        "When each frame came, and how long it is, in seconds"
        self._socket = socket
        self._changed = asyncio.Event()
        self._noting = asyncio.create_task(self._note(), name="box-notes")

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, base_url: str, name: str) -> Box:
        socket = await session.ws_connect(
            f"{base_url}/speaker/v1/socket?device={name}",
            headers={"Authorization": f"Bearer {SECRET}"},
        )
        return cls(socket)

    async def close(self) -> None:
        await self._socket.close()
        await self._noting

    async def tell(self, kind: str, **values: Any) -> float:
        """Returns when it was sent."""
        await self._socket.send_str(json.dumps({"type": kind, **values}))
        return time.monotonic()

    async def speak(self, pcm: bytes, *, pace: float = 1.0) -> None:
        """Send sound as it is spoken, or `pace` times as fast."""
        due = time.monotonic()
        for at in range(0, len(pcm), FRAME_BYTES):
            due += FRAME_S / pace
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._socket.send_bytes(pcm[at : at + FRAME_BYTES])

    async def until(self, holds: Callable[[], bool], within_s: float = WAIT_S) -> None:
        """Wait for something that comes. Raises TimeoutError, and ConnectionError when it is over."""
        async with asyncio.timeout(within_s):
            while not holds():
                if self._noting.done():
                    raise ConnectionError(f"closed with {self._socket.close_code}")
                self._changed.clear()
                await self._changed.wait()

    async def sound_after(self, moment: float) -> float:
        """When the first frame of sound after that moment came."""
        await self.until(lambda: bool(self.sounds) and self.sounds[-1][0] > moment)
        return next(at for at, _ in self.sounds if at > moment)

    async def until_told(self, kind: str, *, since: float = 0.0, **values: Any) -> float:
        """When it was first told this, from that moment on."""

        def moments() -> list[float]:
            return [
                at
                for at, told in self.told
                if at >= since and told["type"] == kind and values.items() <= told.items()
            ]

        await self.until(lambda: bool(moments()))
        return moments()[0]

    def texts(self, kind: str, *, since: float = 0.0) -> list[str]:
        return [told["text"] for at, told in self.told if at >= since and told["type"] == kind]

    async def _note(self) -> None:
        async for frame in self._socket:
            now = time.monotonic()
            if frame.type is aiohttp.WSMsgType.BINARY:
                self.sounds.append((now, len(frame.data) / (HEARD_RATE_HZ * WIDTH_BYTES)))
            elif frame.type is aiohttp.WSMsgType.TEXT:
                self.told.append((now, json.loads(frame.data)))
            self._changed.set()
        self._changed.set()
