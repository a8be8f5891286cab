"""A visit: one connected device, from its first frame to its last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType

from community.errors import BadInput, CommunityError
from community.store.speakers import Speaker
from connectors.spoken import payload
from connectors.spoken.device import SocketDoor
from connectors.spoken.payload import Abort, Say, Spoken, Start, Stop
from connectors.spoken.sessions import Sessions
from connectors.spoken.talk import ConversationTalk, SpeakerTalk
from voice.device import Device
from voice.recogniser import Transcript
from voice.session import Session

SETTLE_S = 5.0
"For what a device has to tell first"

logger = logging.getLogger(__name__)


Beside = Callable[[], Coroutine[None, None, None]]


class Visit:
    """Feeds a session with what the device sends; `run` ends when the device goes."""

    def __init__(
        self,
        sessions: Sessions,
        door: SocketDoor,
        talk: ConversationTalk,
        device: Device,
        speaker: Speaker,
    ) -> None:
        self._socket = door.socket
        self._reports = 0
        self._talk = talk
        self.door = door
        self._session: Session = sessions.open(door, talk, device, speaker)

    async def run(self, reports: int = 0, beside: Sequence[Beside] = ()) -> None:
        """Serve; first the device tells of so many reminders that it said by itself.

        `beside` begin after that and end with the visit.
        """
        await self._settle(reports)
        tasks = [asyncio.create_task(begin(), name="speaker-beside") for begin in beside]
        serving = asyncio.create_task(self._serve(), name="voice-session")
        try:
            async for frame in self._socket:
                await self._take(frame.type, frame.data)
        except ConnectionError:
            pass  # the device went while it was told something
        finally:
            await self._session.close()
            for task in tasks:
                task.cancel()
            await asyncio.wait([serving, *tasks])
        error = serving.exception()
        if error is not None and not isinstance(error, ConnectionError):
            logger.error("voice session failed", exc_info=error)

    async def _settle(self, reports: int) -> None:
        """What the device said while it was alone is noted before anything is said here."""
        self._reports = reports
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(SETTLE_S):
                while self._reports > 0 and not self._socket.closed:
                    frame = await self._socket.receive()
                    await self._take(frame.type, frame.data)

    async def _serve(self) -> None:
        """When the session ends by itself the device is asked to come anew."""
        try:
            await self._session.run()
        finally:
            await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def close(self, code: int = WSCloseCode.OK) -> None:
        """Another socket of the same device has come, or the process ends."""
        await self._socket.close(code=code)

    async def _take(self, kind: WSMsgType, data: bytes | bytearray | str) -> None:
        if kind is WSMsgType.BINARY and isinstance(data, bytes):
            await self._session.hear(data)
        elif kind is WSMsgType.TEXT and isinstance(data, str):
            try:
                await self._told(data)
            except BadInput as error:
                await self.door.tell({"type": "refused", "code": error.code})
        elif kind is WSMsgType.PING and not isinstance(data, str):
            await self.door.answer(bytes(data))
        elif kind is WSMsgType.PONG and not isinstance(data, str):
            self.door.proof.pong(bytes(data))

    async def _told(self, frame: str) -> None:
        match payload.read(frame):
            case Start(held=held):
                await self._session.wake(held=held)
            case Stop():
                await self._session.end_of_speech()
            case Abort():
                await self._session.abort()
            case Say(id=key, text=text):
                await self._note(key, text)
            case Spoken(key=key) if isinstance(self._talk, SpeakerTalk):
                await self._was_said(self._talk, key)

    async def _note(self, key: str, text: str) -> None:
        """Words with an id of their own: sent twice they are one message."""
        try:
            await self._talk.say(key, Transcript(text))
        except CommunityError as error:
            logger.error("not heard: code=%s", error.code)
            await self.door.tell({"type": "refused", "id": key, "code": error.code})
        else:
            await self.door.tell({"type": "stored", "id": key})

    async def _was_said(self, talk: SpeakerTalk, key: str) -> None:
        self._reports -= 1
        try:
            await talk.was_said(key)
        except CommunityError as error:
            logger.error("a reminder that was said is not noted: code=%s", error.code)
        else:
            await self.door.tell({"type": "noted", "key": key})
