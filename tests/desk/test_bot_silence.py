"""From the claim on the bot is silent: the real turn runner and the desk on one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from bot.turn import TurnRunner
from community.store.database import Database
from community.times import FixedClock
from conversation import outbox, queue
from conversation.inbox import Turn
from conversation.messages import Inbound, Sender
from conversation.ownership import Owner, current
from tests.desk.conftest import Browser
from tests.desk.seed import World

RESIDENT = Sender("webchat", "resident-1")


class NoticedEngine(ScriptedEngine):
    """`called` is set when a call has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.called = asyncio.Event()

    async def reply(self, *args: Any, **kwargs: Any) -> Reply:
        self.called.set()
        return await super().reply(*args, **kwargs)


@pytest.fixture
def engine() -> NoticedEngine:
    return NoticedEngine()


@pytest.fixture
async def runner(
    db: Database, clock: FixedClock, engine: NoticedEngine
) -> AsyncIterator[TurnRunner]:
    made = TurnRunner(db, clock, engine)
    yield made
    await made.close()


async def says(runner: TurnRunner, text: str, key: str, choice: str | None = None) -> Turn:
    turn = await runner.submit(Inbound(RESIDENT, key, text, choice))
    done = await runner.finished(turn.id, 5)
    assert done is not None
    return done


async def ask_for_a_person(runner: TurnRunner, db: Database, clock: FixedClock) -> queue.Case:
    """A conversation that waits for a person."""
    turn = await says(runner, "你好", "k0")
    async with db.write() as conn:
        return await queue.open_case(
            conn, clock, turn.conversation_id, lane=queue.Lane.NORMAL, reason="asked",
            summary={"words": "找人工", "seq": turn.seq},
        )  # fmt: skip


async def test_bot_says_nothing_from_the_claim_to_the_close(
    runner: TurnRunner,
    engine: NoticedEngine,
    db: Database,
    clock: FixedClock,
    world: World,
    fang: Browser,
) -> None:
    case = await ask_for_a_person(runner, db, clock)
    asked_before = len(engine.asked)
    await fang.post(f"/cases/{case.id}/claim")
    for i, text in enumerate(("水还在漏", "报修", "/restart", "找人工", "查物业费")):
        done = await says(runner, text, f"k{i + 1}")
        assert done.outcome == "handed_off"
    await fang.post(f"/cases/{case.id}/reply", text="马上到", key="aaaaaaaa")
    await says(runner, "好的", "k9")
    assert len(engine.asked) == asked_before
    said = await world.transcript(case.conversation_id)
    since = said[said.index("staff: 王芳为您服务。") :]
    assert [line for line in since if line.startswith("bot:")] == []


async def test_answer_that_was_being_made_at_the_claim_never_reaches_the_resident(
    runner: TurnRunner,
    engine: NoticedEngine,
    db: Database,
    clock: FixedClock,
    world: World,
    fang: Browser,
) -> None:
    turn = await says(runner, "你好", "k0")
    async with db.write() as conn:
        case = await queue.open_case(
            conn, clock, turn.conversation_id, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.withdraw(conn, clock, turn.conversation_id)
        case = await queue.open_case(
            conn, clock, turn.conversation_id, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await conn.exec_driver_sql("UPDATE conversation SET state = 'BOT'")
    engine.gate.clear()
    engine.called.clear()
    running = await runner.submit(Inbound(RESIDENT, "k1", "查物业费"))
    await engine.called.wait()
    await fang.post(f"/cases/{case.id}/claim")
    engine.gate.set()
    await runner.finished(running.id, 5)
    said = await world.transcript(turn.conversation_id)
    assert said[-1] == "staff: 王芳为您服务。"
    assert "听到：查物业费" not in "".join(said)


async def test_bot_message_not_yet_delivered_at_the_claim_is_cancelled_and_shown_so(
    runner: TurnRunner, db: Database, clock: FixedClock, fang: Browser
) -> None:
    case = await ask_for_a_person(runner, db, clock)
    await fang.post(f"/cases/{case.id}/claim")
    async with db.write() as conn:
        delivered, _ = await outbox.deliver(conn, case.conversation_id, after=0)
    assert [m.text for m in delivered if m.sender == "bot"] == []
    assert "人工接手时已作废" in (await fang.get(f"/cases/{case.id}")).text


async def test_after_the_close_the_resident_rates_and_the_bot_cites_the_promise(
    runner: TurnRunner, db: Database, clock: FixedClock, world: World, fang: Browser
) -> None:
    case = await ask_for_a_person(runner, db, clock)
    await fang.post(f"/cases/{case.id}/claim")
    await fang.post(
        f"/cases/{case.id}/resolve", resolution="solved", note="换了垫圈", promise="周二回访",
        promise_until="2025-11-04T18:00",
    )  # fmt: skip
    async with db.read() as conn:
        offered = await outbox.last_choices(conn, case.conversation_id)
    await says(runner, "", "k1", choice=offered[0].id)
    async with db.read() as conn:
        assert (await queue.get(conn, case.id)).score == 5
        assert (await current(conn, case.conversation_id)).state is Owner.RESOLVED
    page = (await fang.get(f"/cases/{case.id}")).text
    assert "居民选了：" in page
    assert "评了 5 分" in page
    await says(runner, "在吗", "k2")
    said = await world.transcript(case.conversation_id)
    assert "bot: 刚才王芳跟您办的事：换了垫圈。答应您的是“周二回访”，11月4日 18:00前。" in said
    assert said[-1] == "bot: 听到：在吗"


async def test_resident_rates_in_words_too(
    runner: TurnRunner, db: Database, clock: FixedClock, fang: Browser
) -> None:
    case = await ask_for_a_person(runner, db, clock)
    await fang.post(f"/cases/{case.id}/claim")
    await fang.post(f"/cases/{case.id}/resolve", resolution="solved", note="好了")
    await says(runner, "2 不满意", "k1")
    async with db.read() as conn:
        assert (await queue.get(conn, case.id)).score == 2


async def test_false_alarm_that_the_resident_claims_is_shown_and_closes_nothing(
    runner: TurnRunner, db: Database, clock: FixedClock, fang: Browser
) -> None:
    turn = await says(runner, "救命，着火了", "k0")
    assert turn.outcome == "emergency"
    async with db.read() as conn:
        (case,) = await queue.open_cases(conn)
    await says(runner, "误报", "k1")
    page = (await fang.get(f"/cases/{case.id}")).text
    assert "居民说是误报" in page
    assert case.id in (await fang.get("/state")).text
