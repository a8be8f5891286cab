"""One open page: hears what the resident says, and tells everything new from a cursor on."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.phrases import phrase
from community.errors import BadInput, Code, CommunityError, NotFound, StoreError
from community.store import attachments, identities
from community.times import local
from connectors import store
from connectors.base import Gateway
from connectors.middlewares import to_json
from connectors.store import Status
from connectors.webchat.payload import Earlier, Read, Say, frame_id, read_frame, refused, shown
from conversation import outbox
from conversation.messages import Inbound, Sender
from conversation.ownership import STAFFED, Owner

HISTORY = 200
"Messages that a fresh page begins with"
PAGE = 50
"Messages of one `earlier`"
LOOK_AGAIN_S = 5.0
"While waiting in the queue: others before us leave it without waking us"
SENIOR_AGE = 65

logger = logging.getLogger(__name__)


class Connection:
    """A page's WebSocket. `after` is its resume cursor: the last number that it has."""

    def __init__(
        self,
        gateway: Gateway,
        socket: web.WebSocketResponse,
        sender: Sender,
        conversation_id: str,
        after: int,
    ) -> None:
        self._gateway = gateway
        self._socket = socket
        self._sender = sender
        self._conversation_id = conversation_id
        self._after = after
        self._told: dict[str, Any] = {}
        self._here = True
        self._greeted = asyncio.Event()

    async def run(self) -> None:
        """Until the page goes, or the database fails: the page then comes again by itself."""
        with self._gateway.hub.listening(self._conversation_id) as woken:
            telling = asyncio.create_task(self._tell(woken), name="webchat-tell")
            try:
                await self._greeted.wait()
                async for frame in self._socket:
                    if frame.type is WSMsgType.TEXT:
                        await self._hear(frame.data)
            finally:
                # Not cancelled: a database connection that is used half-way would be lost.
                self._here = False
                woken.set()
                await asyncio.wait([telling])

    # --- hearing

    async def _hear(self, frame: str) -> None:
        try:
            heard = read_frame(frame)
            if isinstance(heard, Say):
                await self._say(heard)
            elif isinstance(heard, Read):
                await self._read(heard)
            else:
                await self._earlier(heard)
        except CommunityError as error:
            await self._refuse(frame, error)

    async def _say(self, heard: Say) -> None:
        text = heard.text
        async with self._gateway.db.read() as conn:
            if heard.choice is not None:
                choice = await outbox.find_choice(conn, self._conversation_id, heard.choice)
                if choice is None:
                    raise BadInput("never offered here")
                text = choice.label
            if heard.photo is not None:
                photo = await attachments.find(conn, heard.photo)
                if photo is None or photo.conversation_id != self._conversation_id:
                    raise NotFound("no such photo here")
        turn = await self._gateway.runner.submit(
            Inbound(
                self._sender, f"{self._sender.user_key}:{heard.id}", text, heard.choice, heard.photo
            )
        )
        await self._send({"type": "stored", "id": heard.id, "seq": turn.seq})
        self._gateway.hub.wake(self._conversation_id)

    async def _read(self, heard: Read) -> None:
        async with self._gateway.db.write() as conn:
            seen = min(heard.seq, await store.last_seq(conn, self._conversation_id))
            await outbox.mark_read(conn, self._gateway.clock, self._conversation_id, seen)

    async def _earlier(self, heard: Earlier) -> None:
        after = max(0, heard.before - 1 - PAGE)
        async with self._gateway.db.write() as conn:
            found, _ = await outbox.deliver(conn, self._conversation_id, after=after, limit=PAGE)
            before = [message for message in found if message.seq < heard.before]
            stretch = await store.stretch(conn, self._conversation_id, before)
        await self._send({"type": "earlier", "messages": shown(stretch), "first": after + 1})

    async def _refuse(self, frame: str, error: CommunityError) -> None:
        if isinstance(error, StoreError):
            logger.error("not heard: code=%s", error.code)
        await self._send(
            refused(
                frame_id(frame), error.code, phrase(f"errors.{error.code}"), again=error.retryable
            )
        )

    # --- telling

    async def _tell(self, woken: asyncio.Event) -> None:
        try:
            await self._greet()
            self._greeted.set()
            while self._here:
                woken.clear()
                status = await self._catch_up()
                waits = status.state is Owner.WAITING
                try:
                    async with asyncio.timeout(LOOK_AGAIN_S if waits else None):
                        await woken.wait()
                except TimeoutError:
                    continue
        except StoreError as error:
            logger.error("page is told to come again: code=%s", error.code)
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        except (ConnectionError, RuntimeError):
            return  # the page went while it was told; it reads on from its cursor
        except Exception:
            logger.exception("page is told to come again: code=%s", Code.INTERNAL)
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            self._greeted.set()

    async def _greet(self) -> None:
        """Say where the conversation stands, then everything that the page does not have."""
        async with self._gateway.db.read() as conn:
            last = await store.last_seq(conn, self._conversation_id)
            party = await identities.party(conn, self._conversation_id)
            born = await store.birth_year(conn, self._conversation_id)
        known = 0 < self._after <= last
        first = self._after if known else max(0, last - HISTORY)
        settings = self._gateway.settings
        await self._send(
            {
                "type": "hello",
                "conversation": self._conversation_id,
                "seq": last,
                "first": first + 1,
                "reset": not known,
                "home": party.home.label if party and party.home else None,
                "senior": born is not None
                and local(self._gateway.clock.now()).year - born >= SENIOR_AGE,
                "photo_max_bytes": settings.photo_max_bytes,
            }
        )
        self._after = first
        messages = await self._new_messages(up_to=last)
        await self._send({"type": "history", "messages": messages, "first": first + 1})

    async def _catch_up(self) -> Status:
        async with self._gateway.db.read() as conn:
            status = await store.status(conn, self._conversation_id)
        for message in await self._new_messages(up_to=status.last_seq):
            await self._send(message)
        typing = self._gateway.runner.is_working(self._conversation_id)
        await self._send_changed(
            {
                "type": "owner",
                "state": status.state,
                "name": status.name,
                "position": status.position,
                "emergency": status.emergency,
            }
        )
        await self._send_changed({"type": "typing", "on": typing and status.state not in STAFFED})
        return status

    async def _new_messages(self, *, up_to: int) -> list[dict[str, Any]]:
        """What lies between the cursor and `up_to`; the cursor moves on."""
        found: list[dict[str, Any]] = []
        while self._after < up_to:
            async with self._gateway.db.write() as conn:
                messages, cursor = await outbox.deliver(
                    conn, self._conversation_id, after=self._after
                )
                found += shown(await store.stretch(conn, self._conversation_id, messages))
            self._after = cursor if messages else up_to
        return found

    async def _send_changed(self, told: dict[str, Any]) -> None:
        if self._told.get(told["type"]) != told:
            self._told[told["type"]] = told
            await self._send(told)

    async def _send(self, body: dict[str, Any]) -> None:
        await self._socket.send_str(to_json(body))
