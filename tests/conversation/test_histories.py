"""Laws 3, 6 and 7 over histories thrown at random: whatever is done in whatever order, they hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict
from community.store.schema import conversation, queue_case, timer
from community.times import Clock
from conversation import duty, queue
from conversation.ownership import STAFFED, current
from conversation.queue import Lane
from tests.conversation.talk import Talk

STEPS = 60
LANES = list(Lane)
"Those that residents and the bot open"


class Dice:
    """One act on the community, thrown anew each time."""

    def __init__(self, seed: int, clock: Clock, conversations: list[str], staff: list[str]) -> None:
        self._throw = random.Random(seed)
        self._clock = clock
        self._conversations = conversations
        self._staff = staff

    async def of_a_clerk(self, conn: AsyncConnection) -> tuple[str, Callable[[], Any]] | None:
        """May be refused, and then changes nothing."""
        cases = (await conn.execute(select(queue_case.c.id).order_by(queue_case.c.no))).scalars()
        if not (known := cases.all()):
            return None
        case, who = self._throw.choice(known), self._throw.choice(self._staff)
        until = self._clock.now() + timedelta(seconds=self._throw.choice([10, 100]))
        acts = {
            "claim": lambda: queue.claim(conn, self._clock, case, who, lease_s=75),
            "speak": lambda: queue.speak(conn, self._clock, case, who),
            "put_back": lambda: queue.put_back(conn, self._clock, case, actor=who, cause="x"),
            "park": lambda: queue.park(conn, self._clock, case, who, until),
            "resolve": lambda: queue.resolve(
                conn, self._clock, case, who, resolution="solved", note="好了"
            ),
        }
        name = self._throw.choice([*acts, "claim", "claim", "speak"])
        return f"{who} {name} {case}", acts[name]

    async def of_anybody(self, conn: AsyncConnection) -> tuple[str, Callable[[], Any]]:
        """What a resident, the bot or the clock does is never refused."""
        one = self._throw.choice(self._conversations)
        lane = self._throw.choice(LANES)
        who, comes = self._throw.choice(self._staff), self._throw.random() < 0.7
        due = (
            await conn.execute(
                select(timer.c.kind, timer.c.payload)
                .where(timer.c.state == "pending")
                .order_by(timer.c.id)
            )
        ).all()
        acts = {
            "open": lambda: queue.open_case(
                conn, self._clock, one, lane=lane, reason="asked", summary={}
            ),
            "withdraw": lambda: queue.withdraw(conn, self._clock, one),
            "write": lambda: self._write(conn, one),
            "duty": lambda: duty.set_on_duty(conn, who, comes),
            "promise": lambda: queue.promise_waiting(conn, self._clock),
        }
        if due:
            kind, payload = self._throw.choice(due)
            act = {"lease": queue.lease_ran_out, "unpark": queue.unpark}[kind]
            acts["timer"] = lambda: act(conn, self._clock, payload)
        name = self._throw.choice([*acts, "open", "open"])
        return f"{name} {one} {lane} {who}", acts[name]

    async def _write(self, conn: AsyncConnection, conversation_id: str) -> None:
        await queue.add_words(conn, self._clock, await current(conn, conversation_id))

    async def act(self, conn: AsyncConnection) -> str:
        """Do one thing; returns what it was."""
        thrown = await self.of_a_clerk(conn) if self._throw.random() < 0.6 else None
        if thrown is None:
            name, act = await self.of_anybody(conn)
            await act()
            return name
        name, act = thrown
        savepoint = await conn.begin_nested()
        try:
            await act()
        except Conflict:
            await savepoint.rollback()
            return f"{name}: refused"
        return name


async def faults(conn: AsyncConnection) -> list[str]:
    """What the laws do not allow, in words."""
    cases = (await conn.execute(select(queue_case))).all()
    timers = set(
        (await conn.execute(select(timer.c.key).where(timer.c.state == "pending"))).scalars()
    )
    found = []
    for case in cases:
        whole = {
            "waiting": (case.owner_id, case.lease_until, case.parked_until) == (None, None, None),
            "promised": case.owner_id is None and case.lane != "EMERGENCY" and bool(case.promise),
            "owned": bool(case.owner_id and case.lease_until) and f"lease:{case.id}" in timers,
            "parked": bool(case.owner_id and case.parked_until) and f"unpark:{case.id}" in timers,
            "closed": bool(case.resolution and case.resolved_at),
        }[case.state]
        if not whole or (case.open_key is None) != (case.state == "closed"):
            found.append(f"case {case.id} is {case.state} and not whole")
    for row in await conn.execute(select(conversation)):
        mine = [case for case in cases if case.conversation_id == row.id]
        states = {case.state for case in mine}
        theirs = {case.owner_id for case in mine if case.state in {"owned", "parked"}}
        expected = (
            (row.state in STAFFED and row.owner_id in theirs)
            if "owned" in states
            else row.state in {"WAITING", "PARKED"}
            if "waiting" in states
            else row.state == "PARKED"
            if "parked" in states
            else row.state in {"BOT", "RESOLVED"}
        )
        if not expected or (row.state == "PARKED" and row.owner_id not in theirs):
            found.append(f"{row.id} is {row.state} of {row.owner_id} with {sorted(states)}")
    return found


@pytest.mark.parametrize("seed", range(12))
async def test_no_history_loses_a_case_or_leaves_the_floor_to_nobody(
    talk: Talk, wang: str, li: str, seed: int
) -> None:
    conversations = [await talk.begin(user) for user in ("a", "b")]
    dice, history, epochs = Dice(seed, talk.clock, conversations, [wang, li]), [], {}
    async with talk.db.write() as conn:
        for _ in range(STEPS):
            history.append(await dice.act(conn))
            assert await faults(conn) == [], history
            talk.clock.advance(5)
            for row in await conn.execute(select(conversation)):
                assert row.owner_epoch >= epochs.get(row.id, 0), history
                epochs[row.id] = row.owner_epoch
