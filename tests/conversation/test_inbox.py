"""Laws 1, 2 and 4: every message is a row, one turn at a time, numbers without gaps."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from community.errors import Conflict
from community.store.database import Database
from community.store.schema import conversation, identity, inbound, message
from community.times import FixedClock
from conversation import inbox
from conversation.inbox import Turn
from conversation.messages import Inbound, Sender
from tests.conversation.talk import LEASE_S, Talk


async def count(talk: Talk, table) -> int:
    async with talk.db.read() as conn:
        return (await conn.execute(select(func.count()).select_from(table))).scalar_one()


async def take(talk: Talk, conversation_id: str) -> Turn | None:
    return await inbox.take_next(talk.db, talk.clock, conversation_id, lease_s=LEASE_S)


# --- law 1


async def test_message_is_a_committed_row_before_its_turn_is_returned(talk: Talk) -> None:
    turn, fresh = await talk.hear("水管漏了", "m1", attachment_id="photo_1")
    async with talk.db.read() as conn:
        row = (await conn.execute(select(inbound))).one()
        found = await inbox.find(conn, turn.id)
    assert fresh
    assert (
        found
        == turn
        == Turn(
            turn.id,
            turn.conversation_id,
            1,
            "水管漏了",
            None,
            "photo_1",
            "running",
            talk.clock.now(),
        )
    )
    assert (row.channel, row.channel_key, row.lease_until) == (
        "webchat", "m1", talk.clock.now() + timedelta(seconds=LEASE_S),
    )  # fmt: skip
    assert await talk.transcript(turn.conversation_id) == ["1 resident: 水管漏了"]


async def test_message_delivered_three_times_in_any_order_is_one_row_and_one_turn(
    talk: Talk,
) -> None:
    keys = [f"m{i}" for i in range(12)] * 3
    random.Random(7).shuffle(keys)
    turns = await asyncio.gather(*(talk.hear(f"第 {key}", key) for key in keys))
    by_key: dict[str, set[str]] = {}
    for key, (turn, _) in zip(keys, turns, strict=True):
        by_key.setdefault(key, set()).add(turn.id)
    assert [len(ids) for ids in by_key.values()] == [1] * 12
    assert sum(fresh for _, fresh in turns) == 12
    assert (await count(talk, inbound), await count(talk, message)) == (12, 12)


async def test_known_key_returns_its_turn_as_it_stands(talk: Talk) -> None:
    turn, _ = await talk.hear("你好")
    await talk.finish(turn)
    again, fresh = await talk.hear("你好")
    assert (again.id, again.state, again.outcome, fresh) == (turn.id, "done", "answered", False)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "另一句"},
        {"text": "你好", "choice": "1-1"},
        {"text": "你好", "attachment_id": "photo_1"},
    ],
)
async def test_known_key_with_other_content_is_refused(talk: Talk, other: dict[str, str]) -> None:
    await talk.hear("你好")
    with pytest.raises(Conflict):
        await talk.hear(key="m1", **other)
    assert await count(talk, inbound) == 1


async def test_same_key_on_another_channel_is_another_message(
    db: Database, clock: FixedClock
) -> None:
    ids = set()
    for channel in ("webchat", "api"):
        received = Inbound(Sender(channel, "u"), "m1", "你好")
        turn, fresh = await inbox.receive(db, clock, received, lease_s=LEASE_S)
        assert fresh
        ids.add(turn.conversation_id)
    assert len(ids) == 2


# --- one conversation per identity


async def test_fifty_first_messages_at_once_are_one_conversation(talk: Talk) -> None:
    turns = await asyncio.gather(*(talk.hear(f"第 {i} 句", f"m{i}") for i in range(50)))
    assert len({turn.conversation_id for turn, _ in turns}) == 1
    assert (await count(talk, conversation), await count(talk, identity)) == (1, 1)


# --- law 2


async def test_second_message_waits_until_the_first_is_done(talk: Talk) -> None:
    first, _ = await talk.hear("一", "m1")
    second, _ = await talk.hear("二", "m2")
    assert (first.state, second.state) == ("running", "received")
    assert await take(talk, first.conversation_id) is None
    await talk.finish(first)
    taken = await take(talk, first.conversation_id)
    assert taken is not None
    assert (taken.id, taken.state, taken.attempts) == (second.id, "running", 1)


async def test_turns_are_taken_in_the_order_of_their_numbers(talk: Talk) -> None:
    first, _ = await talk.hear("一", "m1")
    for i in range(2, 6):
        await talk.hear(str(i), f"m{i}")
    await talk.finish(first)
    texts = []
    while (turn := await take(talk, first.conversation_id)) is not None:
        texts.append(turn.text)
        await talk.finish(turn)
    assert texts == ["2", "3", "4", "5"]


async def test_of_many_takers_one_gets_the_turn(db: Database, talk: Talk) -> None:
    first, _ = await talk.hear("一", "m1")
    await talk.hear("二", "m2")
    await talk.finish(first)
    taken = await asyncio.gather(*(take(talk, first.conversation_id) for _ in range(16)))
    assert [turn.text for turn in taken if turn] == ["二"]


async def test_turn_whose_runner_died_is_taken_again_when_its_lease_is_over(talk: Talk) -> None:
    turn, _ = await talk.hear("你好")
    talk.clock.advance(LEASE_S)
    assert await take(talk, turn.conversation_id) is None
    talk.clock.advance(0.001)
    again = await take(talk, turn.conversation_id)
    assert again is not None
    assert (again.id, again.attempts) == (turn.id, 2)


async def test_release_all_lets_the_next_start_take_what_was_running(talk: Talk) -> None:
    turn, _ = await talk.hear("你好")
    await inbox.release_all(talk.db)
    assert await inbox.unfinished(talk.db, talk.clock) == [turn.conversation_id]
    again = await take(talk, turn.conversation_id)
    assert again is not None
    assert again.id == turn.id


async def test_unfinished_names_only_conversations_that_nobody_runs(talk: Talk) -> None:
    running, _ = await talk.hear("一", "a1", "a")
    await talk.hear("二", "a2", "a")
    assert await inbox.unfinished(talk.db, talk.clock) == []
    await talk.finish(running)
    assert await inbox.unfinished(talk.db, talk.clock) == [running.conversation_id]


async def test_finishing_twice_keeps_the_first_end(talk: Talk) -> None:
    turn, _ = await talk.hear("你好")
    assert [await talk.finish(turn, "answered"), await talk.finish(turn, "failed")] == [True, False]
    async with talk.db.read() as conn:
        found = await inbox.find(conn, turn.id)
        assert found is not None
        assert (found.state, found.outcome) == ("done", "answered")
        assert not await inbox.is_open(conn, turn.id)


# --- law 4


async def test_numbers_have_no_gap_under_fifty_writers_at_once(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await asyncio.gather(
        *(talk.hear(f"问 {i}", f"m{i}") for i in range(25)),
        *(talk.say(conversation_id, f"答 {i}", key=f"k{i}") for i in range(25)),
    )
    async with talk.db.read() as conn:
        seqs = (await conn.execute(select(message.c.seq).order_by(message.c.seq))).scalars().all()
    assert seqs == list(range(1, 51))


async def test_order_is_the_number_when_the_clock_stands_still(talk: Talk) -> None:
    turn, _ = await talk.hear("一", "m1")
    await talk.say(turn.conversation_id, "二")
    await talk.hear("三", "m2")
    assert await talk.transcript(turn.conversation_id) == [
        "1 resident: 一", "2 bot: 二", "3 resident: 三",
    ]  # fmt: skip


# --- law 9


async def test_silence_begins_after_its_time_and_not_before(talk: Talk) -> None:
    turn, _ = await talk.hear("你好")
    talk.clock.advance(20)
    async with talk.db.read() as conn:
        assert await inbox.silent_since(conn, talk.clock.now() - timedelta(seconds=20)) == []
        silent = await inbox.silent_since(conn, talk.clock.now() - timedelta(seconds=19))
    assert [one.id for one in silent] == [turn.id]


async def test_answered_turn_is_not_silent(talk: Talk) -> None:
    turn, _ = await talk.hear("你好")
    await talk.finish(turn)
    talk.clock.advance(60)
    async with talk.db.read() as conn:
        assert await inbox.silent_since(conn, talk.clock.now()) == []
