"""Law 5: outgoing messages are rows with a key of their writer's, and each reader has a cursor."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from community.errors import Conflict, NotFound
from community.store.database import Database
from community.store.schema import conversation, event, message
from community.store.schema import outbox as outbox_table
from conversation import outbox
from conversation.messages import Choice, Draft, Message
from tests.conversation.talk import Talk

ROOMS = Draft("哪里坏了？", (("厨房", "/kitchen"), ("卫生间", "/bath")))
CARD = {"title": "报修单 1024", "state": "待派单", "tone": "wait", "facts": [["地点", "厨房"]]}


async def utter(talk: Talk, conversation_id: str, *drafts: Draft, key: str = "k") -> list[Message]:
    async with talk.db.write() as conn:
        return await outbox.say(conn, talk.clock, conversation_id, drafts, epoch=0, key=key)


async def states(talk: Talk) -> list[tuple[int, str]]:
    """(number, state) of each outgoing message."""
    async with talk.db.read() as conn:
        rows = await conn.execute(
            select(outbox_table.c.seq, outbox_table.c.state).order_by(outbox_table.c.seq)
        )
        return [tuple(row) for row in rows]


# --- what is stored


async def test_utterance_is_stored_whole_and_told_to_other_processes(talk: Talk) -> None:
    turn, _ = await talk.hear("水管漏了")
    async with talk.db.write() as conn:
        said = await outbox.say(
            conn, talk.clock, turn.conversation_id, [ROOMS, Draft("好的", card=CARD)],
            epoch=0, key="k", turn_id=turn.id,
        )  # fmt: skip
    now = talk.clock.now()
    choices = (Choice("2-1", "厨房", "/kitchen"), Choice("2-2", "卫生间", "/bath"))
    assert said == [
        Message(2, "bot", "哪里坏了？", now, choices, turn_id=turn.id),
        Message(3, "bot", "好的", now, card=CARD, turn_id=turn.id),
    ]
    async with talk.db.read() as conn:
        assert await outbox.transcript(conn, turn.conversation_id, after=1) == said
        assert await outbox.answer_of(conn, turn.id) == said
        assert (await conn.execute(select(event.c.kind, event.c.conversation_id))).all() == [
            ("message", turn.conversation_id)
        ]
    assert await states(talk) == [(2, "ready"), (3, "ready")]


async def test_nothing_to_say_takes_no_number(talk: Talk) -> None:
    conversation_id = await talk.begin()
    assert await utter(talk, conversation_id) == []
    assert [said.seq for said in await utter(talk, conversation_id, Draft("好"))] == [1]


async def test_nobody_speaks_in_an_unknown_conversation(talk: Talk) -> None:
    with pytest.raises(Conflict):
        await utter(talk, "conv_0", Draft("好"))


async def test_utterance_that_is_not_committed_leaves_no_gap(talk: Talk) -> None:
    conversation_id = await talk.begin()
    async with talk.db.write() as conn:
        savepoint = await conn.begin_nested()
        await outbox.say(conn, talk.clock, conversation_id, [Draft("不算")], epoch=0, key="k")
        await savepoint.rollback()
    assert [said.seq for said in await utter(talk, conversation_id, Draft("算"))] == [1]


# --- the key


async def test_same_key_again_stores_nothing_and_returns_what_was_stored(talk: Talk) -> None:
    conversation_id = await talk.begin()
    first = await utter(talk, conversation_id, ROOMS, Draft("好的", card=CARD))
    await utter(talk, conversation_id, Draft("别的"), key="k2")
    talk.clock.advance(60)
    assert await utter(talk, conversation_id, Draft("另一句")) == first
    assert await talk.transcript(conversation_id) == [
        "1 bot: 哪里坏了？",
        "2 bot: 好的",
        "3 bot: 别的",
    ]


async def test_same_key_is_answered_although_its_epoch_is_over(talk: Talk, wang: str) -> None:
    conversation_id = await talk.begin()
    first = await talk.say(conversation_id, "好的", epoch=0)
    await talk.claim(await talk.open(conversation_id), wang)
    assert await talk.say(conversation_id, "好的", epoch=0) == first


async def test_twenty_retries_at_once_store_one(talk: Talk) -> None:
    conversation_id = await talk.begin()
    said = await asyncio.gather(*(utter(talk, conversation_id, Draft("好")) for _ in range(20)))
    assert {one.seq for messages in said for one in messages} == {1}
    assert await talk.transcript(conversation_id) == ["1 bot: 好"]


async def test_keys_of_two_conversations_do_not_meet(talk: Talk) -> None:
    first, second = await talk.begin("a"), await talk.begin("b")
    await utter(talk, first, Draft("您好"), key="k0")
    stored = [await utter(talk, one, Draft("好")) for one in (first, second)]
    assert [[said.seq for said in messages] for messages in stored] == [[2], [1]]
    assert [await utter(talk, one, Draft("好")) for one in (first, second)] == stored


async def test_key_that_begins_like_another_is_another(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, Draft("一"), key="k")
    await utter(talk, conversation_id, Draft("二"), key="k#0")
    assert await talk.transcript(conversation_id) == ["1 bot: 一", "2 bot: 二"]


# --- the cursor


async def test_reader_gets_what_is_after_the_cursor_in_order_and_once(talk: Talk) -> None:
    turn, _ = await talk.hear("一", "m1")
    await talk.say(turn.conversation_id, "二", key="k1")
    async with talk.db.write() as conn:
        first, cursor = await outbox.deliver(conn, turn.conversation_id, after=0)
        again = await outbox.deliver(conn, turn.conversation_id, after=cursor)
    assert ([said.text for said in first], cursor, again) == (["一", "二"], 2, ([], 2))
    await talk.say(turn.conversation_id, "三", key="k2")
    assert await talk.delivered(turn.conversation_id, after=cursor) == ["三"]


async def test_reader_gets_pages_that_follow_each_other_without_a_gap(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, *(Draft(str(i)) for i in range(7)))
    pages, cursor = [], 0
    async with talk.db.write() as conn:
        while (page := await outbox.deliver(conn, conversation_id, after=cursor, limit=3))[0]:
            pages.append([said.text for said in page[0]])
            cursor = page[1]
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


async def test_only_what_was_handed_over_is_marked_sent(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, Draft("一"), Draft("二"))
    async with talk.db.write() as conn:
        await outbox.deliver(conn, conversation_id, after=0, limit=1)
    assert await states(talk) == [(1, "sent"), (2, "ready")]


async def test_refused_message_is_never_delivered_and_stays_in_the_transcript(
    talk: Talk, wang: str
) -> None:
    conversation_id = await talk.begin()
    case = await talk.open(conversation_id)
    await talk.say(conversation_id, "作废", key="k1", turn_id="turn_1")
    await talk.claim(case, wang)
    await talk.say(conversation_id, "您好", key="k2", speaker="staff", staff_id=wang)
    async with talk.db.write() as conn:
        messages, cursor = await outbox.deliver(conn, conversation_id, after=0)
        await outbox.mark_read(conn, talk.clock, conversation_id, 2)
    assert ([said.text for said in messages], cursor) == (["您好"], 2)
    assert await states(talk) == [(1, "refused"), (2, "sent")]
    assert await talk.transcript(conversation_id) == ["1 bot: 作废", "2 staff: 您好"]


async def test_claim_refuses_in_its_own_conversation_only(talk: Talk, wang: str) -> None:
    mine, other = await talk.begin("a"), await talk.begin("b")
    case = await talk.open(mine)
    for conversation_id in (mine, other):
        await talk.say(conversation_id, "好的", turn_id="turn_1")
    await talk.claim(case, wang)
    assert [await talk.delivered(one) for one in (mine, other)] == [[], ["好的"]]


async def test_unknown_conversation_is_not_found(talk: Talk) -> None:
    async with talk.db.write() as conn:
        with pytest.raises(NotFound):
            await outbox.deliver(conn, "conv_0", after=0)


async def test_read_mark_goes_forward_only(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, *(Draft(str(i)) for i in range(3)))
    seen = []
    for up_to in (2, 1, 3):
        async with talk.db.write() as conn:
            await outbox.mark_read(conn, talk.clock, conversation_id, up_to)
            seen.append((await conn.execute(select(conversation.c.seen_seq))).scalar())
    assert seen == [2, 2, 3]
    async with talk.db.read() as conn:
        rows = await conn.execute(select(outbox_table.c.state, outbox_table.c.sent_at))
        assert rows.all() == [("sent", talk.clock.now())] * 3


async def test_read_mark_does_not_touch_when_earlier_words_were_read(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, Draft("一"), Draft("二"))
    for up_to in (1, 2):
        async with talk.db.write() as conn:
            await outbox.mark_read(conn, talk.clock, conversation_id, up_to)
        talk.clock.advance(60)
    async with talk.db.read() as conn:
        first, second = (await conn.execute(select(outbox_table.c.sent_at))).scalars()
    assert second - first == timedelta(seconds=60)


# --- choices


async def test_choice_is_found_by_its_id_and_shown_without_what_it_means(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await talk.say(conversation_id, "您好", key="k0")
    await utter(talk, conversation_id, ROOMS)
    async with talk.db.read() as conn:
        found = await outbox.find_choice(conn, conversation_id, "2-2")
    assert found == Choice("2-2", "卫生间", "/bath")
    assert found.shown() == {"id": "2-2", "label": "卫生间"}


@pytest.mark.parametrize(
    "choice_id", ["", "-", "1", "1-", "1-0", "1-3", "2-1", "-1-1", "x-1", "１-1", "9" * 40 + "-1"]
)
async def test_id_that_was_not_offered_is_no_choice(talk: Talk, choice_id: str) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, ROOMS)
    async with talk.db.read() as conn:
        assert await outbox.find_choice(conn, conversation_id, choice_id) is None


async def test_choice_of_another_conversation_is_none(talk: Talk) -> None:
    await utter(talk, await talk.begin("a"), ROOMS)
    other = await talk.begin("b")
    async with talk.db.read() as conn:
        assert await outbox.find_choice(conn, other, "1-1") is None


async def test_choices_are_offered_until_the_next_words_to_the_resident(talk: Talk) -> None:
    conversation_id = await talk.begin()

    async def offered() -> list[str]:
        async with talk.db.read() as conn:
            return [choice.id for choice in await outbox.last_choices(conn, conversation_id)]

    assert await offered() == []
    await utter(talk, conversation_id, ROOMS, key="k1")
    await talk.hear("等一下")
    assert await offered() == ["1-1", "1-2"]
    await utter(talk, conversation_id, Draft("好"), key="k2")
    assert await offered() == []


# --- reading back


async def test_answer_of_a_turn_is_its_own_alone(talk: Talk) -> None:
    first, _ = await talk.hear("一", "m1")
    await talk.finish(first)
    second, _ = await talk.hear("二", "m2")
    await talk.say(first.conversation_id, "甲", key="k1", turn_id=first.id)
    await talk.say(first.conversation_id, "停水通知", key="k2")
    await talk.say(first.conversation_id, "乙", key="k3", turn_id=second.id)
    async with talk.db.read() as conn:
        answers = [await outbox.answer_of(conn, turn) for turn in (first.id, second.id, "turn_0")]
    assert [[said.text for said in answer] for answer in answers] == [["甲"], ["乙"], []]


async def test_last_words_to_the_resident_and_since_when(talk: Talk) -> None:
    conversation_id = await talk.begin()
    await talk.say(conversation_id, "您好", key="k1")
    await talk.hear("在吗")
    talk.clock.advance(60)
    async with talk.db.read() as conn:
        said = await outbox.last_said(conn, conversation_id)
        recent = await outbox.last_said(conn, conversation_id, since=talk.clock.now())
    assert said is not None
    assert (said.text, recent) == ("您好", None)


async def test_transcript_comes_in_pages(talk: Talk, db: Database) -> None:
    conversation_id = await talk.begin()
    await utter(talk, conversation_id, *(Draft(str(i)) for i in range(5)))
    async with db.read() as conn:
        page = await outbox.transcript(conn, conversation_id, after=2, limit=2)
        total = (await conn.execute(select(func.count()).select_from(message))).scalar()
    assert ([said.seq for said in page], total) == ([3, 4], 5)
