"""Delivery: what no response to a push has carried goes out through the API, within the allowance.

Each conversation has one call under way at most, so its words keep their order, and one that hangs
holds nobody else up. A call is written down before it is made: after a crash its words go again
under the same key where the other side shows a key once, and are held else, to come with the
resident's next message, marked as perhaps known, never silently twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound, TooLarge
from community.store.database import Database
from community.times import Clock
from connectors.render import Capabilities, fit
from connectors.splitting import split
from connectors.wechat import grants, store, ways
from connectors.wechat.errors import Action, NotReached, OutcomeUnknown, WeChatError
from connectors.wechat.grants import Shares
from connectors.wechat.ledger import shares, usable
from connectors.wechat.passive import TEXT_MAX_BYTES
from connectors.wechat.store import AGAIN, HELD, SENDING, UNREACHED, Bundle
from connectors.wechat.words import words
from connectors.wechat.xml import sanitised
from conversation.messages import Message
from conversation.outbox import READY, SENT

CAPABILITIES = Capabilities(max_text_bytes=None, buttons=False, cards=False, can_push=True)
"A bundle is cut to WeChat's length as a whole, not message by message"
STEP_S = 0.05
"Often, and few at a time: many calls that begin at once would hold up everybody's answers"
LEASE_S = 60.0
"Longer than a call takes with all its retries"
LOOK_BACK_FIRST, LOOK_BACK = timedelta(hours=48), timedelta(minutes=10)
"How far back answers are looked for that nobody fetched: as long as they may be sent, at the start"
AGAIN_S = 30.0
"After a call that did not reach WeChat, or that it was too busy for"
_HELD_BY = {Action.WINDOW_CLOSED, Action.QUOTA_USED}
_COME_AGAIN = {Action.RETRY, Action.TOKEN, Action.PAGE_OPERATOR, Action.RATE_LIMITED}

logger = logging.getLogger(__name__)


def text_of(messages: tuple[Message, ...] | list[Message]) -> str:
    """Messages in a row as one text: choices are numbered lines, cards are lines."""
    return "\n".join(part.text for one in messages for part in fit(one, CAPABILITIES))


def words_of(bundle: Bundle, *, repeats_safely: bool = False) -> str:
    """A bundle as one text, with who speaks, and marked when it may be known already."""
    text = sanitised(text_of(bundle.messages))[bundle.given :]
    if bundle.by_person and bundle.name and not text.startswith(bundle.name):
        text = words("by", name=bundle.name, text=text)
    if bundle.attempts and not repeats_safely:
        text = words("perhaps_known", text=text)
    return text


OnHeld = Callable[[AsyncConnection, Bundle], Awaitable[None]]
"What is done, in the same transaction, when words cannot go before the reader writes again"


class Carrier(Protocol):
    """Takes words to a reader over one door of WeChat's."""

    channel: str
    "Whose outbox rows it carries"
    is_idempotent: bool
    "A piece sent again under its key is shown once"

    async def send(self, user_key: str, text: str, *, key: str) -> None:
        """Send a piece of at most TEXT_MAX_BYTES.

        `key` has at most 32 of [0-9a-f], the same for the same piece again. Raises WeChatError,
        NotReached, OutcomeUnknown.
        """
        ...

    async def show(self, user_key: str, photo_id: str, *, key: str) -> None:
        """Show a kept photo. As `send`; raises NotFound when the photo's file is gone."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What became of a bundle."""

    state: str
    "SENT, HELD, UNREACHED or AGAIN"
    known: bool = True
    "Certainly all of it arrived, or nothing"
    shut: bool = False
    "WeChat lets nothing more through before the reader writes again"


@dataclass(frozen=True)
class Photo:
    """A piece that is shown instead of words."""

    id: str


@dataclass(frozen=True)
class Portion:
    """As much of a bundle, from its beginning, as may be sent now."""

    bundle: Bundle
    pieces: Sequence[str | Photo]
    given: int | None = None
    "Characters of its one message that were given after it; None when that is all of it"


