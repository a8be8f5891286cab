"""The speakers' channel: our own client's socket; a device is let in by its own secret."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web

from community.errors import BadInput, NotAuthenticated, TooMany
from community.services import speakers
from community.store.speakers import CLIENT, Speaker
from connectors.base import Channel, Gateway
from connectors.render import Capabilities
from connectors.spoken.agenda_feed import Feed
from connectors.spoken.device import SocketDoor
from connectors.spoken.payload import FRAME_MAX_BYTES, RATE_HZ
from connectors.spoken.sessions import Sessions
from connectors.spoken.talk import CHANNEL, SpeakerTalk, talk_of
from connectors.spoken.visit import Visit
from connectors.spoken.words import words
from voice.device import Device

HEARTBEAT_S = 20.0
CLOSE_S = 1.0
REPORTS_MAX = 100
IN_NO_HOME_AT_ONCE = 50
"Speakers that are there and stand nowhere: anybody may invent one"
SECRET_MIN, SECRET_MAX = 32, 200
"Characters"


class SpeakerChannel(Channel):
    """One conversation for each device, whoever in the home speaks to it."""

    name = CHANNEL
    capabilities = Capabilities(max_text_bytes=None, buttons=False, cards=False, can_push=True)

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self._visits: dict[str, Visit] = {}
        self._in_no_home: set[str] = set()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [web.get("/speaker/v1/socket", self.socket)]

    async def close(self) -> None:
        await asyncio.gather(
            *(visit.close() for visit in self._visits.values()), return_exceptions=True
        )

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """A device's WebSocket. A new socket of a device closes the one before it."""
        one = await self._device(request)
        if one.home is None and one.id not in self._visits:
            if len(self._in_no_home) >= IN_NO_HOME_AT_ONCE:
                raise TooMany("speakers in no home", retry_after_s=60)
            self._in_no_home.add(one.id)
        try:
            return await self._serve(request, one)
        finally:
            if one.id not in self._visits:
                self._in_no_home.discard(one.id)

    async def _serve(self, request: web.Request, one: Speaker) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            timeout=CLOSE_S, heartbeat=HEARTBEAT_S, max_msg_size=FRAME_MAX_BYTES, compress=False,
            autoping=False,
        )  # fmt: skip
        door = SocketDoor(socket)
        talk = await self._talk(one, door)
        await socket.prepare(request)
        device = Device(keeps_sound=self.gateway.settings.voice_keep_days > 0)
        sessions = Sessions(self.gateway.ears, self.gateway.voice)
        visit = Visit(sessions, door, talk, device, one)
        await visit.door.tell(self._hello(one))
        before, self._visits[one.id] = self._visits.get(one.id), visit
        if before is not None:
            await before.close()
        try:
            feed = Feed(self.gateway, talk.conversation_id, visit.door)
            await visit.run(_reports(request), [feed.run])
        finally:
            if self._visits.get(one.id) is visit:
                del self._visits[one.id]
        return socket

    def _hello(self, one: Speaker) -> dict[str, object]:
        phones = self.gateway.settings.help_phones.split(",")
        return {
            "type": "hello", "rate_hz": RATE_HZ, "home": one.home, "pace": one.pace,
            "person": one.person,
            "hears": self.gateway.ears is not None,
            "help_phones": [phone.strip() for phone in phones if phone.strip()],
        }  # fmt: skip

    async def _device(self, request: web.Request) -> Speaker:
        """The device that proves itself; one that is new is known from now on.

        Raises NotAuthenticated, BadInput, TooMany.
        """
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not SECRET_MIN <= len(secret) <= SECRET_MAX:
            raise NotAuthenticated("no secret of a device")
        device_key = request.query.get("device", "")
        if not device_key:
            raise BadInput("device")
        one = await speakers.meet(
            self.gateway.context, f"{CLIENT}:{device_key}", CLIENT, words("unnamed"), secret
        )
        if not speakers.proves(one, secret):
            raise NotAuthenticated("not this device's secret")
        return one

    async def _talk(self, one: Speaker, door: SocketDoor) -> SpeakerTalk:
        opening = None
        if one.home is None:
            shown = await speakers.show_code(self.gateway.context, one)
            opening = words("unbound", code="，".join((shown.code[:3], shown.code[3:])))
        return await talk_of(self.gateway, one, door.proof.there, opening=opening)


def _reports(request: web.Request) -> int:
    """How many reminders that it said alone the device tells of first."""
    told = request.query.get("spoken", "")
    return min(int(told), REPORTS_MAX) if told.isascii() and told.isdigit() and len(told) < 9 else 0
