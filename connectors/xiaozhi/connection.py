"""One connected device, from its hello to its going: what it says drives the session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from community.errors import BadInput, CommunityError, Unavailable
from community.ids import new_id
from connectors.xiaozhi import messages
from connectors.xiaozhi.door import PLAYED_HZ, XiaozhiDoor
from connectors.xiaozhi.frames import unpack
from connectors.xiaozhi.line import Line
from connectors.xiaozhi.mcp import Payload, Tools
from connectors.xiaozhi.messages import (
    Abort,
    Detect,
    Goodbye,
    Hello,
    Listen,
    Mcp,
    Ping,
    Stop,
)  # fmt: skip
from connectors.xiaozhi.session import OpenSession, Session
from connectors.xiaozhi.words import is_wake_word, words
from voice.opus import OpusDecoder

HELLO_S = 10.0
"As long as the device itself waits for our hello"
IDLE_S = 120.0
"Without a word either way the line is closed, silently: the device closes it then, too"
BAD_IN_A_ROW = 50
"Frames without sound; then it is no device of ours"
END_S = 5.0
"How long a session may take to end"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watch:
    """Time, as a connection is told it, and how long it waits."""

    time_s: Callable[[], float]
    "Seconds from any beginning"
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    hello_s: float = HELLO_S
    close_s: float = 1.0
    "For the device to answer that the line closes"


class Connection:
    """The socket of one device that was let in. `version`: of its frames, when it said so."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        device_id: str,
        version: int | None,
        open_session: OpenSession,
        watch: Watch,
    ) -> None:
        self._socket = socket
        self._device_id = device_id
        self._version = version
        self._open_session = open_session
        self._watch = watch
        self._line = Line(socket, watch.time_s)
        self._decoder = OpusDecoder()
        self._session_id = new_id("voice")
        self._called = False
        self._bad_in_a_row = 0
        self.bad_frames = 0

    async def run(self) -> None:
        """Until either side hangs up; the socket is closed when this returns."""
        await self._guarded(self._whole())
        await self.end(WSCloseCode.OK, "done")
        if self.bad_frames:
            logger.info("xiaozhi: frames passed over: %d", self.bad_frames)

    async def end(self, code: int, reason: str) -> None:
        """Hang up."""
        await self._line.hang_up(code, reason)

    async def _whole(self) -> None:
        hello = await self._greeted()
        if hello is not None:
            await self._talk(hello)

    async def _greeted(self) -> Hello | None:
        """The device's hello; None when it said none in time, or one that asks too much."""
        try:
            async with asyncio.timeout(self._watch.hello_s):
                async for frame in self._socket:
                    said = messages.read(frame.data) if frame.type is WSMsgType.TEXT else None
                    if isinstance(said, Hello):
                        return said
        except TimeoutError:
            await self.end(WSCloseCode.POLICY_VIOLATION, "no hello")
        except BadInput as error:
            await self.end(WSCloseCode.PROTOCOL_ERROR, str(error))
        return None

    async def _talk(self, hello: Hello) -> None:
        tools = Tools(self._send_tool) if hello.mcp else None
        version = self._version or hello.version
        door = XiaozhiDoor(self._line, self._session_id, hello, version, tools)
        await self._line.send(messages.hello(self._session_id, PLAYED_HZ))
        try:
            session = await self._open_session(door, self._device_id)
        except Unavailable as error:
            logger.error("xiaozhi: no session: code=%s", error.code)
            told = messages.alert(self._session_id, words("busy_status"), words("busy"), "sad")
            await self._line.send(told)
            await self.end(WSCloseCode.TRY_AGAIN_LATER, "no session")
            return
        self._line.touch()
        beside = [asyncio.create_task(self._run(session)), asyncio.create_task(self._watch_idle())]
        if tools is not None:
            beside.append(asyncio.create_task(tools.discover()))
        try:
            await self._guarded(self._hear(session, door, tools, version))
        finally:
            await self._let_go(session, beside)

    async def _hear(
        self, session: Session, door: XiaozhiDoor, tools: Tools | None, version: int
    ) -> None:
        async for frame in self._socket:
            if frame.type is WSMsgType.BINARY:
                await self._hear_sound(session, door, version, frame)
            elif frame.type is WSMsgType.TEXT:
                await self._hear_text(session, door, tools, frame.data)
            elif frame.type is WSMsgType.PING:
                await self._socket.pong(frame.data)
            elif frame.type is WSMsgType.PONG:
                self._line.proof.pong(frame.data)
            if self._bad_in_a_row >= BAD_IN_A_ROW:
                await self.end(WSCloseCode.INVALID_TEXT, "no sound in it")

    async def _hear_sound(
        self, session: Session, door: XiaozhiDoor, version: int, frame: WSMessage
    ) -> None:
        try:
            pcm = self._decoder.decode(unpack(version, frame.data).packet)
        except BadInput:
            self.bad_frames += 1
            self._bad_in_a_row += 1
            return
        self._bad_in_a_row = 0
        if door.listening and pcm:
            await session.hear(pcm)

    async def _hear_text(
        self, session: Session, door: XiaozhiDoor, tools: Tools | None, frame: str
    ) -> None:
        try:
            said = messages.read(frame)
        except BadInput:
            return  # a second hello, and one that we would not have taken
        if said is None:
            return
        self._line.touch()
        match said:
            case Listen(mode):
                asked = self._called or not door.resumes
                self._called = False
                self._line.proof.report()  # it changes over once our speech is over
                door.hears(mode)
                if asked:
                    await session.wake(held=not door.hands_free)
            case Stop():
                door.listening = False
                await session.end_of_speech()
            case Detect(text) if is_wake_word(text):
                self._called = True  # `listen` follows
            case Detect(text):
                await session.hear_text(text)
            case Abort():
                self._called = True
                await session.abort()
            case Mcp(payload) if tools is not None:
                await tools.take(payload)
            case Ping():
                await self._line.send(messages.pong(self._session_id))
            case Goodbye():
                await self.end(WSCloseCode.OK, "goodbye")

    async def _run(self, session: Session) -> None:
        """The session itself; when it ends, so does the connection."""
        await self._guarded(session.run())
        await self.end(WSCloseCode.OK, "the session is over")

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Await it; what fails in it closes the line with a reason."""
        try:
            await work
        except ConnectionError:
            await self.end(WSCloseCode.GOING_AWAY, "the device does not receive")
        except CommunityError as error:
            logger.error("xiaozhi: the session failed: code=%s", error.code)
            await self.end(WSCloseCode.TRY_AGAIN_LATER, "the session failed")
        except Exception:
            logger.exception("xiaozhi: the session failed")
            await self.end(WSCloseCode.INTERNAL_ERROR, "the session failed")

    async def _watch_idle(self) -> None:
        while (left_s := IDLE_S - self._line.unused_s) > 0:
            await self._watch.sleep(left_s)
        await self.end(WSCloseCode.OK, "nobody speaks")

    async def _let_go(self, session: Session, beside: list[asyncio.Task[None]]) -> None:
        """A session that is used half-way is not cancelled unless it does not end."""
        running, *others = beside
        for task in others:
            task.cancel()
        await session.close()
        await asyncio.wait([running], timeout=END_S)
        running.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    async def _send_tool(self, payload: Payload) -> None:
        await self._line.send(messages.mcp(self._session_id, payload))