class Delivery:
    """Sends what is due, a bundle for each conversation at a time."""

    def __init__(
        self, db: Database, clock: Clock, carrier: Carrier, *, on_held: OnHeld | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._carrier = carrier
        self._on_held = on_held
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._closed = False
        self._look_back = LOOK_BACK_FIRST

    async def step(self) -> None:
        """Begin to send the next bundle of every conversation that nothing is being sent to."""
        if self._closed:
            return
        async with self._db.read() as conn:
            waiting = await store.due(conn, self._clock, self._carrier.channel)
        for bundle in waiting:
            if bundle.conversation_id not in self._under_way:
                task = asyncio.create_task(self._deliver(bundle), name="wechat-deliver")
                self._under_way[bundle.conversation_id] = task
                task.add_done_callback(partial(self._ended, bundle.conversation_id))

    def _ended(self, conversation_id: str, task: asyncio.Task[None]) -> None:
        del self._under_way[conversation_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error(
                "wechat delivery put off: conversation=%s", conversation_id, exc_info=error
            )

    async def close(self) -> None:
        """Leave what is under way: its outcome is not known, and it is held."""
        self._closed = True
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def tidy(self) -> None:
        """Take up what a dead process or a lost connection has left."""
        channel = self._carrier.channel
        left = AGAIN if self._carrier.is_idempotent else HELD
        async with self._db.write() as conn:
            await store.end_lost(conn, self._clock, channel, left)
            await ways.claim_orphans(conn, self._clock, channel, within=self._look_back)
            await store.take_up(conn, self._clock, channel)
        self._look_back = LOOK_BACK

    async def _deliver(self, bundle: Bundle) -> None:
        conversation_id = bundle.conversation_id
        async with self._db.write() as conn:
            allowed = await grants.allowances(conn, conversation_id)
            now = self._clock.now()
            share = usable(allowed, now, by_person=bundle.by_person or bundle.is_safety)
            if not share:
                await self._end(conn, bundle, Outcome(HELD), was=READY)
                return
            portion = self._portion(bundle, share)
            if share == len(portion.pieces) and await store.is_answering(conn, conversation_id):
                return  # the last that may be sent takes the answers under way with it
            lease_until = now + timedelta(seconds=LEASE_S)
            if not await store.begin(conn, portion.bundle, lease_until=lease_until):
                return
            spent = shares(allowed, now, len(portion.pieces))
            await grants.spend(conn, conversation_id, spent)
        outcome = await self._send(portion.bundle, portion.pieces)
        async with self._db.write() as conn:
            await self._settle(conn, portion, spent, outcome)

    def _portion(self, bundle: Bundle, share: int) -> Portion:
        """What fits into `share` messages, 1 or more: whole messages, else the beginning of one."""
        if bundle.photo is not None:
            return Portion(bundle, [Photo(bundle.photo)])
        for count in range(len(bundle.messages), 0, -1):
            part = replace(bundle, messages=bundle.messages[:count])
            pieces = split(self._text(part), TEXT_MAX_BYTES)
            if len(pieces) <= share:
                return Portion(part, pieces)
        return self._beginning(replace(bundle, messages=bundle.messages[:1]), share)

    def _beginning(self, bundle: Bundle, share: int) -> Portion:
        """So much of a message that is too long, ending with when the rest comes."""
        ending = words("more")
        text = self._text(bundle)
        pieces = split(text, TEXT_MAX_BYTES - len(ending.encode()))[:share]
        end = 0
        for piece in pieces:
            end = text.index(piece, end) + len(piece)
        given = len(sanitised(text_of(bundle.messages))) - len(text[end:].lstrip())
        return Portion(bundle, [*pieces[:-1], pieces[-1] + ending], given)

    async def _settle(
        self, conn: AsyncConnection, portion: Portion, spent: Shares, outcome: Outcome
    ) -> None:
        bundle = portion.bundle
        if outcome.shut:
            await grants.exhaust(conn, bundle.conversation_id)
        elif outcome.state == AGAIN or (outcome.known and outcome.state != SENT):
            await grants.give_back(conn, bundle.conversation_id, spent)
        if outcome.state == SENT and portion.given is not None:
            await store.note_given(conn, bundle, portion.given)
            bundle, outcome = replace(bundle, attempts=0), Outcome(HELD)
        await self._end(conn, bundle, outcome)

    async def _end(
        self, conn: AsyncConnection, bundle: Bundle, outcome: Outcome, *, was: str = SENDING
    ) -> None:
        again = outcome.state == AGAIN
        not_before = self._clock.now() + timedelta(seconds=AGAIN_S) if again else None
        await store.end(
            conn, self._clock, bundle, outcome.state, was=was, known=outcome.known,
            not_before=not_before,
        )  # fmt: skip
        if outcome.state == HELD and outcome.known and self._on_held is not None:
            await self._on_held(conn, bundle)

    async def _send(self, bundle: Bundle, pieces: Sequence[str | Photo]) -> Outcome:
        """Send piece by piece; what failed after a first piece is known in part."""
        for number, piece in enumerate(pieces):
            try:
                key = piece_key(
                    bundle.conversation_id, bundle.seqs, number, bundle.failed_at, bundle.given
                )
                if isinstance(piece, Photo):
                    await self._carrier.show(bundle.user_key, piece.id, key=key)
                else:
                    await self._carrier.send(bundle.user_key, piece, key=key)
            except TooLarge:
                return self._after(OutcomeUnknown("answer too large"), first=number == 0)
            except NotFound:
                logger.error("wechat photo gone: conversation=%s", bundle.conversation_id)
                return Outcome(UNREACHED)
            except (OutcomeUnknown, NotReached, WeChatError) as error:
                logger.warning(
                    "wechat send: %s (%s) conversation=%s",
                    type(error).__name__,
                    error,
                    bundle.conversation_id,
                )
                return self._after(error, first=number == 0)
        return Outcome(SENT)

    def _after(self, error: OutcomeUnknown | NotReached | WeChatError, *, first: bool) -> Outcome:
        """What a failed call leads to; `first`: nothing had been sent before it."""
        action = error.action if isinstance(error, WeChatError) else None
        shut = action in _HELD_BY
        known = first and not isinstance(error, OutcomeUnknown)
        if self._carrier.is_idempotent and (action is None or action in _COME_AGAIN):
            return Outcome(AGAIN, known=known)
        if not known or shut:
            return Outcome(HELD, known=known, shut=shut)
        if action is None or action in _COME_AGAIN:
            return Outcome(AGAIN)
        return Outcome(UNREACHED if action is Action.UNREACHABLE else HELD)

    def _text(self, bundle: Bundle) -> str:
        return sanitised(words_of(bundle, repeats_safely=self._carrier.is_idempotent))


def piece_key(
    conversation_id: str,
    seqs: Sequence[int],
    number: int,
    failed_at: datetime | None = None,
    given: int = 0,
) -> str:
    """The same for the same piece of the same bundle, until it turns out that it did not arrive."""
    named = f"{conversation_id}/{seqs[0]}/{seqs[-1]}/{number}"
    if given:
        named = f"{named}/{given}"
    if failed_at is not None:
        named = f"{named}/{failed_at.isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]
