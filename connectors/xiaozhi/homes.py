"""The speakers of the database, and the session of each in its home's conversation."""

from __future__ import annotations

import hashlib
import hmac

from community.config import Secret
from community.services import speakers
from community.store import speakers as kept
from community.store.speakers import XIAOZHI, Speaker
from connectors.base import Gateway
from connectors.spoken.sessions import Sessions
from connectors.spoken.talk import talk_of
from connectors.spoken.words import words
from connectors.xiaozhi.devices import Activation, Ids, Known
from connectors.xiaozhi.door import XiaozhiDoor
from connectors.xiaozhi.session import Session


class StoredDevices:
    """Devices as the database has them; a key is made of the pepper and of who is bound."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def find(self, device_id: str) -> Known | None:
        one = await _by_device(self._gateway, device_id)
        if one is None or one.room_id is None or one.client_id is None:
            return None
        key = self._made("key", one.id, one.client_id, one.room_id)
        return Known(Ids(device_id, one.client_id), Secret(key))

    async def begin_activation(self, ids: Ids) -> Activation:
        found = await self.waiting(ids)
        if found is not None:
            return found
        ctx = self._gateway.context
        one = await speakers.meet(ctx, _key(ids.device_id), XIAOZHI, words("unnamed"))
        shown = await speakers.show_code(ctx, one, ids.client_id)
        return self._activation(one, ids, shown.code)

    async def waiting(self, ids: Ids) -> Activation | None:
        one, now = await _by_device(self._gateway, ids.device_id), self._gateway.clock.now()
        if one is None or one.code is None or one.next_client_id != ids.client_id:
            return None
        return self._activation(one, ids, one.code) if one.shows_code(now) else None

    def _activation(self, one: Speaker, ids: Ids, code: str) -> Activation:
        return Activation(code, self._made("challenge", one.id, ids.client_id, code)[:32])

    def _made(self, *parts: str) -> str:
        pepper = self._gateway.secrets.pepper.reveal().encode()
        return hmac.new(pepper, "|".join(("xiaozhi", *parts)).encode(), hashlib.sha256).hexdigest()


class HomeSessions:
    """Opens the session of a speaker that was let in."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._sessions = Sessions(gateway.ears, gateway.voice)

    async def open(self, door: XiaozhiDoor, device_id: str) -> Session:
        one = await speakers.meet(self._gateway.context, _key(device_id), XIAOZHI, words("unnamed"))
        door.device.keeps_sound = self._gateway.settings.voice_keep_days > 0
        talk = await talk_of(self._gateway, one, door.there)
        return self._sessions.open(door, talk, door.device, one)


async def _by_device(gateway: Gateway, device_id: str) -> Speaker | None:
    async with gateway.db.read() as conn:
        return await kept.by_device(conn, _key(device_id))


def _key(device_id: str) -> str:
    return f"{XIAOZHI}:{device_id}"
