"""A resident who writes to the turn runner, for the tests of turns and answers."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import select

from bot.engine import Engine
from bot.turn import TurnRunner
from community.store.schema import event
from conversation import outbox, queue
from conversation.inbox import Turn
from conversation.messages import Inbound, Message, Sender
from conversation.queue import Case
from tests.conversation.talk import Talk


class Chat:
    """Messages of residents, each with a key of its own, and what came of them."""

    def __init__(self, talk: Talk, engine: Engine) -> None:
        self.talk = talk
        self.engine = engine
        self.notified: list[str] = []
        self.runner = self.new_runner()
        self._keys = itertools.count(1)

    def new_runner(self, engine: Engine | None = None) -> TurnRunner:
        """As after a restart, or of another process."""
        return TurnRunner(
            self.talk.db, self.talk.clock, engine or self.engine, notify=self.notified.append
        )

    async def send(
        self,
        text: str,
        *,
        user: str = "resident",
        key: str | None = None,
        to: TurnRunner | None = None,
        **more: Any,
    ) -> Turn:
        """The turn as it stands when the message is stored."""
        key = key or f"m{next(self._keys)}"
        return await (to or self.runner).submit(Inbound(Sender("webchat", user), key, text, **more))

    async def end(self, turn: Turn, by: TurnRunner | None = None) -> Turn:
        """The turn when it is done."""
        done = await (by or self.runner).finished(turn.id, 10)
        assert done is not None
        return done

    async def says(self, text: str, **more: Any) -> Turn:
        return await self.end(await self.send(text, **more))

    async def answer(self, turn: Turn) -> list[str]:
        return [said.text for said in await self.messages(turn)]

    async def messages(self, turn: Turn) -> list[Message]:
        async with self.talk.db.read() as conn:
            return await outbox.answer_of(conn, turn.id)

    async def cases(self) -> list[Case]:
        async with self.talk.db.read() as conn:
            return await queue.open_cases(conn)

    async def rings(self) -> int:
        """How often the desk was rung."""
        async with self.talk.db.read() as conn:
            return len((await conn.execute(select(event.c.id).where(event.c.kind == "ring"))).all())

    async def claimed(self, wang: str, turn: Turn) -> Case:
        """A clerk has the conversation of this turn."""
        return await self.talk.claim(await self.talk.open(turn.conversation_id), wang)
