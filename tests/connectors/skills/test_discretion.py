"""Private things at a speaker of a maker: announced, and said to nobody but their owner."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.store.schema import identity, outbox, resident, room
from connectors import store
from connectors.skills.exchange import sender_of
from connectors.skills.words import words
from conversation import outbox as outgoing
from conversation.messages import Draft

DOSE = "该吃降压药了，一片。"
WHOSE = "有一件王秀英自己的事，别人不方便听。是哪位在听？请说一下您是谁。"
NOBODYS = "有一件只能给本人听的事。是哪位在听？请说一下您是谁。"


@pytest.fixture
async def told(skill, speaker):
    """`await told(text, private=…)`: something said unasked to this speaker."""
    await speaker.say("你好")
    sender = sender_of(skill.maker.name, speaker.user, speaker.device)
    async with skill.gateway.db.read() as conn:
        conversation_id = await store.find_conversation(conn, sender)

    async def say(text=DOSE, *, private=True, choices=()):
        draft = Draft(text, choices, private=private)
        async with skill.gateway.db.write() as conn:
            await outgoing.say(
                conn, skill.gateway.clock, conversation_id, [draft], epoch=0, key=text
            )

    return say


@pytest.fixture
async def owned(skill, speaker, told):
    """The speaker is that of one person."""
    async with skill.gateway.db.write() as conn:
        await conn.execute(
            insert(room).values(
                id="room_1", building=3, unit=2, number="501", label="3号楼2单元501"
            )
        )
        await conn.execute(
            insert(resident).values(id="resident_1", room_id="room_1", name="王秀英", role="owner")
        )
        await conn.execute(update(identity).values(room_id="room_1", resident_id="resident_1"))


async def states(skill):
    async with skill.gateway.db.read() as conn:
        rows = await conn.execute(select(outbox.c.state).where(outbox.c.private))
        return list(rows.scalars())


async def test_reminder_of_medicine_is_announced_and_not_said(skill, speaker, told):
    await told()
    heard = await speaker.enter()
    assert (heard.text, heard.mic) == (NOBODYS, True)
    assert await states(skill) == ["ready"]


async def test_its_owner_hears_it(skill, speaker, told, owned):
    await told(choices=(("吃了", "/taken"), ("等会儿", "/later")))
    assert (await speaker.enter()).text == WHOSE
    heard = await speaker.say("我是王秀英")
    assert heard.text == f"有一条给您的消息。{DOSE}您可以说，吃了，或者等会儿。"
    assert (heard.mic, await states(skill)) == (True, ["sent"])


async def test_somebody_else_does_not_hear_it_and_it_goes_on_waiting(skill, speaker, told, owned):
    await told()
    await speaker.enter()
    heard = await speaker.say("她不在")
    assert (heard.text, heard.mic) == ("好的，那我等王秀英在的时候再说。", False)
    assert await states(skill) == ["ready"]
    assert (await speaker.enter()).text == WHOSE


async def test_claiming_to_be_the_owner_counts_only_when_it_was_asked(skill, speaker, told):
    await told()
    assert "降压药" not in (await speaker.say("是我")).text
    assert await states(skill) == ["ready"]


async def test_answer_that_comes_late_is_none(skill, speaker, told, clock):
    await told()
    await speaker.enter()
    clock.advance(121)
    assert "降压药" not in (await speaker.say("是我")).text


async def test_owner_is_known_for_five_minutes(skill, speaker, told, clock):
    await told()
    await speaker.enter()
    await speaker.say("是我")
    await told("该量血压了。")
    clock.advance(299)
    assert (await speaker.enter()).text == "有一条给您的消息。该量血压了。"
    await told("该吃晚上的药了。")
    clock.advance(1)
    assert (await speaker.enter()).text == NOBODYS


async def test_what_anybody_may_hear_is_said_with_the_announcement(skill, speaker, told):
    await told()
    await told("明天停水。", private=False)
    heard = await speaker.enter()
    assert heard.text == f"有一条给您的消息。明天停水。{NOBODYS}"


async def test_private_answer_to_a_question_asks_who_is_listening_first(open_skill, maker_name):
    medicines = Reply((Draft("您现在吃降压药。"),), "query_medication", 0.9)
    skill = await open_skill(maker_name, engine=ScriptedEngine({"我吃什么药": medicines}))
    speaker = skill.speaker()
    assert (await speaker.say("我吃什么药")).text == NOBODYS
    assert (await speaker.say("是我本人")).text == "您刚才问的有结果了。您现在吃降压药。"


async def test_announcement_is_not_repeated_into_silence(speaker, told):
    await told()
    await speaker.enter()
    silences = [await speaker.silence() for _ in range(2)]
    assert [one for one in silences if one is not None and words("who") in one.text] == []


async def test_what_was_said_long_ago_is_not_said_once_more_to_whoever_asks(speaker, told, clock):
    await told()
    await speaker.enter()
    assert DOSE in (await speaker.say("是我")).text
    clock.advance(601)
    assert DOSE not in (await speaker.say("再说一遍")).text


def test_both_openers_end_with_the_question_that_is_looked_for():
    assert words("private", owner="王秀英") + words("who") == WHOSE
    assert words("private_somebody") + words("who") == NOBODYS
