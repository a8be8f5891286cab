"""Link: the line to the gateway, made again whenever it breaks; each wait longer than the one before."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp

from voice.speaker.frames import Hello, read
from voice.speaker.identity import Identity
from voice.speaker.line import Listener
from voice.timers import LoopTimers, Timers, pause, within

PATH = "/speaker/v1/socket"
HEARTBEAT_S = 10.0
"A line that is dead without a word is known for it after one and a half of these"
CONNECT_S = 10.0
SEND_S = 5.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
STOOD_S = 10.0
"A line that broke sooner counts as one that was not made"
FRAME_MAX_BYTES = 256 * 1024
WAITING_AT_MOST = 500
"Frames to be sent, ten seconds of speech; a line that takes no more is dead"
REPORTS_MAX = 100

logger = logging.getLogger(__name__)


class Link:
    """`reports` is how many reminders that were spoken are to be told of first.

    `chance` gives numbers of [0, 1), by which waits are shortened: not all speakers of an estate
    come back in the same second.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        identity: Identity,
        *,
        reports: Callable[[], int] = lambda: 0,
        timers: Timers | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/") + PATH
        self._identity = identity
        self._reports = reports
        self._timers = timers or LoopTimers()
        self._chance = chance
        self._outgoing: asyncio.Queue[bytes | str] | None = None
        self._writing: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        return self._outgoing is not None

    def send(self, said: bytes | dict[str, Any]) -> bool:
        if self._outgoing is None:
            return False
        frame = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False)
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(frame)
            return True
        return False

    def drop(self) -> None:
        """Close a line that is dead without a word."""
        if self._writing is not None:
            self._writing.cancel()

    async def run(self, listener: Listener) -> None:
        """Keep the line, until cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            began_s = self._timers.now()
            try:
                await self._visit(listener)
            except aiohttp.WSServerHandshakeError as error:
                logger.warning("the gateway refuses this device: status %d", error.status)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                logger.info("no line: %s", type(error).__name__)
            if self._timers.now() - began_s >= STOOD_S:
                wait_s = FIRST_WAIT_S
            await pause(self._timers, wait_s * (1 - self._chance() / 2))
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _visit(self, listener: Listener) -> None:
        """One connection, from its beginning to its end."""
        socket = await within(self._timers, CONNECT_S, self._connect())
        try:
            hello = await within(self._timers, CONNECT_S, self._greeting(socket))
            if hello is None:
                logger.warning("no gateway of speakers answers there")
                return
            await self._serve(socket, listener, hello)
        finally:
            await socket.close()

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        reports = min(self._reports(), REPORTS_MAX)
        return await self._http.ws_connect(
            self._url,
            params={"device": self._identity.key, "spoken": str(reports)},
            headers={"Authorization": f"Bearer {self._identity.secret.reveal()}"},
            heartbeat=HEARTBEAT_S,
            max_msg_size=FRAME_MAX_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
        )

    async def _greeting(self, socket: aiohttp.ClientWebSocketResponse) -> Hello | None:
        frame = await socket.receive()
        hello = read(frame.data) if frame.type is aiohttp.WSMsgType.TEXT else None
        return hello if isinstance(hello, Hello) else None

    async def _serve(
        self, socket: aiohttp.ClientWebSocketResponse, listener: Listener, hello: Hello
    ) -> None:
        outgoing = self._outgoing = asyncio.Queue(WAITING_AT_MOST)
        self._writing = asyncio.create_task(self._write(socket, outgoing), name="speaker-line")
        listener.up(hello)
        try:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.BINARY:
                    listener.sound(frame.data)
                elif frame.type is aiohttp.WSMsgType.TEXT:
                    told = read(frame.data)
                    if told is not None:
                        listener.told(told)
        finally:
            writing, self._outgoing, self._writing = self._writing, None, None
            writing.cancel()
            listener.down()
            await asyncio.wait([writing])

    async def _write(
        self, socket: aiohttp.ClientWebSocketResponse, outgoing: asyncio.Queue[bytes | str]
    ) -> None:
        """Send what waits; a line that does not take it in time is closed, which ends the visit."""
        try:
            while True:
                frame = await outgoing.get()
                sending = (
                    socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame)
                )
                await within(self._timers, SEND_S, sending)
        except (ConnectionError, TimeoutError, RuntimeError) as error:
            logger.info("the line takes nothing: %s", type(error).__name__)
        finally:
            await socket.close()
