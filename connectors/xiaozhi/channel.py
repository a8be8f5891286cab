"""Speakers with the xiaozhi firmware: what they ask when they start, and the socket they talk on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import WSCloseCode, web

from community.config import Secret
from community.errors import BadInput, NotAuthenticated, NotFound, Unavailable
from connectors.base import Channel, Gateway
from connectors.middlewares import to_json
from connectors.render import Capabilities
from connectors.xiaozhi import ota, tokens
from connectors.xiaozhi.connection import Connection, Watch
from connectors.xiaozhi.devices import Devices, Ids, ids_of
from connectors.xiaozhi.frames import VERSIONS
from connectors.xiaozhi.homes import HomeSessions, StoredDevices
from connectors.xiaozhi.session import OpenSession

OTA = "/xiaozhi/ota/"
SOCKET = "/xiaozhi/v1/"
MESSAGE_MAX_BYTES = 64 * 1024
"A page of tools has 8 000 bytes, a frame of sound 200"
AT_ONCE = 500
"Speakers that talk at the same time"
_BEARER = "bearer "


class Xiaozhi(Channel):
    """The speakers of all households. `devices` and `open_session` are the gateway's own unless given."""

    name = "xiaozhi"
    capabilities = Capabilities(max_text_bytes=None, buttons=False, cards=False, can_push=False)

    def __init__(
        self,
        gateway: Gateway,
        *,
        devices: Devices | None = None,
        open_session: OpenSession | None = None,
        watch: Watch | None = None,
    ) -> None:
        super().__init__(gateway)
        self._devices = devices or StoredDevices(gateway)
        self._open_session = open_session or HomeSessions(gateway).open
        self._is_mute = open_session is None and gateway.ears is None and gateway.voice is None
        self._watch = watch
        self._open: dict[str, Connection] = {}

    @property
    def why_off(self) -> str | None:
        if not self.gateway.settings.xiaozhi:
            return "no speakers are wanted (LINSHENG_XIAOZHI)"
        if self._is_mute:
            return "there is neither a model to hear with nor a voice to speak with"
        return None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        if self.why_off is not None:
            return []
        return [
            *(web.post(path, self.start) for path in _with_and_without_slash(OTA)),
            *(web.get(path, self.start) for path in _with_and_without_slash(OTA)),
            web.post(f"{OTA}activate", self.activate),
            *(web.get(path, self.socket) for path in _with_and_without_slash(SOCKET)),
        ]

    async def close(self) -> None:
        """Speakers come again when they are called the next time."""
        open_now = list(self._open.values())
        await asyncio.gather(
            *(one.end(WSCloseCode.GOING_AWAY, "the gateway restarts") for one in open_now),
            return_exceptions=True,
        )

    async def start(self, request: web.Request) -> web.StreamResponse:
        """What a speaker asks when it starts. Who says no ids is told the time and the address."""
        token, activation = None, None
        if "Device-Id" in request.headers:
            ids = _said_ids(request)
            token = await self._token(ids)
            if token is None:
                activation = await self._devices.begin_activation(ids)
        told = ota.answer(
            self.gateway.clock.now(), ota.version_of(await request.read()), self._url(request),
            token=token, activation=activation,
        )  # fmt: skip
        return web.json_response(told, dumps=to_json)

    async def activate(self, request: web.Request) -> web.StreamResponse:
        """200 once the speaker belongs to somebody, 202 until then."""
        ids, given = _said_ids(request), ota.challenge_of(await request.read())
        if await self._token(ids) is not None:
            return web.json_response({"message": "activated"}, dumps=to_json)
        waiting = await self._devices.waiting(ids)
        if waiting is None:
            raise NotFound("no activation waits")
        if given is not None and given != waiting.challenge:
            raise BadInput("another challenge")
        return web.json_response({"message": "not yet"}, status=202, dumps=to_json)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The socket of a speaker that shows its token; no other is opened."""
        ids = await self._let_in(request)
        version = _version(_said(request, "Protocol-Version"))
        if len(self._open) >= AT_ONCE and ids.client_id not in self._open:
            raise Unavailable("too many speakers at once")
        watch = self._watch or Watch(asyncio.get_running_loop().time)
        socket = web.WebSocketResponse(
            timeout=watch.close_s, max_msg_size=MESSAGE_MAX_BYTES, compress=False, autoping=False
        )
        await socket.prepare(request)
        connection = Connection(socket, ids.device_id, version, self._open_session, watch)
        older, self._open[ids.client_id] = self._open.get(ids.client_id), connection
        try:
            await asyncio.gather(connection.run(), self._replace(older))
        finally:
            if self._open.get(ids.client_id) is connection:
                del self._open[ids.client_id]
        return socket

    async def _replace(self, older: Connection | None) -> None:
        """Beside the new line: the old one may be dead, and its closing is waited for."""
        if older is not None:
            await older.end(WSCloseCode.POLICY_VIOLATION, "the device is here again")

    async def _let_in(self, request: web.Request) -> Ids:
        try:
            ids = _said_ids(request)
        except BadInput as error:
            raise NotAuthenticated("no ids of a device") from error
        shown = _said(request, "Authorization")
        token = shown[len(_BEARER) :] if shown.lower().startswith(_BEARER) else shown
        known = await self._devices.find(ids.device_id)
        now = self.gateway.clock.now()
        if (
            known is None
            or known.ids != ids
            or not tokens.is_good(token.strip(), known.key, ids.device_id, ids.client_id, now)
        ):
            raise NotAuthenticated("no token of this device")
        return ids

    async def _token(self, ids: Ids) -> Secret | None:
        """A fresh token; None for a speaker that belongs to nobody, or is not what it was."""
        known = await self._devices.find(ids.device_id)
        if known is None or known.ids != ids:
            return None
        return tokens.issue(known.key, ids.device_id, ids.client_id, self.gateway.clock.now())

    def _url(self, request: web.Request) -> str:
        """Where speakers talk: the public address, or the one that this speaker asked at."""
        public = self.gateway.settings.public_url
        if public:
            return public.replace("http", "ws", 1) + SOCKET
        return f"ws://{request.host}{SOCKET}"


def _with_and_without_slash(path: str) -> tuple[str, str]:
    """People type these addresses into a speaker."""
    return path, path.rstrip("/")


def _said(request: web.Request, name: str) -> str:
    """A header, or the same in the address, as pages for tests say it."""
    return request.headers.get(name) or request.query.get(name.lower(), "")


def _said_ids(request: web.Request) -> Ids:
    return ids_of(_said(request, "Device-Id"), _said(request, "Client-Id"))


def _version(said: str) -> int | None:
    """How the device wraps sound. Raises BadInput for a way that there is not."""
    if not said:
        return None
    if said not in {str(version) for version in VERSIONS}:
        raise BadInput("no such version")
    return int(said)
