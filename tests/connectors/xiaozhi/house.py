"""A house with a gateway and speakers, for the tests of the xiaozhi door."""

from __future__ import annotations

import asyncio
from typing import Any

from connectors.xiaozhi import tokens
from connectors.xiaozhi.connection import Watch
from connectors.xiaozhi.devices import Ids, Known, MemoryDevices
from connectors.xiaozhi.scripted import ScriptedSession
from connectors.xiaozhi.sim.boot import Boot
from connectors.xiaozhi.sim.speaker import Speaker

DEVICE_ID = "02:00:00:aa:bb:cc"
CLIENT_ID = "7b94d69a-9808-4c59-9c9b-704333b38aff"
OTHER_ID = "02:00:00:dd:ee:ff"
OTHER_CLIENT_ID = "11111111-2222-4333-8444-555555555555"


class Hours:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def time_s(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        self._sleepers.append((self.now_s + seconds, over))
        await over.wait()

    def advance(self, seconds: float) -> None:
        self.now_s += seconds
        for until_s, over in self._sleepers:
            if until_s <= self.now_s:
                over.set()


class House:
    """The gateway's side: its devices, and the sessions that it opened."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.hours = Hours()
        self.watch = Watch(self.hours.time_s, self.hours.sleep)
        self.devices = MemoryDevices(clock)
        self.sessions: list[ScriptedSession] = []
        self.opened_for: list[str] = []
        self.script: list[str] = []
        self.fails: Exception | None = None
        self.base = ""
        self.http: Any = None
        self._speakers: list[Speaker] = []

    async def open_session(self, door: Any, device_id: str) -> ScriptedSession:
        if self.fails is not None:
            raise self.fails
        self.opened_for.append(device_id)
        self.sessions.append(ScriptedSession(door, self.script))
        return self.sessions[-1]

    @property
    def session(self) -> ScriptedSession:
        return self.sessions[-1]

    @property
    def calls(self) -> list[str]:
        """What the last session was told, in order, sound once for any number of frames."""
        names = [name for name, _ in self.session.calls]
        return [name for at, name in enumerate(names) if name != "hear" or names[at - 1] != "hear"]

    @property
    def socket_url(self) -> str:
        return f"ws{self.base.removeprefix('http')}/xiaozhi/v1/"

    async def known(self, device_id: str = DEVICE_ID, client_id: str = CLIENT_ID) -> Known:
        """A speaker that belongs to the house."""
        activation = await self.devices.begin_activation(Ids(device_id, client_id))
        return self.devices.bind(activation.code)

    def token(self, known: Known) -> str:
        ids = known.ids
        return tokens.issue(known.key, ids.device_id, ids.client_id, self.clock.now()).reveal()

    async def speaker(self, known: Known | None = None, **options: Any) -> Speaker:
        """A speaker of the house, connected."""
        known = known or await self.known()
        speaker = self.unconnected(known.ids, **options)
        await speaker.connect(self.socket_url, self.token(known))
        return speaker

    def unconnected(self, ids: Ids | None = None, **options: Any) -> Speaker:
        ids = ids or Ids(DEVICE_ID, CLIENT_ID)
        speaker = Speaker(
            self.http, ids.device_id, ids.client_id, time_s=self.hours.time_s, **options
        )
        self._speakers.append(speaker)
        return speaker

    def boot(self, device_id: str = DEVICE_ID, client_id: str = CLIENT_ID) -> Boot:
        return Boot(self.http, f"{self.base}/xiaozhi/ota/", device_id, client_id)

    async def close(self) -> None:
        await asyncio.gather(*(speaker.hang_up() for speaker in self._speakers))
