"""Aloud: one message after the other, handed over when played, a reminder again until it is heard."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from community.store import speakers
from community.store.schema import outbox as outbox_table
from conversation import aloud, outbox, timers
from conversation.aloud import ANSWERED, CUT, NEWS, PLAYED, QUEUED, STAFF, Aloud
from conversation.messages import Draft
from conversation.outbox import SAFETY_EPOCH
from tests.conversation.talk import Talk

REMINDER = Draft("该吃降压药了。", purpose="reminder", private=True)


class Device:
    """One device of the conversation `c`, which says what it is given."""

    def __init__(self, talk: Talk, conversation_id: str) -> None:
        self.talk = talk
        self.conversation_id = conversation_id
        self.over: set[str] = set()
        "Keys of reminders that were answered elsewhere"

    async def take(self, *, awake: Collection[str] = ()) -> Aloud | None:
        async def still(conn: Any, key: str) -> bool:
            return key not in self.over

        async with self.talk.db.write() as conn:
            return await aloud.take(conn, self.talk.clock, self.conversation_id, still, awake=awake)

    async def text(self, **named: Any) -> str | None:
        found = await self.take(**named)
        return found.message.text if found else None

    async def note(self, seq: int, fate: str) -> None:
        async with self.talk.db.write() as conn:
            await aloud.note(conn, self.talk.clock, self.conversation_id, seq, fate)

    async def put_back(self, seq: int) -> None:
        async with self.talk.db.write() as conn:
            await aloud.put_back(conn, self.conversation_id, seq)

    async def fire(self) -> int:
        return await timers.fire_due(self.talk.db, self.talk.clock, aloud.timers(self.talk.clock))

    async def remind(self) -> int:
        """A reminder is written; returns its number."""
        async with self.talk.db.write() as conn:
            (said,) = await outbox.say(
                conn, self.talk.clock, self.conversation_id, [REMINDER], epoch=0, key="dose:1:due"
            )
        return said.seq


@pytest.fixture
async def device(talk: Talk) -> Device:
    now = talk.clock.now()
    talk.clock.advance((timedelta(hours=26) - timedelta(hours=now.hour)).total_seconds())
    return Device(talk, await talk.begin())  # 10 in the morning, in China


async def test_messages_are_taken_in_order_and_each_by_one_device(
    talk: Talk, device: Device
) -> None:
    await talk.say(device.conversation_id, "一", key="a", turn_id="t")
    await talk.say(device.conversation_id, "二", key="b", speaker="staff", staff_id=None)
    first, second = await device.take(), await device.take()
    assert first is not None
    assert second is not None
    assert [(one.message.text, one.kind) for one in (first, second)] == [
        ("一", "answer"), ("二", "staff"),
    ]  # fmt: skip
    assert await device.take() is None


async def test_what_was_taken_and_not_played_comes_again(talk: Talk, device: Device) -> None:
    await talk.say(device.conversation_id, "一", turn_id="t")
    await device.take()
    talk.clock.advance(aloud.LEASE.total_seconds())
    assert await device.text() == "一"
    await device.put_back(1)
    assert await device.text() == "一"


async def test_played_message_is_handed_over_and_never_taken_again(
    talk: Talk, device: Device
) -> None:
    await talk.say(device.conversation_id, "一", turn_id="t")
    await device.take()
    async with talk.db.read() as conn:
        states = await conn.execute(select(outbox_table.c.state, outbox_table.c.sent_at))
        assert states.all() == [("ready", None)]
    await device.note(1, QUEUED)
    await device.note(1, PLAYED)
    async with talk.db.read() as conn:
        states = await conn.execute(select(outbox_table.c.state, outbox_table.c.sent_at))
        assert states.all() == [("sent", talk.clock.now())]
        assert (await speakers.fates(conn, device.conversation_id))[1].fate == "played"
    talk.clock.advance(aloud.LEASE.total_seconds())
    assert await device.take() is None


async def test_kinds_are_told_apart(talk: Talk, device: Device) -> None:
    await talk.say(device.conversation_id, "消息", key="a")
    await talk.say(device.conversation_id, "待在原地，120", key="b", epoch=SAFETY_EPOCH)
    await device.remind()
    kinds = [one.kind for _ in range(3) if (one := await device.take())]
    assert kinds == ["notice", "alarm", "reminder"]


async def test_reminder_nobody_acknowledges_is_said_again_after_5_and_15_minutes(
    talk: Talk, device: Device
) -> None:
    seq, began, heard = await device.remind(), talk.clock.now(), []
    for _ in range(40):
        await device.fire()
        found = await device.take()
        if found is not None:
            assert (found.message.text, found.private) == ("该吃降压药了。", True)
            heard.append((talk.clock.now() - began).total_seconds() / 60)
            await device.note(seq, PLAYED)
        talk.clock.advance(60)
    assert heard == [0, 5, 15]


@pytest.mark.parametrize("how", ["acknowledged", "answered elsewhere"])
async def test_answered_reminder_is_not_said_again(talk: Talk, device: Device, how: str) -> None:
    seq = await device.remind()
    await device.take()
    await device.note(seq, PLAYED)
    if how == "acknowledged":
        await device.note(seq, ANSWERED)
    else:
        device.over.add("dose:1:due")
    talk.clock.advance(5 * 60)
    await device.fire()
    assert await device.take() is None


async def test_reminder_that_was_answered_before_it_was_said_stays_unsaid(device: Device) -> None:
    await device.remind()
    device.over.add("dose:1:due")
    assert await device.take() is None


async def test_interrupted_reminder_comes_again_too(talk: Talk, device: Device) -> None:
    seq = await device.remind()
    await device.take()
    await device.note(seq, CUT)
    assert await device.take() is None
    talk.clock.advance(5 * 60)
    await device.fire()
    assert await device.text() == "该吃降压药了。"


async def test_reminder_is_not_repeated_between_two_people(
    talk: Talk, device: Device, wang: str
) -> None:
    seq = await device.remind()
    await device.take()
    await device.note(seq, PLAYED)
    case = await talk.claim(await talk.open(device.conversation_id), wang)
    talk.clock.advance(5 * 60)
    await device.fire()
    assert await device.take() is None
    await talk.resolve(case, wang)
    talk.clock.advance(10 * 60)
    await device.fire()
    taken = [one.message.text for _ in range(3) if (one := await device.take())]
    assert "该吃降压药了。" in taken


async def test_news_wait_for_the_morning_unless_somebody_is_awake(
    talk: Talk, device: Device
) -> None:
    talk.clock.advance(12 * 3600)
    await talk.say(device.conversation_id, "明天停水。", key="n")
    assert await device.take() is None
    seq = await device.remind()
    reminder = await device.take()
    assert reminder is not None
    assert reminder.message.seq == seq
    assert await device.text(awake={NEWS}) == "明天停水。"


async def test_words_of_staff_wake_nobody_who_sleeps(talk: Talk, device: Device) -> None:
    talk.clock.advance(16 * 3600)
    await talk.say(device.conversation_id, "师傅明天来。", speaker="staff")
    assert await device.take() is None
    assert await device.text(awake={STAFF}) == "师傅明天来。"


async def test_alarm_of_the_family_is_said_in_the_night(talk: Talk, device: Device) -> None:
    talk.clock.advance(13 * 3600)
    async with talk.db.write() as conn:
        await outbox.say(
            conn, talk.clock, device.conversation_id, [Draft("您妈妈不舒服", purpose="alarm")],
            epoch=0, key="unwell",
        )  # fmt: skip
    found = await device.take()
    assert found is not None
    assert (found.kind, found.message.text) == ("alarm", "您妈妈不舒服")


async def test_words_of_staff_come_with_who_wrote_them(
    talk: Talk, device: Device, wang: str
) -> None:
    await talk.say(device.conversation_id, "好", speaker="staff", staff_id=wang, key="a")
    await talk.say(device.conversation_id, "您好", speaker="staff", key="b")
    names = [one.staff_name for _ in range(2) if (one := await device.take())]
    assert names == ["王师傅", None]


async def test_words_that_a_persons_claim_overtook_are_not_said(
    talk: Talk, device: Device, wang: str
) -> None:
    turn, _ = await talk.hear("你好")
    await talk.say(turn.conversation_id, "机器人的话", key="a", turn_id=turn.id)
    await talk.claim(await talk.open(turn.conversation_id), wang)
    async with talk.db.write() as conn:
        assert not await aloud.hold(conn, talk.clock, turn.conversation_id, 2)
    assert await device.take() is None


async def test_question_that_stands_open_is_known_for_half_an_hour(
    talk: Talk, device: Device
) -> None:
    within = (timedelta(seconds=30), timedelta(minutes=30))

    async def question() -> str | None:
        async with talk.db.read() as conn:
            found = await aloud.open_question(conn, talk.clock, turn.conversation_id, within)
        return found.message.text if found else None

    turn, _ = await talk.hear("我要报修")
    (said,) = await talk.say(turn.conversation_id, "是什么坏了？", key="a", turn_id=turn.id)
    await talk.finish(turn, "asked")
    talk.clock.advance(60)
    assert await question() is None
    await device.note(said.seq, PLAYED)
    assert await question() == "是什么坏了？"
    talk.clock.advance(30 * 60)
    assert await question() is None


async def test_question_is_not_asked_again_while_a_person_is_called_or_speaks(
    talk: Talk, device: Device, wang: str
) -> None:
    within = (timedelta(seconds=30), timedelta(minutes=30))
    turn, _ = await talk.hear("我要报修")
    (said,) = await talk.say(turn.conversation_id, "是什么坏了？", key="a", turn_id=turn.id)
    await talk.finish(turn, "asked")
    await device.note(said.seq, PLAYED)
    talk.clock.advance(60)
    await talk.claim(await talk.open(turn.conversation_id), wang)
    async with talk.db.read() as conn:
        assert await aloud.open_question(conn, talk.clock, turn.conversation_id, within) is None


async def test_reminder_that_was_said_counts_as_heard_while_it_waits_to_be_said_again(
    talk: Talk, device: Device
) -> None:
    began = talk.clock.now()
    seq = await device.remind()
    await device.take()
    async with talk.db.read() as conn:
        assert not await outbox.was_heard(conn, [device.conversation_id], began)
    await device.note(seq, PLAYED)
    talk.clock.advance(5 * 60)
    await device.fire()
    async with talk.db.read() as conn:
        assert await outbox.was_heard(conn, [device.conversation_id], began)
    device.over.add("dose:1:due")
    assert await device.take() is None
    async with talk.db.read() as conn:
        states = await conn.execute(select(outbox_table.c.state))
        assert states.scalars().all() == ["sent"]
