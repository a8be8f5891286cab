"""A simulated speaker that behaves as the firmware does, its weak points included.

It plays sound only while it speaks and drops it otherwise; it believes the sizes in frames; it
needs `transport` in the hello; it takes the line for dead after 120 s without a word from us.
Source: https://github.com/78/xiaozhi-esp32, main/application.cc and main/protocols/
"""

from __future__ import annotations

import asyncio
import enum
import json
import struct
from collections.abc import Callable
from typing import Any

import aiohttp

from connectors.xiaozhi.frames import pack
from connectors.xiaozhi.messages import Mode
from connectors.xiaozhi.sim.errors import Crashed, Refused
from connectors.xiaozhi.sim.tools import SimTools
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.door import FRAME_MS
from voice.opus import OpusDecoder, OpusEncoder

HELLO_S = 10.0
DEAD_AFTER_S = 120.0
FRAME_BYTES = RATE_HZ * FRAME_MS // 1000 * WIDTH_BYTES


class Doing(enum.Enum):
    IDLE = "idle"
    LISTENING = "listening"
    SPEAKING = "speaking"


class Speaker:
    """One speaker. `told` keeps every JSON message, `played` all sound that it played.

    `time_s` tells seconds from any beginning.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        device_id: str,
        client_id: str,
        *,
        version: int = 1,
        tools: SimTools | None = None,
        time_s: Callable[[], float] | None = None,
    ) -> None:
        self.device_id = device_id
        self.client_id = client_id
        self.tools = tools
        self.told: list[dict[str, Any]] = []
        self.played = bytearray()
        "16 000 Hz, mono, signed 16-bit little-endian"
        self.dropped = 0
        "Frames that came while it did not speak"
        self.doing = Doing.IDLE
        self.mode = Mode.AUTO
        self.close_code: int | None = None
        self.news = asyncio.Event()
        "Set at each message and frame"
        self._session = session
        self._version = version
        self._time_s = time_s or asyncio.get_running_loop().time
        self._heard_at_s = self._time_s()
        self._session_id = ""
        self._encoder = OpusEncoder(RATE_HZ)
        self._decoder = OpusDecoder()
        self._sent_ms = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """As `IsAudioChannelOpened`: a line that was silent for too long counts as dead."""
        alive = self._time_s() - self._heard_at_s <= DEAD_AFTER_S
        return self._socket is not None and not self._socket.closed and alive

    async def connect(self, url: str, token: str) -> None:
        """Open the line and greet. Raises Refused without a greeting in return, Crashed for one
        that would end the firmware.
        """
        headers = {
            "Protocol-Version": str(self._version), "Device-Id": self.device_id,
            "Client-Id": self.client_id,
        }  # fmt: skip
        if token:
            headers["Authorization"] = token if " " in token else f"Bearer {token}"
        try:
            self._socket = await self._session.ws_connect(url, headers=headers)
        except aiohttp.WSServerHandshakeError as error:
            raise Refused("the line was not opened", error.status) from error
        await self._send(self._hello())
        try:
            async with asyncio.timeout(HELLO_S):
                await self._greeted(self._socket)
        except TimeoutError as error:
            raise Refused("no hello") from error
        self._reading = asyncio.create_task(self._read(self._socket))

    async def listen(self, mode: Mode) -> None:
        """Somebody pressed, or called: the microphone is on."""
        self.mode = mode
        self.doing = Doing.LISTENING
        await self._say({"type": "listen", "state": "start", "mode": mode.value})

    async def stop_listening(self) -> None:
        """The button was let go."""
        await self._say({"type": "listen", "state": "stop"})
        self.doing = Doing.IDLE

    async def detect(self, text: str) -> None:
        """The wake word was heard, or something was typed."""
        await self._say({"type": "listen", "state": "detect", "text": text})

    async def abort(self, *, by_wake_word: bool = False) -> None:
        """Be quiet."""
        reason = {"reason": "wake_word_detected"} if by_wake_word else {}
        await self._say({"type": "abort", **reason})

    async def speak(self, pcm: bytes) -> None:
        """Send one frame of at most FRAME_BYTES, 16 000 Hz."""
        packet = self._encoder.encode(pcm)
        assert self._socket is not None  # noqa: S101
        await self._socket.send_bytes(pack(self._version, packet, self._sent_ms))
        self._sent_ms += FRAME_MS

    async def send_raw(self, data: str | bytes) -> None:
        """Anything at all."""
        assert self._socket is not None  # noqa: S101
        if isinstance(data, str):
            await self._socket.send_str(data)
        else:
            await self._socket.send_bytes(data)

    async def wait_for(self, holds: Callable[[], object], *, deadline_s: float = 10.0) -> None:
        """Until something is true, or the deadline. Raises TimeoutError, and what ended reading."""
        async with asyncio.timeout(deadline_s):
            while not holds():
                if self._reading is not None and self._reading.done():
                    self._reading.result()
                    if not holds():
                        raise ConnectionError(f"closed with {self.close_code}")
                    return
                self.news.clear()
                await self.news.wait()

    async def hang_up(self) -> None:
        """Close the line: the firmware sends no goodbye over a WebSocket."""
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    # --- what comes

    async def _greeted(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            self.told.append(said)
            if said.get("type") != "hello":
                continue
            if not isinstance(said.get("transport"), str):
                raise Crashed("transport->valuestring of a null pointer")
            if said["transport"] != "websocket":
                continue
            self._session_id = said.get("session_id", "")
            return
        raise Refused(f"closed with {socket.close_code}")

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for frame in socket:
                self._heard_at_s = self._time_s()
                if frame.type is aiohttp.WSMsgType.BINARY:
                    self._play(frame.data)
                elif frame.type is aiohttp.WSMsgType.TEXT:
                    await self._told(json.loads(frame.data))
                self.news.set()
        finally:
            self.close_code = socket.close_code
            self.doing = Doing.IDLE
            self.news.set()

    def _play(self, data: bytes) -> None:
        packet = self._unwrapped(data)
        if self.doing is Doing.SPEAKING:
            self.played += self._decoder.decode(packet)
        else:
            self.dropped += 1

    def _unwrapped(self, data: bytes) -> bytes:
        """The firmware reads as much as the head says, whether it is there or not."""
        if self._version == 1:
            return data
        head = struct.Struct(">HHIII" if self._version == 2 else ">BBH")
        size = head.unpack_from(data)[-1]
        if head.size + size > len(data):
            raise Crashed("read beyond the end of a frame")
        return data[head.size : head.size + size]

    async def _told(self, said: dict[str, Any]) -> None:
        self.told.append(said)
        match said.get("type"):
            case "tts" if said.get("state") == "start":
                self.doing = Doing.SPEAKING
            case "tts" if said.get("state") == "stop" and self.doing is Doing.SPEAKING:
                await self._spoken()
            case "mcp" if self.tools is not None:
                answer = self.tools.answer(said["payload"])
                if answer is not None:
                    await self._say({"type": "mcp", "payload": answer})

    async def _spoken(self) -> None:
        """Back to hearing, except for a button; the microphone of `realtime` was never off."""
        if self.mode is Mode.MANUAL:
            self.doing = Doing.IDLE
        elif self.mode is Mode.REALTIME:
            self.doing = Doing.LISTENING
        else:
            await self.listen(self.mode)

    # --- what goes

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "version": self._version,
            "features": {"mcp": self.tools is not None},
            "transport": "websocket",
            "audio_params": {
                "format": "opus", "sample_rate": RATE_HZ, "channels": 1,
                "frame_duration": FRAME_MS,
            },
        }  # fmt: skip

    async def _say(self, body: dict[str, Any]) -> None:
        await self._send({"session_id": self._session_id, **body})

    async def _send(self, body: dict[str, Any]) -> None:
        assert self._socket is not None  # noqa: S101
        await self._socket.send_str(json.dumps(body, ensure_ascii=False))
