"""Words of residents and acts of staff, one transaction each, for the tests of the laws."""

from __future__ import annotations

from typing import Any

from community.store.database import Database
from community.times import FixedClock
from conversation import inbox, outbox, ownership, queue
from conversation.inbox import Turn
from conversation.messages import Draft, Inbound, Message, Sender
from conversation.ownership import Ownership
from conversation.queue import Case, Lane

LEASE_S = 15.0


class Talk:
    """One community; every method commits before it returns."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.db = db
        self.clock = clock

    async def begin(self, user: str = "resident") -> str:
        """The id of a user's conversation."""
        async with self.db.write() as conn:
            return await inbox.conversation_of(conn, self.clock, Sender("webchat", user))

    async def hear(
        self, text: str, key: str = "m1", user: str = "resident", **more: Any
    ) -> tuple[Turn, bool]:
        received = Inbound(Sender("webchat", user), key, text, **more)
        return await inbox.receive(self.db, self.clock, received, lease_s=LEASE_S)

    async def finish(self, turn: Turn, outcome: Any = "answered") -> bool:
        async with self.db.write() as conn:
            return await inbox.finish(
                conn, self.clock, turn.id, outcome=outcome, intent=None, confidence=None
            )

    async def floor(self, conversation_id: str) -> Ownership:
        async with self.db.read() as conn:
            return await ownership.current(conn, conversation_id)

    async def stands(self, conversation_id: str) -> tuple[str, str | None]:
        """(state, owner) of the conversation."""
        floor = await self.floor(conversation_id)
        return floor.state.value, floor.owner_id

    async def open(
        self, conversation_id: str, lane: Lane = Lane.NORMAL, reason: str = "asked", **summary: Any
    ) -> Case:
        async with self.db.write() as conn:
            return await queue.open_case(
                conn, self.clock, conversation_id, lane=lane, reason=reason, summary=summary
            )

    async def claim(self, case: Case, staff_id: str, *, lease_s: float = 75.0) -> Case:
        async with self.db.write() as conn:
            return await queue.claim(conn, self.clock, case.id, staff_id, lease_s=lease_s)

    async def act(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """Any function of `queue` that begins with (conn, clock), in a transaction of its own."""
        async with self.db.write() as conn:
            return await function(conn, self.clock, *arguments, **named)

    async def resolve(self, case: Case, staff_id: str, **named: Any) -> int:
        named = {"resolution": "solved", "note": "修好了"} | named
        epoch: int = await self.act(queue.resolve, case.id, staff_id, **named)
        return epoch

    async def case(self, case: Case) -> Case:
        async with self.db.read() as conn:
            return await queue.get(conn, case.id)

    async def say(
        self, conversation_id: str, text: str, *, key: str = "k", epoch: int | None = None,
        **named: Any,
    ) -> list[Message]:  # fmt: skip
        """Under the present epoch, unless another is given."""
        async with self.db.write() as conn:
            if epoch is None:
                epoch = (await ownership.current(conn, conversation_id)).epoch
            return await outbox.say(
                conn, self.clock, conversation_id, [Draft(text)], epoch=epoch, key=key, **named
            )

    async def delivered(self, conversation_id: str, after: int = 0) -> list[str]:
        async with self.db.write() as conn:
            messages, _ = await outbox.deliver(conn, conversation_id, after=after)
        return [message.text for message in messages]

    async def transcript(self, conversation_id: str) -> list[str]:
        async with self.db.read() as conn:
            said = await outbox.transcript(conn, conversation_id)
        return [f"{message.seq} {message.sender}: {message.text}" for message in said]
