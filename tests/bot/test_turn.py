"""Turns: one at a time and in order, each with one end, whatever fails on the way (laws 1, 2, 8, 9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Alarm, Handoff, Reply
from bot.phrases import phrase
from bot.scripted import DeadEngine, ScriptedEngine
from community.errors import Code, Conflict, EngineError, StoreError
from community.store.database import Database
from community.store.schema import conversation, inbound
from community.times import FixedClock
from conversation import inbox, queue
from conversation.queue import Lane
from tests.bot.chat import Chat
from tests.conversation.talk import LEASE_S, Talk

Until = Callable[[Callable[[], object]], Awaitable[None]]

CRY = "救命，着火了"


def asked(engine: ScriptedEngine) -> list[str]:
    return [text for _, text, _ in engine.asked]


# --- law 2: order


async def test_messages_of_a_conversation_are_answered_one_after_the_other(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turns = [await chat.send(text) for text in "一二三"]
    await until(lambda: engine.asked)
    assert [turn.state for turn in turns] == ["running", "received", "received"]
    assert asked(engine) == ["一"]
    engine.gate.set()
    for turn in turns:
        await chat.end(turn)
    assert asked(engine) == ["一", "二", "三"]
    assert [await chat.answer(turn) for turn in turns] == [["听到：一"], ["听到：二"], ["听到：三"]]


async def test_conversations_are_answered_side_by_side(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turns = [await chat.send("你好", user=user) for user in "abc"]
    await until(lambda: len(engine.asked) == 3)
    engine.gate.set()
    assert [(await chat.end(turn)).outcome for turn in turns] == ["answered"] * 3


async def test_message_that_comes_while_the_worker_ends_is_answered(chat: Chat) -> None:
    turns = []
    for i in range(20):
        turns.append(await chat.send(str(i)))
        await asyncio.sleep(0)
    assert [(await chat.end(turn)).outcome for turn in turns] == ["answered"] * 20


async def test_same_message_joins_the_running_turn_and_then_gets_its_answer(
    chat: Chat, engine: ScriptedEngine, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.turn")
    engine.gate.clear()
    turns = [await chat.send("你好", key="m") for _ in range(3)]
    await until(lambda: engine.asked)
    waiting = [asyncio.create_task(chat.end(turn)) for turn in turns]
    engine.gate.set()
    ended = await asyncio.gather(*waiting, chat.says("你好", key="m"))
    assert {turn.id for turn in (*turns, *ended)} == {turns[0].id}
    await until(lambda: not chat.runner.is_working(turns[0].conversation_id))
    assert (len(engine.asked), caplog.text.count("turn conversation=")) == (1, 1)
    assert await chat.answer(turns[0]) == ["听到：你好"]


async def test_same_key_with_other_words_is_refused_and_runs_nothing(
    chat: Chat, engine: ScriptedEngine
) -> None:
    await chat.says("你好", key="m")
    with pytest.raises(Conflict):
        await chat.send("再见", key="m")
    assert asked(engine) == ["你好"]


async def test_two_processes_run_one_turn_of_a_conversation_at_a_time(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    other = chat.new_runner()
    engine.gate.clear()
    first = await chat.send("一")
    await until(lambda: engine.asked)
    second = await chat.send("二", to=other)
    await other.recover()
    await until(lambda: not other.is_working(first.conversation_id))
    assert asked(engine) == ["一"]
    engine.gate.set()
    await chat.end(first)
    await other.recover()
    assert (await chat.end(second, by=other)).outcome == "answered"
    assert asked(engine) == ["一", "二"]
    await other.close()


async def test_waiting_for_a_turn_ends_with_its_time(chat: Chat, engine: ScriptedEngine) -> None:
    engine.gate.clear()
    turn = await chat.send("你好")
    assert await chat.runner.finished(turn.id, 0.01) is None
    assert await chat.runner.finished("turn_0", 0.01) is None
    assert await chat.new_runner().finished(turn.id, 0) is None


async def test_who_shows_the_conversation_is_told_of_the_beginning_and_the_end(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turn = await chat.send("你好")
    assert chat.notified == [turn.conversation_id]
    assert chat.runner.is_working(turn.conversation_id)
    engine.gate.set()
    await until(lambda: not chat.runner.is_working(turn.conversation_id))
    assert chat.notified == [turn.conversation_id] * 3


async def test_turn_is_one_line_of_the_log_without_its_words(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.turn")
    turn = await chat.says("蓝色大象")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "bot.turn"]
    assert line.startswith(
        f"turn conversation={turn.conversation_id} outcome=answered code=- intent=chitchat "
        "confidence=0.90 characters=4 engine_ms="
    )
    assert "蓝色大象" not in line


# --- the engine fails

FAILURES = [
    (EngineError(code=Code.ENGINE_REFUSED), Code.ENGINE_REFUSED),
    (EngineError(code=Code.ENGINE_TIMEOUT), Code.ENGINE_TIMEOUT),
    (EngineError(code=Code.ENGINE_EMPTY), Code.ENGINE_EMPTY),
    (EngineError("status 500"), Code.ENGINE_FAILED),
    (KeyError("unforeseen"), Code.INTERNAL),
]


@pytest.mark.parametrize(("failure", "code"), FAILURES, ids=lambda value: str(value))
async def test_failed_turn_ends_in_a_kind_sentence_and_a_queued_case(
    chat: Chat, engine: ScriptedEngine, wang: str, failure: Exception, code: Code
) -> None:
    engine.script["灯坏了"] = failure
    turn = await chat.says("灯坏了")
    assert (turn.outcome, turn.intent, turn.confidence) == ("failed", None, None)
    assert await chat.answer(turn) == [phrase(f"errors.{code}")]
    (case,) = await chat.cases()
    assert (case.lane, case.state, case.reason) == (Lane.NORMAL, queue.WAITING, f"failed:{code}")
    assert (case.summary["words"], case.summary["seq"]) == ("灯坏了", 1)
    assert await chat.talk.stands(turn.conversation_id) == ("WAITING", None)


async def test_failed_turn_of_a_closed_hour_gets_a_dated_promise(
    chat: Chat, engine: ScriptedEngine
) -> None:
    engine.script["灯坏了"] = EngineError(code=Code.ENGINE_TIMEOUT)
    turn = await chat.says("灯坏了")
    assert await chat.answer(turn) == [
        phrase("errors.engine_timeout"),
        phrase("handoff.promised", until="11月4日 09:00", no=1001),
    ]
    assert await chat.talk.stands(turn.conversation_id) == ("BOT", None)


async def test_failure_of_one_turn_does_not_touch_the_next(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.script["一"] = KeyError("unforeseen")
    turns = [await chat.send(text) for text in ("一", "二")]
    assert [(await chat.end(turn)).outcome for turn in turns] == ["failed", "answered"]


async def test_failure_while_a_clerk_has_the_conversation_is_their_matter(
    chat: Chat, engine: ScriptedEngine, wang: str, until: Until
) -> None:
    engine.script["二"] = EngineError(code=Code.ENGINE_TIMEOUT)
    first = await chat.says("一")
    engine.gate.clear()
    turn = await chat.send("二")
    await until(lambda: len(engine.asked) == 2)
    case = await chat.claimed(wang, first)
    engine.gate.set()
    assert (await chat.end(turn)).outcome == "handed_off"
    assert await chat.answer(turn) == []
    assert await chat.cases() == [case]


# --- law 8: emergencies


async def test_cry_with_a_dead_engine_rings_and_gets_the_safety_sentence(chat: Chat) -> None:
    runner = chat.new_runner(DeadEngine())
    turn = await chat.end(await chat.send(CRY, to=runner), by=runner)
    assert turn.outcome == "emergency"
    assert await chat.answer(turn) == [phrase("emergency.fire") + phrase("emergency.where")]
    (case,) = await chat.cases()
    assert (case.lane, case.state, case.reason) == (Lane.EMERGENCY, queue.WAITING, "emergency")
    assert (case.summary["words"], case.summary["kind"]) == (CRY, "fire")
    assert await chat.rings() == 1


async def test_cry_does_not_wait_for_the_turn_before_it(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    first = await chat.send("你好")
    await until(lambda: engine.asked)
    cry = await chat.says(CRY)
    assert (cry.outcome, await chat.rings()) == ("emergency", 1)
    assert await chat.talk.delivered(first.conversation_id, after=cry.seq) == await chat.answer(cry)
    engine.gate.set()
    assert (await chat.end(first)).outcome == "handed_off"
    assert await chat.answer(first) == []
    assert asked(engine) == ["你好"]


async def test_cry_that_waited_behind_others_says_and_rings_once(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turns = [await chat.send(text) for text in ("一", "二", CRY)]
    await chat.end(turns[2])
    engine.gate.set()
    for turn in turns:
        await chat.end(turn)
    await until(lambda: not chat.runner.is_working(turns[0].conversation_id))
    assert (await chat.rings(), len(await chat.answer(turns[2]))) == (1, 1)


async def test_intent_of_the_engine_alone_is_enough(chat: Chat, engine: ScriptedEngine) -> None:
    engine.script["屋里味道怪得很"] = Reply((), "report_gas", 0.8, alarm=Alarm("gas", "厨房"))
    turn = await chat.says("屋里味道怪得很")
    assert (turn.outcome, turn.intent, turn.confidence) == ("emergency", "report_gas", 0.8)
    assert await chat.answer(turn) == [phrase("emergency.gas") + phrase("emergency.where")]
    (case,) = await chat.cases()
    assert (case.summary["kind"], case.summary["place"]) == ("gas", "厨房")
    assert await chat.rings() == 1


async def test_cry_to_a_clerk_rings_and_is_answered_without_taking_the_floor(
    chat: Chat, engine: ScriptedEngine, wang: str
) -> None:
    await chat.claimed(wang, first := await chat.says("你好"))
    turn = await chat.says(CRY)
    assert turn.outcome == "emergency"
    assert (await chat.answer(turn))[0].startswith(phrase("emergency.fire"))
    assert await chat.talk.stands(first.conversation_id) == ("CLAIMED", wang)
    assert await chat.rings() == 1


# --- law 9: nothing silent


async def test_turn_that_stays_silent_is_queued_after_its_time_and_not_before(
    chat: Chat, engine: ScriptedEngine, wang: str, until: Until
) -> None:
    engine.gate.clear()
    turn = await chat.send("灯坏了")
    await until(lambda: engine.asked)
    chat.talk.clock.advance(20)
    assert await chat.runner.watch_silence(20) == 0
    chat.talk.clock.advance(0.001)
    assert await chat.runner.watch_silence(20) == 1
    assert (await chat.end(turn)).outcome == "failed"
    (case,) = await chat.cases()
    assert (case.reason, case.summary["words"]) == ("silence", "灯坏了")
    engine.gate.set()
    await until(lambda: not chat.runner.is_working(turn.conversation_id))
    assert await chat.answer(turn) == [phrase("handoff.silence")]
    assert await chat.runner.watch_silence(20) == 0


async def test_answer_that_comes_after_the_watch_is_not_said_in_a_closed_hour_either(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turn = await chat.send("灯坏了")
    await until(lambda: engine.asked)
    chat.talk.clock.advance(21)
    await chat.runner.watch_silence(20)
    engine.gate.set()
    await until(lambda: not chat.runner.is_working(turn.conversation_id))
    assert await chat.answer(turn) == [
        phrase("handoff.silence"), phrase("handoff.promised", until="11月4日 09:00", no=1001),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "late", [EngineError(), Reply((), "ask_human", 0.9, handoff=Handoff("asked"))], ids=type
)
async def test_what_comes_after_the_watch_adds_no_cause_to_the_case(
    chat: Chat, engine: ScriptedEngine, until: Until, late: Reply | Exception
) -> None:
    engine.script["灯坏了"] = late
    engine.gate.clear()
    turn = await chat.send("灯坏了")
    await until(lambda: engine.asked)
    chat.talk.clock.advance(21)
    await chat.runner.watch_silence(20)
    before = await chat.cases()
    engine.gate.set()
    await until(lambda: not chat.runner.is_working(turn.conversation_id))
    assert await chat.cases() == before
    assert (await chat.answer(turn))[0] == phrase("handoff.silence")


async def test_cry_that_stayed_silent_is_raised_by_the_watch(chat: Chat) -> None:
    turn, _ = await chat.talk.hear(CRY)
    chat.talk.clock.advance(21)
    assert await chat.runner.watch_silence(20) == 1
    assert (await chat.end(turn)).outcome == "emergency"
    assert await chat.rings() == 1


async def test_turn_that_cannot_be_closed_keeps_no_other_waiting(
    chat: Chat, db: Database, wang: str
) -> None:
    broken, _ = await chat.talk.hear("一", "m1", "a")
    turn, _ = await chat.talk.hear("二", "m2", "b")
    async with db.write() as conn:
        broken_one = conversation.c.id == broken.conversation_id
        await conn.execute(update(conversation).where(broken_one).values(state="?"))
    chat.talk.clock.advance(21)
    assert await chat.runner.watch_silence(20) == 2
    assert (await chat.end(turn)).outcome == "failed"


async def test_engine_that_finds_an_emergency_after_the_watch_still_raises_it(
    chat: Chat, engine: ScriptedEngine, wang: str, until: Until
) -> None:
    engine.script["屋里味道怪得很"] = Reply((), "report_gas", 0.8, alarm=Alarm("gas"))
    engine.gate.clear()
    turn = await chat.send("屋里味道怪得很")
    await until(lambda: engine.asked)
    chat.talk.clock.advance(21)
    await chat.runner.watch_silence(20)
    engine.gate.set()
    await until(lambda: not chat.runner.is_working(turn.conversation_id))
    assert await chat.rings() == 1
    assert (await chat.answer(turn))[1].startswith(phrase("emergency.gas"))


# --- crashes and restarts


async def test_turn_of_a_dead_process_is_answered_by_the_next_start_once(
    chat: Chat, engine: ScriptedEngine, db: Database, until: Until
) -> None:
    engine.gate.clear()
    turn = await chat.send("你好")
    await until(lambda: engine.asked)
    await chat.runner.close(0)
    engine.gate.set()
    await inbox.release_all(db)
    chat.runner = chat.new_runner()
    await chat.runner.recover()
    done = await chat.end(turn)
    assert (done.outcome, done.attempts) == ("answered", 2)
    assert [turn_id for _, _, turn_id in engine.asked] == [turn.id] * 2
    assert await chat.talk.transcript(turn.conversation_id) == [
        "1 resident: 你好",
        "2 bot: 听到：你好",
    ]


async def test_turn_under_the_lease_of_another_process_is_left_alone_until_it_is_over(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    turn, _ = await chat.talk.hear("你好")
    await chat.runner.recover()
    assert not chat.runner.is_working(turn.conversation_id)
    chat.talk.clock.advance(LEASE_S + 0.001)
    await chat.runner.recover()
    assert (await chat.end(turn)).outcome == "answered"


async def test_recovered_turns_keep_their_order(chat: Chat, engine: ScriptedEngine) -> None:
    turns = [(await chat.talk.hear(text, text))[0] for text in "一二三"]
    await inbox.release_all(chat.talk.db)
    await chat.runner.recover()
    for turn in turns:
        await chat.end(turn)
    assert asked(engine) == ["一", "二", "三"]


@pytest.mark.parametrize(("before", "outcome"), [(4, "answered"), (5, "failed")])
async def test_turn_that_was_started_too_often_goes_to_a_person_unasked(
    chat: Chat, engine: ScriptedEngine, db: Database, wang: str, before: int, outcome: str
) -> None:
    turn, _ = await chat.talk.hear("你好")
    async with db.write() as conn:
        await conn.execute(update(inbound).values(state="received", attempts=before))
    await chat.runner.recover()
    assert (await chat.end(turn)).outcome == outcome
    assert len(engine.asked) == (outcome == "answered")
    assert len(await chat.cases()) == (outcome == "failed")


# --- the database fails


class ShakyDatabase(Database):
    """Refuses to write while it is `away`, and each of the next `blips` times."""

    away = False
    blips = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        if self.away or self.blips:
            self.blips = max(0, self.blips - 1)
            raise StoreError("locked")
        async with super().write() as conn:
            yield conn


@pytest.fixture
async def shaky(data_dir: Path) -> AsyncIterator[ShakyDatabase]:
    database = ShakyDatabase(f"sqlite:///{data_dir / 'linsheng.db'}")
    yield database
    await database.close()


@pytest.fixture
async def shaky_chat(
    shaky: ShakyDatabase, clock: FixedClock, engine: ScriptedEngine
) -> AsyncIterator[Chat]:
    chat = Chat(Talk(shaky, clock), engine)
    yield chat
    await chat.runner.close()


async def test_message_that_could_not_be_stored_is_not_acknowledged(
    shaky_chat: Chat, shaky: ShakyDatabase, engine: ScriptedEngine
) -> None:
    shaky.away = True
    with pytest.raises(StoreError):
        await shaky_chat.send("你好", key="m")
    shaky.away = False
    assert (await shaky_chat.says("你好", key="m")).outcome == "answered"
    assert len(engine.asked) == 1


async def test_turn_whose_end_could_not_be_stored_is_put_off_and_ended_once(
    shaky_chat: Chat, shaky: ShakyDatabase, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turn = await shaky_chat.send("你好")
    await until(lambda: engine.asked)
    shaky.away = True
    engine.gate.set()
    await until(lambda: not shaky_chat.runner.is_working(turn.conversation_id))
    await shaky_chat.runner.recover()
    await until(lambda: not shaky_chat.runner.is_working(turn.conversation_id))
    assert await shaky_chat.answer(turn) == []
    shaky.away = False
    await shaky_chat.runner.recover()
    assert (await shaky_chat.end(turn)).outcome == "answered"
    assert await shaky_chat.answer(turn) == ["听到：你好"]
    assert len(engine.asked) == 1


async def test_database_that_was_away_for_a_moment_is_no_failure_of_the_turn(
    shaky_chat: Chat, shaky: ShakyDatabase, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turn = await shaky_chat.send("你好")
    await until(lambda: engine.asked)
    shaky.blips = 1
    engine.gate.set()
    await until(lambda: not shaky_chat.runner.is_working(turn.conversation_id))
    await shaky_chat.runner.recover()
    assert (await shaky_chat.end(turn)).outcome == "answered"
    assert await shaky_chat.cases() == []


async def test_put_off_turn_is_not_overtaken_by_the_next(
    shaky_chat: Chat, shaky: ShakyDatabase, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    first = await shaky_chat.send("一")
    second = await shaky_chat.send("二")
    await until(lambda: engine.asked)
    shaky.away = True
    engine.gate.set()
    await until(lambda: not shaky_chat.runner.is_working(first.conversation_id))
    shaky.away = False
    third = await shaky_chat.send("三")
    for turn in (first, second, third):
        await shaky_chat.end(turn)
    assert asked(engine) == ["一", "二", "三"]


async def test_cry_whose_alarm_could_not_be_stored_is_raised_by_its_worker(
    shaky_chat: Chat,
    shaky: ShakyDatabase,
    engine: ScriptedEngine,
    until: Until,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine.gate.clear()
    first = await shaky_chat.send("你好")
    await until(lambda: engine.asked)
    cry = await shaky_chat.send(CRY)
    shaky.away = True
    await until(lambda: not shaky_chat.runner.is_working(cry.id))
    assert await shaky_chat.rings() == 0
    assert "alarm put off" in caplog.text
    shaky.away = False
    engine.gate.set()
    assert (await shaky_chat.end(cry)).outcome == "emergency"
    assert (await shaky_chat.end(first)).outcome == "answered"
    assert await shaky_chat.rings() == 1


# --- the end of the process


async def test_close_lets_a_running_turn_end(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turn = await chat.send("你好")
    await until(lambda: engine.asked)
    closing = asyncio.create_task(chat.runner.close(10))
    engine.gate.set()
    await closing
    assert (await chat.end(turn)).outcome == "answered"


async def test_close_leaves_what_hangs_to_the_next_start(
    chat: Chat, engine: ScriptedEngine, until: Until
) -> None:
    engine.gate.clear()
    turn = await chat.send("你好")
    await until(lambda: engine.asked)
    await chat.runner.close(0.01)
    assert not chat.runner.is_working(turn.conversation_id)
    assert await chat.runner.finished(turn.id, 0) is None
    await inbox.release_all(chat.talk.db)
    assert await inbox.unfinished(chat.talk.db, chat.talk.clock) == [turn.conversation_id]


async def test_message_that_comes_after_the_close_is_stored_for_the_next_start(
    chat: Chat, engine: ScriptedEngine
) -> None:
    await chat.runner.close()
    turn = await chat.send("你好")
    assert not chat.runner.is_working(turn.conversation_id)
    await inbox.release_all(chat.talk.db)
    chat.runner = chat.new_runner()
    await chat.runner.recover()
    assert (await chat.end(turn)).outcome == "answered"
