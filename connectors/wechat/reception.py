"""What each push leads to: a turn of the dialogue, a few words at once, or an effect and no words."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.attachments import PHOTO, VOICE
from connectors import store as gateway_store
from connectors.base import Gateway, storable
from connectors.wechat import events, grants, media, push, ways
from connectors.wechat.account_file import AccountFile
from connectors.wechat.ledger import Grant
from connectors.wechat.notices import Notices
from connectors.wechat.push import (
    Clicked,
    Consents,
    Event,
    Image,
    Link,
    Location,
    Push,
    Scanned,
    Subscribed,
    TemplateSent,
    Text,
    Video,
    Voice,
)
from connectors.wechat.store import CHANNEL
from connectors.wechat.ways import Way
from connectors.wechat.words import words
from conversation import inbox, outbox
from conversation.inbox import Turn
from conversation.messages import Draft, Inbound, Sender
from conversation.ownership import Owner, current
from language import addresses


class Reception:
    """Takes in what one account's readers do."""

    def __init__(self, gateway: Gateway, file: AccountFile, notices: Notices) -> None:
        self._gateway = gateway
        self._file = file
        self._notices = notices

    async def take(self, pushed: Push) -> Turn | str | None:
        """A turn whose answer is to come, what is said at once, or None for nothing."""
        if await self._is_of_the_erased(pushed):
            return None
        match pushed:
            case Text(content=content):
                tapped = await self._tapped(pushed)
                kind = Grant.MESSAGE if pushed.menu_id is None else Grant.TAP
                return tapped or await self._said(pushed, content, kind)
            case Image() | Voice():
                return await self._sent(pushed)
            case Location():
                return await self._located(pushed)
            case Link(title=title, url=url):
                return await self._said(pushed, f"{title}\n{url}".strip())
            case Video():
                return await self._noted(pushed, words("video"), words("no_video"))
            case Event():
                return await self._happened(pushed)
            case _:
                return None

    async def _happened(self, event: Event) -> Turn | str | None:
        match event.about:
            case Clicked(key=key):
                return await self._said(event, key, Grant.TAP)
            case Subscribed(scene=scene):
                return await self._came(event, scene)
            case Scanned(scene=scene):
                says = self._file.scenes.get(scene)
                if says is not None:
                    return await self._said(event, says, Grant.TAP)
                await self._scanned(event)
            case TemplateSent():
                await self._reported(event)
            case Consents() if event.name == "subscribe_msg_sent_event":
                await self._reported(event)
            case None if event.name == events.LEFT:
                await self._left(event)
        return None

    async def _said(self, pushed: Push, text: str, kind: Grant = Grant.MESSAGE) -> Turn:
        return await self._turn(
            pushed, Inbound(_sender(pushed), push.key(pushed), storable(text)), kind
        )

    async def _turn(self, pushed: Push, received: Inbound, kind: Grant) -> Turn:
        async def note_grant(conn: AsyncConnection, turn: Turn) -> None:
            await self._allow(conn, turn.conversation_id, pushed, kind)

        return await self._gateway.runner.submit(received, also=note_grant)

    async def _tapped(self, pushed: Text) -> Turn | None:
        """A turn with the choice whose item was tapped in a menu that we sent."""
        if pushed.menu_id is None:
            return None
        async with self._gateway.db.write() as conn:
            conversation_id = await self._conversation(conn, pushed)
            choice = await outbox.find_choice(conn, conversation_id, pushed.menu_id)
        if choice is None:
            return None
        received = Inbound(_sender(pushed), push.key(pushed), choice.label, choice.id)
        return await self._turn(pushed, received, Grant.TAP)

    async def _sent(self, pushed: Image | Voice) -> Turn:
        """A photo or a clip: its file follows, the turn begins."""
        async with self._gateway.db.write() as conn:
            conversation_id = await self._conversation(conn, pushed)
        attachment_id = await self._gateway.intake.expect(
            CHANNEL, conversation_id, PHOTO if isinstance(pushed, Image) else VOICE,
            media.name_of(pushed), key=push.key(pushed),
        )  # fmt: skip
        received = Inbound(_sender(pushed), push.key(pushed), "", None, attachment_id)
        return await self._turn(pushed, received, Grant.MESSAGE)

    async def _located(self, pushed: Location) -> Turn:
        """A place: the building that it is at, or what the map calls it."""
        place = words(
            "place", label=pushed.label, latitude=f"{pushed.latitude:.5f}",
            longitude=f"{pushed.longitude:.5f}",
        )  # fmt: skip
        at_hand = await self._to_a_person(pushed, place)
        if at_hand is not None:
            return at_hand
        building = self._file.building_near(pushed.latitude, pushed.longitude)
        if building is not None:
            return await self._said(pushed, words("at_building", building=str(building)))
        if addresses.find_rooms(pushed.label):
            return await self._said(pushed, words("at", label=pushed.label))
        return await self._noted(pushed, place, words("where"))

    async def _noted(self, pushed: Push, text: str, answer: str) -> Turn:
        """What the engine has no answer to: the words as a turn, and its answer with it.

        Raises Conflict when a person has taken the floor this moment: the next attempt finds them.
        """
        at_hand = await self._to_a_person(pushed, text)
        if at_hand is not None:
            return at_hand
        gateway = self._gateway
        received = Inbound(_sender(pushed), push.key(pushed), storable(text))

        async def answered(conn: AsyncConnection, turn: Turn) -> None:
            await self._allow(conn, turn.conversation_id, pushed, Grant.MESSAGE)
            floor = await current(conn, turn.conversation_id)
            await outbox.say(
                conn, gateway.clock, turn.conversation_id, [Draft(answer)],
                epoch=floor.epoch, key=turn.id, turn_id=turn.id,
            )  # fmt: skip
            await inbox.finish(
                conn, gateway.clock, turn.id, outcome="asked", intent=None, confidence=None
            )

        turn, _ = await inbox.receive(
            gateway.db, gateway.clock, received, lease_s=0.0, also=answered
        )
        return turn

    async def _to_a_person(self, pushed: Push, text: str) -> Turn | None:
        """The words as a turn when a person reads along; None while the bot serves."""
        async with self._gateway.db.write() as conn:
            known = await inbox.known(conn, CHANNEL, push.key(pushed))
            floor = await current(conn, await self._conversation(conn, pushed))
        if known is not None:
            return known
        if floor.state in {Owner.BOT, Owner.RESOLVED}:
            return None
        return await self._said(pushed, text)

    async def _is_of_the_erased(self, pushed: Push) -> bool:
        """Whether it is from before its reader left, and would make them known again."""
        head = pushed.head
        async with self._gateway.db.read() as conn:
            if head.created_s > await events.newest_of(conn, head, events.LEFT):
                return False
            return await gateway_store.find_conversation(conn, _sender(pushed)) is None

    async def _came(self, event: Event, scene: str | None) -> str:
        """A follower: welcome at once; what the scanned code says is answered after it."""
        says = self._file.scenes.get(scene) if scene else None
        async with self._gateway.db.write() as conn:
            is_new = await events.note(conn, event)
            if event.head.created_s < await events.newest_of(conn, event.head, events.LEFT):
                return words("welcome")
            conversation_id = await self._conversation(conn, event)
            if is_new:
                await self._gateway.forgetting.keep(conn, conversation_id)
            if is_new and says is None:
                await self._allow(conn, conversation_id, event, Grant.TAP)
        if says is None:
            return words("welcome")
        turn = await self._said(event, says, Grant.TAP)
        async with self._gateway.db.write() as conn:
            await ways.claim(conn, self._gateway.clock, turn.id, Way.API)
        return words("welcome")

    async def _left(self, event: Event) -> None:
        """A follower left: what is personal is erased, as WeChat asks."""
        async with self._gateway.db.write() as conn:
            is_new = await events.note(conn, event)
            came_s = await events.newest_of(conn, event.head, events.FOLLOWED)
            conversation_id = await gateway_store.find_conversation(conn, _sender(event))
            if conversation_id is not None and is_new and event.head.created_s >= came_s:
                await self._gateway.forgetting.order(conn, conversation_id)

    async def _scanned(self, event: Event) -> None:
        """A code that says nothing: we may write to them for a while."""
        async with self._gateway.db.write() as conn:
            if await events.note(conn, event):
                await self._allow(conn, await self._conversation(conn, event), event, Grant.TAP)

    async def _reported(self, event: Event) -> None:
        """What became of notices."""
        openid = event.head.openid
        async with self._gateway.db.write() as conn:
            if not await events.note(conn, event):
                return
            match event.about:
                case TemplateSent(msg_id=msg_id, status=status):
                    await self._notices.finished(conn, openid, msg_id, status)
                case Consents(items=items):
                    for report in items:
                        await self._notices.subscribed(conn, openid, report)

    async def _allow(
        self, conn: AsyncConnection, conversation_id: str, pushed: Push, kind: Grant
    ) -> None:
        """We may write to them for a while."""
        await grants.grant(
            conn, self._gateway.clock, conversation_id, kind, source=push.key(pushed)
        )

    async def _conversation(self, conn: AsyncConnection, pushed: Push) -> str:
        return await inbox.conversation_of(conn, self._gateway.clock, _sender(pushed))


def _sender(pushed: Push) -> Sender:
    return Sender(CHANNEL, pushed.head.openid)
