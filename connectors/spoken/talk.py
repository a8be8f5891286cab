"""The talk of one device: words go into its conversation, and what is to be said comes out of it."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.reminders.still import Still
from community.errors import CommunityError, Conflict
from community.store import speakers
from community.store.speakers import Speaker
from connectors.base import Gateway, storable
from connectors.spoken.said_alone import SaidAlone
from connectors.spoken.speech import said
from conversation import aloud, inbox, queue
from conversation.aloud import Aloud
from conversation.inbox import Turn
from conversation.messages import HEARD, Inbound, Sender
from voice.recogniser import Transcript
from voice.talk import Fate, Habits, Kind, Said

LOOK_AGAIN_S = 20.0
"Without being woken: a lease may have ended, or the night"
FAILED_S = 5.0
"Before the database is asked again"
AWAKE = {aloud.NEWS: timedelta(minutes=5), aloud.STAFF: timedelta(minutes=30)}
"How long after a word of the resident such things are said in the quiet hours too"
CHANNEL = "speaker"
KEY_MAX = 64
OPENING = 0
"Number of what is said at the beginning; the conversation's own begin with 1"
_PARTICLES = dict.fromkeys(map(ord, "啊呀哎诶喂哪了吧，。！ "))
LONG_AGO = datetime.min.replace(tzinfo=UTC)
RESUME = (timedelta(seconds=30), timedelta(minutes=30))
"A question is asked again to a device that comes back within this time"

logger = logging.getLogger(__name__)


class ConversationTalk(ABC):
    """One device's part of a conversation, until `close`."""

    def __init__(
        self, gateway: Gateway, sender: Sender, conversation_id: str, speaker: Speaker
    ) -> None:
        self._gateway = gateway
        self._sender = sender
        self._speaker = speaker
        self.conversation_id = conversation_id
        self._asking: asyncio.Task[Said | None] | None = None
        self._woken = asyncio.Event()
        self._open = True

    async def say(
        self, key: str, heard: Transcript, pcm: bytes = b"", *, continues: str = ""
    ) -> None:
        """As `voice.talk.Talk`, but for this: what was said stands once it is being answered.

        Words under a known key that say more than those before, and a sentence whose first part is
        being answered, are messages of their own; staff read both.
        """
        before = self._own(continues) if continues else None
        submitting = self._submit(self._own(key), heard, pcm, before)
        saying = asyncio.create_task(submitting, name="speaker-say")
        await asyncio.shield(saying)  # a message is never half-way, whoever hangs up

    def _own(self, key: str) -> str:
        return f"{HEARD}{self._speaker.id}:{key[:KEY_MAX]}"

    async def _submit(self, key: str, heard: Transcript, pcm: bytes, continues: str | None) -> None:
        try:
            await self._submit_as(key, heard, pcm, continues)
        except Conflict:
            async with self._gateway.db.read() as conn:
                before = await inbox.known(conn, self._sender.channel, key)
            if before is not None and not _adds(heard.text, before.text):
                await self._keep(before, key, heard, pcm)
            else:
                await self._submit_as(f"{key}:more", heard, pcm)

    async def _submit_as(
        self, key: str, heard: Transcript, pcm: bytes, continues: str | None = None
    ) -> None:
        """The words first, then their sound: that of a cry which rang already has its message."""
        inbound = Inbound(self._sender, key, storable(heard.text), continues=continues)
        turn = await self._gateway.runner.submit(inbound)
        self._gateway.hub.wake(self.conversation_id)
        await self._keep(turn, key, heard, pcm)

    async def _keep(self, turn: Turn, key: str, heard: Transcript, pcm: bytes) -> None:
        if pcm:
            await self._gateway.intake.keep_heard(turn, self._sender.channel, key, pcm, heard)

    async def next(self) -> Said:
        """As `voice.talk.Talk`; whoever stops waiting loses nothing: it is given to the next."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._find(), name="speaker-next")
        try:
            found = await asyncio.shield(self._asking)
        except CommunityError:
            self._asking = None  # the next who waits asks anew
            raise
        self._asking = None
        if found is None:
            raise ConnectionError("the talk is closed")
        return found

    async def _find(self) -> Said | None:
        with self._gateway.hub.listening(self.conversation_id) as self._woken:
            while self._open:
                self._woken.clear()
                wait_s = LOOK_AGAIN_S
                try:
                    found = await self._take()
                except CommunityError as error:
                    logger.error("nothing taken to be said: code=%s", error.code)
                    found, wait_s = None, FAILED_S
                if found is not None:
                    return said(found, self._gateway.clock.now())
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._woken.wait()
        return None

    async def habits(self) -> Habits:
        async with self._gateway.db.read() as conn:
            kept = await speakers.get(conn, self._speaker.id) or self._speaker
        return Habits(kept.pace, kept.volume, kept.senior, kept.pauses)

    async def keep_habits(self, habits: Habits) -> None:
        async with self._gateway.db.write() as conn:
            await speakers.keep_habits(
                conn, self._speaker.id, pace=habits.pace, volume=habits.volume,
                senior=habits.senior, pauses=habits.pauses_s,
            )  # fmt: skip

    @property
    def working(self) -> bool:
        return self._gateway.runner.is_working(self.conversation_id)

    def stands(self, seq: int) -> bool:
        return True

    async def close(self) -> None:
        """Leave what was not said to whoever comes next."""
        self._open = False
        self._woken.set()
        if self._asking is not None:
            await asyncio.wait([self._asking])

    @abstractmethod
    async def _take(self) -> Aloud | None:
        """The next message to be said, if there is one."""

    @abstractmethod
    async def fate(self, seq: int, fate: Fate) -> None: ...


class SpeakerTalk(ConversationTalk):
    """The conversation is the device's own: what it has not played stays in the outbox.

    `there` returns once the device has shown that it has all that was sent to it; what it was told
    to play before counts as played then, and waits to be said again when it shows no more.
    `opening` is said before anything else and is no message of the conversation. Without it a
    question that stands open since RESUME is asked again.
    """

    def __init__(
        self,
        gateway: Gateway,
        sender: Sender,
        conversation_id: str,
        speaker: Speaker,
        there: Callable[[], Awaitable[object]],
        *,
        opening: str | None = None,
    ) -> None:
        super().__init__(gateway, sender, conversation_id, speaker)
        self._there = there
        self._opening = opening
        self._unproven: dict[int, Fate] = {}
        "What was begun and not shown to have arrived"
        self._proving: set[asyncio.Task[None]] = set()
        self._taken: dict[int, Aloud] = {}
        "Ours to say: nobody else is given it"
        self._given_back: dict[int, Aloud] = {}
        "Could not be said, and comes again when its lease is over"
        self._refused: set[int] = set()
        self._still = Still(gateway.clock)
        self._spoke_at: datetime | None = None
        self._begun = False
        self._said_alone = SaidAlone(gateway.clock, conversation_id)

    async def say(
        self, key: str, heard: Transcript, pcm: bytes = b"", *, continues: str = ""
    ) -> None:
        self._spoke_at = self._gateway.clock.now()
        await super().say(key, heard, pcm, continues=continues)

    async def _find(self) -> Said | None:
        if self._begun:
            return await super()._find()
        if self._opening is not None:
            self._begun = True
            return Said(OPENING, self._opening, Kind.NOTICE)
        async with self._gateway.db.read() as conn:
            question = await aloud.open_question(
                conn, self._gateway.clock, self.conversation_id, RESUME
            )
        self._begun = True
        if question is None:
            return await super()._find()
        return said(question, self._gateway.clock.now())

    async def was_said(self, key: str) -> None:
        """The device said a reminder of its agenda by itself; it is not said again."""
        self._said_alone.add(key)
        async with self._gateway.db.write() as conn:
            await self._said_alone.note(conn)
        self._gateway.hub.wake(self.conversation_id)

    def stands(self, seq: int) -> bool:
        return seq not in self._refused

    async def _take(self) -> Aloud | None:
        """Nothing is written while there is nothing to do: many speakers look again and again."""
        clock = self._gateway.clock
        async with self._gateway.db.read() as conn:
            if await self._has_moved(conn):
                self._open = False
                self._woken.set()
                return None
            awake = await self._awake(conn)
            waits = await aloud.waits(conn, clock, self.conversation_id, awake=awake)
            ours = self._taken or self._given_back
            if not (waits or ours or await self._said_alone.numbers(conn)):
                return None
        async with self._gateway.db.write() as conn:
            if await self._has_moved(conn):
                return None  # the next look says so
            await self._keep_taken(conn)
            await self._said_alone.note(conn)
            found = await aloud.take(conn, clock, self.conversation_id, self._still, awake=awake)
        if found is not None:
            self._taken[found.message.seq] = found
            self._given_back.pop(found.message.seq, None)
            self._refused.discard(found.message.seq)
        return found

    async def _awake(self, conn: AsyncConnection) -> set[str]:
        """What wakes nobody now, for the resident spoke here not long ago, or is in danger."""
        if self._spoke_at is None:
            self._spoke_at = await inbox.last_received(conn, self.conversation_id) or LONG_AGO
        silent = self._gateway.clock.now() - self._spoke_at
        kinds = {kind for kind, after in AWAKE.items() if silent < after}
        cases = await queue.open_cases(conn, self.conversation_id)
        if any(case.lane is queue.Lane.EMERGENCY for case in cases):
            kinds.add(aloud.STAFF)
        return kinds

    async def _has_moved(self, conn: AsyncConnection) -> bool:
        """Whether it stands elsewhere than when it came, or is another's: then it comes anew."""
        now = await speakers.get(conn, self._speaker.id)
        return now is None or _place(now) != _place(self._speaker)

    async def _keep_taken(self, conn: AsyncConnection) -> None:
        """Keep up the leases of what waits to be said.

        What a person overtook is not said, nor a reminder that was answered elsewhere meanwhile.
        """
        for seq, one in sorted((self._taken | self._given_back).items()):
            stays = await aloud.may_stay(conn, self.conversation_id, one, self._still)
            if stays and seq in self._taken:
                stays = await aloud.hold(conn, self._gateway.clock, self.conversation_id, seq)
            if not stays:
                self._taken.pop(seq, None)
                self._given_back.pop(seq, None)
                self._refused.add(seq)

    async def fate(self, seq: int, fate: Fate) -> None:
        if seq == OPENING:
            return
        if fate in {Fate.PLAYED, Fate.CUT}:
            self._unproven[seq] = fate
            proving = asyncio.create_task(self._prove(seq), name="speaker-proof")
            self._proving.add(proving)
            proving.add_done_callback(self._proving.discard)
            return
        if fate is Fate.ANSWERED:
            await self._note_begun(seq)  # whoever answers has heard it
        async with self._gateway.db.write() as conn:
            if fate is Fate.QUEUED:
                await aloud.hold(conn, self._gateway.clock, self.conversation_id, seq)
            await aloud.note(conn, self._gateway.clock, self.conversation_id, seq, fate.value)
        one = self._taken.pop(seq, None) if fate is Fate.QUEUED else None
        if one is not None:
            self._given_back[seq] = one

    async def _prove(self, seq: int) -> None:
        try:
            await self._there()
            await self._note_begun(seq)
        except (ConnectionError, CommunityError) as error:
            logger.warning("not known to be played: seq=%d error=%s", seq, type(error).__name__)

    async def _note_begun(self, seq: int) -> None:
        fate = self._unproven.pop(seq, None)
        if fate is None:
            return
        async with self._gateway.db.write() as conn:
            await aloud.note(conn, self._gateway.clock, self.conversation_id, seq, fate.value)
        self._taken.pop(seq, None)

    async def close(self) -> None:
        await super().close()
        for proving in list(self._proving):
            proving.cancel()
        await asyncio.gather(*self._proving, return_exceptions=True)
        async with self._gateway.db.write() as conn:
            for seq in sorted({*self._taken, *self._given_back}):
                await aloud.put_back(conn, self.conversation_id, seq)
        self._gateway.hub.wake(self.conversation_id)


def _adds(said: str, before: str) -> bool:
    """Whether the words say anything that those before did not: 救命 or 救命救命 after 救命啊 does not.

    Their order counts: another address is made of the same characters.
    """
    now, then = said.translate(_PARTICLES), before.translate(_PARTICLES)
    return now not in then and bool(now.replace(then, ""))


def _place(one: Speaker) -> tuple[str, str | None, str | None]:
    return one.identity_id, one.room_id, one.resident_id


async def talk_of(
    gateway: Gateway, one: Speaker, there: Callable[[], Awaitable[object]], *,
    opening: str | None = None,
) -> SpeakerTalk:  # fmt: skip
    """The talk of a speaker that has just come; that it was there is noted."""
    sender = Sender(CHANNEL, one.device_key)
    async with gateway.db.write() as conn:
        await speakers.seen(conn, gateway.clock, one.id)
        conversation_id = await inbox.conversation_of(conn, gateway.clock, sender)
    return SpeakerTalk(gateway, sender, conversation_id, one, there, opening=opening)
