"""What a pulled item leads to: a resident's message becomes a turn, an event is acted upon.

Each item may come again after a crash, and then does nothing anew.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict, Unavailable
from community.store.attachments import PHOTO, VOICE
from connectors.base import Gateway, storable
from connectors.wechat.grants import grant
from connectors.wechat.ledger import Grant
from connectors.wechat.ways import Way, claim
from connectors.wecom import store
from connectors.wecom.client import Client
from connectors.wecom.errors import COME_WITH_NEXT_WORDS
from connectors.wecom.messages import Entered, Item, Said, SeatChanged, SendFailed
from connectors.wecom.sessions import Sessions
from connectors.wecom.words import words
from conversation import inbox, outbox
from conversation.messages import Choice, Draft, Inbound, Sender
from conversation.ownership import Owner, current
from language import addresses

WELCOME_WITHIN = timedelta(seconds=20)
SAID_ONCE_WITHIN = timedelta(minutes=1)
"Nine films in a row get one sentence"
_FILES = {"image": PHOTO, "voice": VOICE}

logger = logging.getLogger(__name__)


class Turns:
    """Takes the items of all accounts."""

    def __init__(self, gateway: Gateway, client: Client) -> None:
        self._gateway = gateway
        self._client = client
        self._sessions = Sessions(client)
        self._welcomes: set[asyncio.Task[None]] = set()

    async def take(self, item: Item) -> None:
        """Returns when what the item leads to is stored. Raises StoreError."""
        match item:
            case Said():
                await self._said(item)
            case Entered(welcome_code=code) if code is not None:
                self._welcome(item, code)
            case SendFailed():
                await self._send_failed(item)
            case SeatChanged(head=head):
                self._sessions.forget(head)

    async def close(self) -> None:
        """Give up welcomes under way: their codes are good for seconds only."""
        for welcome in self._welcomes:
            welcome.cancel()
        await asyncio.gather(*self._welcomes, return_exceptions=True)

    async def _said(self, said: Said) -> None:
        sender = Sender(store.CHANNEL, said.head.user_key)
        received = await self._received(said, sender)
        if received is None:
            await self._no_words(said, sender)
            return
        try:
            turn = await self._gateway.runner.submit(received)
        except Conflict:
            logger.error("wecom message left: its id was used for another one")
            return
        way = Way.API if await self._sessions.is_ours(said.head) else Way.SILENT
        clock = self._gateway.clock
        async with self._gateway.db.write() as conn:
            if not await store.was_counted(conn, turn):
                await grant(conn, clock, turn.conversation_id, Grant.MESSAGE, source=received.key)
            await claim(conn, clock, turn.id, way)

    async def _received(self, said: Said, sender: Sender) -> Inbound | None:
        """The message as a turn takes it: words, a photo or a clip; None for anything else."""
        key = said.head.msgid
        media_id = said.content.get("media_id")
        if said.kind in _FILES and isinstance(media_id, str) and media_id:
            attachment_id = await self._gateway.intake.expect(
                store.CHANNEL,
                await self._conversation(sender),
                _FILES[said.kind],
                media_id,
                key=key,
            )
            return Inbound(sender, key, "", None, attachment_id)
        choice = await self._choice(said, sender)
        if choice is not None:
            return Inbound(sender, key, choice.label, choice.id)
        text = _turn_text(said) or await self._for_a_person(said, sender)
        return None if text is None else Inbound(sender, key, storable(text))

    async def _for_a_person(self, said: Said, sender: Sender) -> str | None:
        """What came, told to the person who reads along; None while the bot serves."""
        conversation_id = await self._conversation(sender)
        async with self._gateway.db.read() as conn:
            owned = await current(conn, conversation_id)
        if owned.state in {Owner.BOT, Owner.RESOLVED}:
            return None
        return words("place", label=_label(said)) if said.kind == "location" else words("other")

    async def _choice(self, said: Said, sender: Sender) -> Choice | None:
        """The choice whose line was tapped in a menu that we sent."""
        menu_id = said.content.get("menu_id")
        if not isinstance(menu_id, str) or not menu_id:
            return None
        conversation_id = await self._conversation(sender)
        async with self._gateway.db.read() as conn:
            return await outbox.find_choice(conn, conversation_id, menu_id)

    async def _conversation(self, sender: Sender) -> str:
        async with self._gateway.db.write() as conn:
            return await inbox.conversation_of(conn, self._gateway.clock, sender)

    async def _no_words(self, said: Said, sender: Sender) -> None:
        """Say kindly what is understood; not over a person's head."""
        clock, msgid = self._gateway.clock, said.head.msgid
        text = words("where" if said.kind == "location" else "not_understood")
        is_ours = await self._sessions.is_ours(said.head)
        async with self._gateway.db.write() as conn:
            conversation_id = await inbox.conversation_of(conn, clock, sender)
            await grant(conn, clock, conversation_id, Grant.MESSAGE, source=msgid)
            if is_ours and not await self._was_said(conn, conversation_id, text):
                owned = await current(conn, conversation_id)
                with suppress(Conflict):
                    await outbox.say(
                        conn, clock, conversation_id, [Draft(text)],
                        epoch=owned.epoch, key=f"no_words:{msgid}",
                    )  # fmt: skip

    async def _was_said(self, conn: AsyncConnection, conversation_id: str, text: str) -> bool:
        since = self._gateway.clock.now() - SAID_ONCE_WITHIN
        last = await outbox.last_said(conn, conversation_id, since=since)
        return last is not None and last.text == text

    def _welcome(self, entered: Entered, code: str) -> None:
        """Beside the pull: nobody's words wait for it."""
        if self._gateway.clock.now() - entered.head.at < WELCOME_WITHIN:
            welcome = asyncio.create_task(self._say_welcome(code), name="wecom-welcome")
            self._welcomes.add(welcome)
            welcome.add_done_callback(self._welcomes.discard)

    async def _say_welcome(self, code: str) -> None:
        try:
            await self._client.send_msg_on_event(code, words("welcome"))
        except Unavailable as error:  # WeCom refuses a code that was used before
            logger.info("wecom welcome not said: %s (%s)", type(error).__name__, error)

    async def _send_failed(self, failed: SendFailed) -> None:
        async with self._gateway.db.write() as conn:
            is_known = await store.mark_failed(
                conn,
                self._gateway.clock,
                failed.head.user_key,
                failed.key,
                may_go_again=failed.fail_type in COME_WITH_NEXT_WORDS,
            )
        logger.warning(
            "wecom message did not arrive: fail_type=%d, %s",
            failed.fail_type,
            "marked" if is_known else "not among those of the last days",
        )


def _turn_text(said: Said) -> str | None:
    """The words of a message; None for one that has none."""
    match said.kind:
        case "text":
            return _text(said, "content") or None
        case "link":
            return f"{_text(said, 'title')}\n{_text(said, 'url')}".strip() or None
        case "location" if addresses.find_rooms(_label(said)):
            return words("at", label=_label(said))
        case _:
            return None


def _label(said: Said) -> str:
    """What the map calls a place."""
    return f"{_text(said, 'address')} {_text(said, 'name')}".strip()


def _text(said: Said, name: str) -> str:
    found = said.content.get(name)
    return found if isinstance(found, str) else ""
