"""The web chat: the page, its socket, and the photos of each conversation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from aiohttp import WSCloseCode, web

from community.errors import BadInput, Code, CommunityError, NotAuthenticated, NotFound, TooLarge
from connectors import store
from connectors.base import JSON_MAX_BYTES, Channel, Gateway
from connectors.middlewares import to_json
from connectors.render import Capabilities
from connectors.spoken.payload import FRAME_MAX_BYTES
from connectors.spoken.visit import Visit
from connectors.webchat import speaking
from connectors.webchat.connection import Connection
from connectors.webchat.session import Sessions
from conversation import inbox
from conversation.messages import Sender
from conversation.photos import CONTENT_TYPE

STATIC = Path(__file__).parent / "static"
NO_SESSION = 4401
"Close code: the page fetches its cookie anew and comes again"
ANOTHER_SPEAKS = 4409
"Close code: the same browser speaks in another page now; this one does not come again"
VOICES_AT_ONCE = 200
"Pages that are spoken with; text has no such bound"
HEARTBEAT_S = 25.0
CLOSE_S = 1.0
"How long a page may take to say goodbye"
UPLOADS_AT_ONCE = 8
"Further uploads wait for their turn"
UPLOAD_TIMEOUT_S = 120.0
_YEAR_S = 365 * 24 * 3600

logger = logging.getLogger(__name__)


class WebChat(Channel):
    """A page for browsers, phones first."""

    name = "webchat"
    capabilities = Capabilities(max_text_bytes=None, buttons=True, cards=True, can_push=True)

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._sessions = Sessions(
            gateway.secrets.cookie_key, secure=gateway.settings.secure_cookies
        )
        self._sockets: set[web.WebSocketResponse] = set()
        self._voices: dict[str, Visit] = {}
        self._uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [
            web.get("/", self.page),
            web.get("/favicon.ico", self.icon),
            web.get("/webchat/socket", self.socket),
            web.get("/webchat/voice", self.voice),
            web.post("/webchat/photos", self.take_photo),
            web.get("/webchat/photos/{photo_id}", self.show_photo),
            web.static("/webchat/static", STATIC),
        ]

    async def close(self) -> None:
        """Ask every page to come again, to whoever answers then."""
        await asyncio.gather(
            *(socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._sockets),
            return_exceptions=True,
        )

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page itself; a browser without a session gets one."""
        response = web.FileResponse(STATIC / "index.html")
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        self._sessions.renew(request, response)
        return response

    async def icon(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "icon.svg")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket of one open page."""
        after = request.query.get("after", "0")
        if not after.isdecimal() or len(after) > 9:
            raise BadInput("after")
        sender = self._sender(request)
        conversation_id = await self._conversation(sender) if sender else None
        socket = web.WebSocketResponse(
            timeout=CLOSE_S, heartbeat=HEARTBEAT_S, max_msg_size=JSON_MAX_BYTES, compress=False
        )
        await socket.prepare(request)
        if sender is None or conversation_id is None:
            await socket.close(code=NO_SESSION)
            return socket
        self._sockets.add(socket)
        try:
            await Connection(self.gateway, socket, sender, conversation_id, int(after)).run()
        finally:
            self._sockets.discard(socket)
        return socket

    async def voice(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket on which a page's resident speaks, and is spoken to.

        With `free=1` it listens all the time, else a button says when. A new one of a session
        closes the one before: nothing is said twice.
        """
        sender = self._sender(request)
        socket = web.WebSocketResponse(
            timeout=CLOSE_S, heartbeat=HEARTBEAT_S, max_msg_size=FRAME_MAX_BYTES, compress=False
        )
        await socket.prepare(request)
        if sender is None:
            await socket.close(code=NO_SESSION)
            return socket
        key = sender.user_key
        if len(self._voices) >= VOICES_AT_ONCE and key not in self._voices:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return socket
        free = request.query.get("free") == "1"
        try:
            visit = await speaking.visit(self.gateway, socket, sender, free=free)
        except CommunityError as error:
            logger.error("page is not spoken with: code=%s", error.code)
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return socket
        before, self._voices[key] = self._voices.get(key), visit
        self._sockets.add(socket)
        if before is not None:
            await before.close(ANOTHER_SPEAKS)
        try:
            await visit.run()
        finally:
            self._sockets.discard(socket)
            if self._voices.get(key) is visit:
                del self._voices[key]
        return socket

    async def take_photo(self, request: web.Request) -> web.StreamResponse:
        """A photo as the raw body; its id is then said with `say`."""
        sender = self._known(request)
        largest = self.gateway.settings.photo_max_bytes
        if (request.content_length or 0) > largest:
            raise TooLarge("photo")
        async with self._uploads:
            data = await _read_body(request, largest)
            conversation_id = await self._conversation(sender)
            photo_id = await self.gateway.photos.keep(conversation_id, data)
        return web.json_response({"id": photo_id}, status=201, dumps=to_json)

    async def show_photo(self, request: web.Request) -> web.StreamResponse:
        """A photo of the reader's own conversation; any other does not exist."""
        sender = self._known(request)
        async with self.gateway.db.read() as conn:
            conversation_id = await store.find_conversation(conn, sender)
        if conversation_id is None:
            raise NotFound("no such photo")
        file = await self.gateway.photos.file(conversation_id, request.match_info["photo_id"])
        if file is None or not await asyncio.to_thread(file.is_file):
            raise NotFound("no such photo")
        headers = {
            "Content-Type": CONTENT_TYPE,
            "Cache-Control": f"private, max-age={_YEAR_S}, immutable",
        }
        return web.FileResponse(file, headers=headers)

    def _sender(self, request: web.Request) -> Sender | None:
        key = self._sessions.read(request)
        return Sender(self.name, key) if key else None

    def _known(self, request: web.Request) -> Sender:
        sender = self._sender(request)
        if sender is None:
            raise NotAuthenticated("no session")
        return sender

    async def _conversation(self, sender: Sender) -> str:
        """The sender's conversation, begun if this is their first visit."""
        async with self.gateway.db.read() as conn:
            found = await store.find_conversation(conn, sender)
        if found is not None:
            return found
        async with self.gateway.db.write() as conn:
            return await inbox.conversation_of(conn, self.gateway.clock, sender)


async def _read_body(request: web.Request, largest: int) -> bytes:
    """The body, never more of it than `largest` bytes. Raises TooLarge, BadInput when too slow."""
    data = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            async for chunk in request.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > largest:
                    raise TooLarge("photo")
    except TimeoutError as error:
        raise BadInput("photo came too slowly", code=Code.UNAVAILABLE) from error
    return bytes(data)
