"""One request of a maker to its answer, whatever the protocol.

A message becomes a turn and is waited for up to ANSWER_BY_S; an answer that is late is promised
and said with the next request, and so is all that was said meanwhile. The same request again gets
the same answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.answer import cry
from community.errors import NotFound, TooMany
from community.services import binding
from community.store import identities
from connectors import store as gateway_store
from connectors.base import TEXT_MAX_CHARACTERS, Gateway, storable
from connectors.skills import commands, store
from connectors.skills.answers import meant
from connectors.skills.awaited import Awaited
from connectors.skills.commands import Command
from connectors.skills.composing import Speech, begin, compose, owed, say
from connectors.skills.discretion import declined, introduced, is_known, opener
from connectors.skills.exchange import Asked, Kind, Spoken
from connectors.skills.patience import Patience, RealPatience
from connectors.skills.steering import into_silence, leave, quiet, steer
from connectors.skills.store import Talk
from connectors.skills.words import words
from conversation import inbox
from conversation.inbox import Turn
from language.emergency import is_false_alarm

ANSWER_BY_S = 1.5
"After the beginning of a request"
TURN_ENDS_S = 60.0
"Longer than any turn"
LEFT_TO_A_PERSON = {"handed_off", "failed"}
"Outcomes after which a person's words are still to come"
PROMISES_AT_MOST = 3
"In a row with the microphone open"


class Turns:
    """Answers the requests of one channel."""

    def __init__(self, gateway: Gateway, channel: str, patience: Patience | None = None) -> None:
        self._gateway = gateway
        self._channel = channel
        self._patience = patience or RealPatience()
        self._running: dict[str, asyncio.Task[Spoken]] = {}
        self._awaited = Awaited()

    def now_s(self) -> float:
        """When a request begins."""
        return self._patience.now_s()

    async def answer(self, asked: Asked, *, began_s: float) -> Spoken:
        """What the speaker says. Raises CommunityError; then nothing of the answer is lost."""
        if asked.is_probe:
            return say(words("welcome"), mic=True)
        task = self._running.get(asked.key)
        if task is None:
            task = asyncio.create_task(
                self._once(asked, began_s + ANSWER_BY_S), name="skill-answer"
            )
            self._running[asked.key] = task
            task.add_done_callback(lambda done: self._ended(asked.key, done))
        return await asyncio.shield(task)

    async def tidy(self) -> None:
        async with self._gateway.db.write() as conn:
            await store.tidy(conn, self._gateway.clock, self._channel)

    async def close(self) -> None:
        """Leave what is under way: the turn is stored, its answer waits for the next request."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _once(self, asked: Asked, until_s: float) -> Spoken:
        async with self._gateway.db.read() as conn:
            known = await store.reply(conn, self._channel, asked.key)
        if known is not None:
            return known
        asked = replace(asked, words=storable(asked.words)[:TEXT_MAX_CHARACTERS])
        conversation_id = await self._conversation(asked)
        async with self._gateway.db.read() as conn:
            talk = await store.talk(conn, conversation_id)
        if cry(asked.words, heard=True) is not None:
            return await self._turn(asked, conversation_id, until_s)
        match asked.kind:
            case Kind.LEFT:
                return await self._keep(asked, conversation_id, *leave(talk))
            case Kind.ENTER | Kind.SILENT:
                return await self._wordless(asked, conversation_id, talk, until_s)
            case Kind.SAID:
                return await self._said(asked, conversation_id, talk, until_s)

    # --- words

    async def _said(self, asked: Asked, conversation_id: str, talk: Talk, until_s: float) -> Spoken:
        code = commands.household_code(asked.words)
        if code is not None:
            return await self._bind(asked, conversation_id, talk, code)
        now = self._gateway.clock.now()
        async with self._gateway.db.read() as conn:
            party = await identities.party(conn, conversation_id)
        owner_is_there = introduced(asked.words, talk, now, party)
        if owner_is_there is not None:
            return await self._wordless(asked, conversation_id, owner_is_there, until_s)
        to_another = declined(asked.words, talk, now, party)
        if to_another is not None:
            return await self._keep(asked, conversation_id, to_another, quiet(talk))
        if is_false_alarm(asked.words) and await self._in_danger(conversation_id):
            return await self._turn(asked, conversation_id, until_s)
        command = commands.read(asked.words)
        if command is Command.RESULT and talk.pending is not None:
            return await self._wordless(asked, conversation_id, talk, until_s)
        steered = steer(command, talk, now)
        if steered is None:
            return await self._turn(asked, conversation_id, until_s)
        return await self._keep(asked, conversation_id, *steered)

    async def _in_danger(self, conversation_id: str) -> bool:
        async with self._gateway.db.read() as conn:
            return (await gateway_store.status(conn, conversation_id)).emergency

    async def _turn(self, asked: Asked, conversation_id: str, until_s: float) -> Spoken:
        async with self._gateway.db.read() as conn:
            received = await meant(conn, asked, conversation_id)
        turn = await self._gateway.runner.submit(received)
        with self._awaited.waiting(turn.id):
            done = await self._finished(turn.id, until_s)
            async with self._gateway.db.write() as conn:
                return await self._answered(conn, asked, turn, done)

    async def _answered(
        self, conn: AsyncConnection, asked: Asked, turn: Turn, done: Turn | None
    ) -> Spoken:
        """What a turn is answered with: its answer, or for now that it will come."""
        clock = self._gateway.clock
        talk = await store.talk(conn, turn.conversation_id)
        found = await store.take(
            conn, clock, turn.conversation_id, turn,
            awaited=self._awaited.but(turn.id), known=is_known(talk, clock.now()),
        )  # fmt: skip
        is_there = any(one.message.turn_id == turn.id for one in [*found.told, *found.kept])
        outcome = done.outcome if done else None
        last = opener(found.kept, await identities.party(conn, turn.conversation_id))
        if done is None and not is_there:
            last = words("interim")
        elif not found.told and not found.kept:
            last = words("passed_on")
        speech = compose(
            found.told, clock.now(), turn_id=turn.id, last=last,
            asked=done is None or bool(found.kept) or outcome in {"asked", "emergency"},
        )  # fmt: skip
        is_promised = (done is None and not is_there) or outcome in LEFT_TO_A_PERSON
        pending = turn.id if is_promised else None
        said, after = begin(speech, replace(talk, pending=pending, fruitless=0))
        return await self._keep_in(conn, asked, turn.conversation_id, said, after)

    # --- no words

    async def _wordless(
        self, asked: Asked, conversation_id: str, talk: Talk, until_s: float
    ) -> Spoken:
        """The skill was opened, nothing was said, or the result is asked for: what has come is said."""
        pending, clock = talk.pending, self._gateway.clock
        done = await self._finished(pending, until_s) if pending else None
        async with self._gateway.db.write() as conn:
            talk = replace(await store.talk(conn, conversation_id), known_until=talk.known_until)
            found = await store.take(
                conn, clock, conversation_id, None,
                awaited=self._awaited.but(pending), known=is_known(talk, clock.now()),
            )  # fmt: skip
            last = ""
            if asked.kind is not Kind.SILENT:
                last = opener(found.kept, await identities.party(conn, conversation_id))
            if found.told or last:
                opened = asked.kind is Kind.ENTER  # and goes on, whatever is told first
                speech = compose(
                    found.told, clock.now(), turn_id=None, asked=opened or bool(last), last=last
                )
                if done is not None and done.outcome not in LEFT_TO_A_PERSON:
                    pending = None
                said, after = begin(speech, replace(talk, pending=pending, fruitless=0))
            elif pending and done is None:
                mic = talk.fruitless + 1 < PROMISES_AT_MOST
                said = say(words("still"), mic=mic)
                after = replace(talk, said=said, fruitless=talk.fruitless + 1)
            elif asked.kind is Kind.ENTER and owed(talk):
                said, after = begin(Speech(()), talk)
            elif asked.kind is Kind.ENTER:
                said = await self._welcome(conn, conversation_id)
                after = replace(quiet(talk), said=said)
            elif asked.kind is Kind.SILENT:
                state = await gateway_store.status(conn, conversation_id)
                said, after = into_silence(talk, in_danger=state.emergency)
            else:
                said = Spoken(words("nothing_yet"), mic=False)
                after = replace(talk, said=said)
            return await self._keep_in(conn, asked, conversation_id, said, after)

    async def _welcome(self, conn: AsyncConnection, conversation_id: str) -> Spoken:
        party = await identities.party(conn, conversation_id)
        is_bound = party is not None and party.home is not None
        text = words("welcome" if is_bound else "welcome_unbound")
        return say(text, mic=True)

    # --- the home

    async def _bind(self, asked: Asked, conversation_id: str, talk: Talk, code: str) -> Spoken:
        """Link this speaker to the home whose code was said; guessing is held down there."""
        try:
            home = await binding.bind(self._gateway.context, conversation_id, code=code)
        except NotFound:
            said = say(words("wrong_code"), mic=True)
        except TooMany:
            said = Spoken(words("too_many"), mic=False)
        else:
            said = say(words("bound", home=home.label), mic=True)
        return await self._keep(asked, conversation_id, said, replace(quiet(talk), said=said))

    # --- what all share

    def _ended(self, key: str, task: asyncio.Task[Spoken]) -> None:
        """A failure is logged by who waits, if anybody still does."""
        del self._running[key]
        if not task.cancelled():
            task.exception()

    async def _conversation(self, asked: Asked) -> str:
        async with self._gateway.db.read() as conn:
            found = await gateway_store.find_conversation(conn, asked.sender)
        if found is not None:
            return found
        async with self._gateway.db.write() as conn:
            return await inbox.conversation_of(conn, self._gateway.clock, asked.sender)

    async def _finished(self, turn_id: str, until_s: float) -> Turn | None:
        """The turn, once it has its answer by then."""
        work = self._gateway.runner.finished(turn_id, TURN_ENDS_S)
        return await self._patience.within(work, until_s - self._patience.now_s())

    async def _keep(self, asked: Asked, conversation_id: str, said: Spoken, talk: Talk) -> Spoken:
        async with self._gateway.db.write() as conn:
            return await self._keep_in(conn, asked, conversation_id, said, talk)

    async def _keep_in(
        self, conn: AsyncConnection, asked: Asked, conversation_id: str, said: Spoken, talk: Talk
    ) -> Spoken:
        """Note the answer with what it changes; the answer of another process stands."""
        known = await store.reply(conn, self._channel, asked.key)
        if known is not None:
            return known
        clock = self._gateway.clock
        await store.keep_reply(conn, clock, self._channel, asked.key, conversation_id, said)
        await store.keep_talk(conn, clock, conversation_id, talk)
        return said
