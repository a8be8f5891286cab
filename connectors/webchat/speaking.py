"""Speaking with a page: its conversation, heard through its microphone and read aloud beside it."""

from __future__ import annotations

import hashlib

from aiohttp import web

from community.services import speakers
from community.store.speakers import PAGE
from connectors import store
from connectors.base import Gateway
from connectors.spoken.device import SocketDoor
from connectors.spoken.page_talk import PageTalk
from connectors.spoken.payload import RATE_HZ
from connectors.spoken.sessions import Sessions
from connectors.spoken.visit import Visit
from connectors.spoken.words import words
from conversation import inbox
from conversation.messages import Sender
from voice.device import Device


async def visit(
    gateway: Gateway, socket: web.WebSocketResponse, sender: Sender, *, free: bool
) -> Visit:
    """The visit of a page that has just connected; `free` hears all the time."""
    key = hashlib.sha256(sender.user_key.encode()).hexdigest()
    one = await speakers.meet(
        gateway.context, f"{PAGE}:{key}", PAGE, words("page"),
        account=(sender.channel, sender.user_key),
    )  # fmt: skip
    async with gateway.db.write() as conn:
        conversation_id = await inbox.conversation_of(conn, gateway.clock, sender)
        last = await store.last_seq(conn, conversation_id)
    talk = PageTalk(gateway, sender, conversation_id, one, last)
    device = Device(
        hands_free=free, always_on=free, shared=False,
        keeps_sound=gateway.settings.voice_keep_days > 0,
    )  # fmt: skip
    made = Visit(Sessions(gateway.ears, gateway.voice), SocketDoor(socket), talk, device, one)
    hello = {"type": "hello", "rate_hz": RATE_HZ, "home": one.home}
    await made.door.tell(hello | {"hears": gateway.ears is not None})
    return made
