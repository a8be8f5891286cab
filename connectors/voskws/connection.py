"""One client: each piece of sound is answered once, `eof` last; who breaks the rules is told why."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from community.errors import BadInput
from connectors.voskws.messages import Config, Eof, read
from connectors.voskws.stream import Stream
from voice.recogniser import RecogniserError, StreamingRecogniser

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How long a client may take, in seconds."""

    idle_s: float = 60.0
    "Between messages"
    send_s: float = 10.0
    "To receive an answer"
    whole_s: float = 3600.0
    "From its coming to its going"


class Connection:
    """Serves one open socket."""

    def __init__(
        self, socket: web.WebSocketResponse, ears: StreamingRecogniser, limits: Limits
    ) -> None:
        self._socket = socket
        self._limits = limits
        self._stream = Stream(ears)

    async def run(self) -> None:
        """Returns when the socket is closed, by either side."""
        code, reason = WSCloseCode.OK, ""
        try:
            async with asyncio.timeout(self._limits.whole_s):
                while await self._take(await self._next()):
                    pass
        except TimeoutError:
            code, reason = WSCloseCode.GOING_AWAY, "too slow"
        except BadInput as error:
            code, reason = WSCloseCode.POLICY_VIOLATION, str(error)
        except RecogniserError as error:
            logger.error("vosk: not heard: code=%s", error.code)
            code, reason = WSCloseCode.TRY_AGAIN_LATER, "not heard"
        except ConnectionError:
            logger.info("vosk: a client went away")
        except Exception:
            logger.exception("vosk: a client could not be served")
            code, reason = WSCloseCode.INTERNAL_ERROR, "not heard"
        finally:
            await self._stream.close()
        await self._socket.close(code=code, message=reason.encode())

    async def _next(self) -> WSMessage:
        async with asyncio.timeout(self._limits.idle_s):
            return await self._socket.receive()

    async def _take(self, frame: WSMessage) -> bool:
        """False when it was the last."""
        if frame.type is WSMsgType.BINARY:
            await self._answer(await self._stream.feed(frame.data))
            return True
        if frame.type is not WSMsgType.TEXT:
            return False
        said = read(frame.data, self._stream.config)
        if isinstance(said, Config):
            self._stream.config = said
            return True
        await self._answer(await self._stream.finish())
        return not isinstance(said, Eof)

    async def _answer(self, answer: str) -> None:
        async with asyncio.timeout(self._limits.send_s):
            await self._socket.send_str(answer)
