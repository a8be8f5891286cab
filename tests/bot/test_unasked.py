"""Short words after a reminder or the daily question answer it; all others go to the engine as said."""

from __future__ import annotations

import pytest

from bot.scripted import ScriptedEngine
from conversation import outbox
from conversation.messages import Draft
from conversation.queue import Lane
from tests.bot.chat import Chat

REMINDER = Draft(
    "到点了，该吃药了：降压药一片。吃好了跟我说一声“吃了”。",
    tuple(
        (label, f'/confirm_medication{{"choice":"{act}","order_no":"dose_1 dose_2"}}')
        for label, act in (("吃了", "taken"), ("等会儿再吃", "later"), ("这顿不吃", "skipped"))
    ),
)
ONCE_MORE = Draft("再提醒一次，晚上8点的药：降压药一片。吃了没有？", REMINDER.choices)
GREETING = Draft(
    "早上好，今天怎么样？回我一声“我挺好”就行。",
    (("我挺好", '/report_wellbeing{"choice":"well"}'),
     ("不太舒服", '/report_wellbeing{"choice":"unwell"}')),
)  # fmt: skip
CALL = Draft(
    "有邻居想请人帮忙：扛米，明天下午。编号1001，您能去吗？",
    (("我来", '/offer_help{"choice":"accept","order_no":"1001"}'),
     ("我来不了", '/offer_help{"choice":"release","order_no":"1001"}')),
)  # fmt: skip
DONE = Draft(
    "李静说1001号帮完了，记1个时间币。对吗？",
    (("对，帮完了", '/request_help{"choice":"confirm","order_no":"1001"}'),
     ("不对，有问题", '/request_help{"choice":"dispute","order_no":"1001"}')),
)  # fmt: skip
OTHER = Draft("哪里坏了？", (("厨房", '/inform{"place":"厨房"}'), ("都不是", "/deny")))


async def asked(chat: Chat, engine: ScriptedEngine, draft: Draft, words: str) -> str:
    """What the engine is asked when somebody says this after that."""
    conversation_id = await chat.talk.begin()
    async with chat.talk.db.write() as conn:
        await outbox.say(conn, chat.talk.clock, conversation_id, [draft], epoch=0, key=draft.text)
    await chat.says(words)
    return engine.asked[-1][1]


def dose(act: str) -> str:
    return f'/confirm_medication{{"choice":"{act}","order_no":"dose_1 dose_2"}}'


@pytest.mark.parametrize(
    ("draft", "words", "meant"),
    [
        (REMINDER, "没吃呢", dose("later")), (REMINDER, "嗯，吃了", dose("taken")),
        (REMINDER, "今天不吃", dose("skipped")), (REMINDER, "刚吃完饭", dose("unsure")),
        (REMINDER, "好的", dose("noted")), (ONCE_MORE, "没有", dose("later")),
        (ONCE_MORE, "嗯", dose("taken")),
        (GREETING, "好着呢", '/report_wellbeing{"choice":"well"}'),
        (GREETING, "还好", '/report_wellbeing{"choice":"well"}'),
        (GREETING, "不太好", '/report_wellbeing{"choice":"unwell"}'),
        (CALL, "好的", '/offer_help{"choice":"accept","order_no":"1001"}'),
        (CALL, "行啊，没问题", '/offer_help{"choice":"accept","order_no":"1001"}'),
        (DONE, "对", '/request_help{"choice":"confirm","order_no":"1001"}'),
        (DONE, "不对", '/request_help{"choice":"dispute","order_no":"1001"}'),
        (GREETING, "别再问了", '/report_wellbeing{"choice":"no_daily"}'),
    ],
)  # fmt: skip
async def test_short_answer_is_taken_for_the_answer(
    chat: Chat, engine: ScriptedEngine, draft: Draft, words: str, meant: str
) -> None:
    assert await asked(chat, engine, draft, words) == meant


@pytest.mark.parametrize(
    ("draft", "words"),
    [(REMINDER, "没有水了"), (REMINDER, "转人工"), (REMINDER, "过十分钟再喊我"), (REMINDER, "降压药没吃"),
     (GREETING, "找个人跟我说"), (GREETING, "水管漏了"), (GREETING, "我妈挺好的"), (OTHER, "没吃呢"), (OTHER, "好着呢")],
)  # fmt: skip
async def test_other_words_are_heard_as_they_were_said(
    chat: Chat, engine: ScriptedEngine, draft: Draft, words: str
) -> None:
    assert await asked(chat, engine, draft, words) == words


@pytest.mark.parametrize("draft", [REMINDER, GREETING])
async def test_cry_for_help_is_one(chat: Chat, engine: ScriptedEngine, draft: Draft) -> None:
    conversation_id = await chat.talk.begin()
    async with chat.talk.db.write() as conn:
        await outbox.say(conn, chat.talk.clock, conversation_id, [draft], epoch=0, key="k")
    await chat.says("救命")
    assert [case.lane for case in await chat.cases()] == [Lane.EMERGENCY]
    assert engine.asked == []


async def test_words_long_after_are_no_answer(chat: Chat, engine: ScriptedEngine) -> None:
    conversation_id = await chat.talk.begin()
    async with chat.talk.db.write() as conn:
        await outbox.say(conn, chat.talk.clock, conversation_id, [REMINDER], epoch=0, key="k")
    chat.talk.clock.advance(7 * 3600)
    await chat.says("没吃呢")
    assert engine.asked[-1][1] == "没吃呢"


async def test_words_after_something_else_are_no_answer(chat: Chat, engine: ScriptedEngine) -> None:
    conversation_id = await chat.talk.begin()
    async with chat.talk.db.write() as conn:
        await outbox.say(conn, chat.talk.clock, conversation_id, [REMINDER], epoch=0, key="k")
    await chat.says("今天停水不")
    await chat.says("没吃呢")
    assert engine.asked[-1][1] == "没吃呢"
