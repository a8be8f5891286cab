"""An account without the right to push: nothing is lost, it comes with the resident's next word."""

import asyncio

import aiohttp
import pytest

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from connectors.wechat import channel, xml
from connectors.wechat.words import words
from conversation.messages import Draft
from tests.connectors.wechat.test_notices import late_words

READER = "oReader-0000000000000000001"


@pytest.fixture
def open_quiet(open_account):
    async def start(engine=None):
        return await open_account(engine, wechat_can_push=False)

    return start


def message_of(pushes, text, number):
    return xml.write(
        [
            ("ToUserName", pushes.account), ("FromUserName", READER), ("CreateTime", 1762149900),
            ("MsgType", "text"), ("Content", text), ("MsgId", number),
        ]
    )  # fmt: skip


async def cut_attempt(pushes, session, message):
    """An attempt whose connection is cut before it is answered."""
    query, body = pushes.sealed(message)
    with pytest.raises(TimeoutError):
        async with session.post(
            pushes.url, params=query, data=body, timeout=aiohttp.ClientTimeout(total=0.2)
        ) as answer:
            await answer.read()


async def test_answer_that_comes_meanwhile_is_the_answer_to_a_later_attempt(
    open_quiet, session, sim
):
    """`storm-slow-no-kefu` of the vectors."""
    gateway, pushes = await open_quiet()
    gateway.engine.gate.clear()
    first = message_of(pushes, "你好", 7)
    await cut_attempt(pushes, session, first)
    gateway.engine.gate.set()
    query, body = pushes.sealed(first)
    async with session.post(pushes.url, params=query, data=body) as answer:
        assert "<Content><![CDATA[听到：你好]]></Content>" in opened(pushes, await answer.read())
    assert len(gateway.engine.asked) == 1


async def test_attempt_whose_way_back_would_begin_too_late_fails_and_leaves_the_answer_to_the_next(
    open_quiet, session, monkeypatch
):
    gateway, pushes = await open_quiet()
    first = message_of(pushes, "你好", 7)
    with monkeypatch.context() as late:
        late.setattr(channel, "TOO_LATE_S", 0.0)  # the clock of the attempt
        query, body = pushes.sealed(first)
        async with session.post(pushes.url, params=query, data=body) as answer:
            assert answer.status == 503
    query, body = pushes.sealed(first)
    async with session.post(pushes.url, params=query, data=body) as answer:
        assert "<Content><![CDATA[听到：你好]]></Content>" in opened(pushes, await answer.read())
    assert len(gateway.engine.asked) == 1


async def test_last_attempt_says_that_it_will_come_and_the_next_word_brings_it(
    open_quiet, session, sim
):
    """`storm-too-slow-no-kefu` of the vectors."""
    gateway, pushes = await open_quiet()
    gateway.engine.gate.clear()
    first = message_of(pushes, "查物业费", 7)
    for _ in range(2):
        await cut_attempt(pushes, session, first)
    query, body = pushes.sealed(first)
    async with session.post(pushes.url, params=query, data=body) as answer:
        assert words("later") in opened(pushes, await answer.read())
    gateway.engine.gate.set()
    assert await pushes.say(READER, "好了吗") == "听到：查物业费\n听到：好了吗"
    assert sim.calls["message/custom/send"] == 0


def opened(pushes, answer):
    wrapper = xml.read(answer)
    return pushes.cipher.open(
        wrapper["Encrypt"], timestamp=wrapper["TimeStamp"], nonce=wrapper["Nonce"],
        msg_signature=wrapper["MsgSignature"],
    ).message.decode()  # fmt: skip


async def test_lost_answer_is_given_again_with_all_that_it_brought(open_quiet, sim):
    gateway, pushes = await open_quiet()
    await late_words(gateway, pushes)
    pushes.lose_answers = 2
    said = await pushes.say(READER, "什么事")
    assert said.startswith("刘师傅明天上午来。")
    assert said.endswith("听到：什么事")
    assert await pushes.say(READER, "知道了") == "听到：知道了"


async def test_what_does_not_fit_comes_with_the_word_after(open_quiet, sim):
    long = "今天停水的通知。" * 80
    engine = ScriptedEngine({"念": Reply((Draft(long), Draft("完了。" * 100)))})
    _, pushes = await open_quiet(engine)
    assert await pushes.say(READER, "念") == long
    assert await pushes.say(READER, "还有呢") == f"{'完了。' * 100}\n听到：还有呢"


async def test_single_message_that_is_too_long_says_where_the_rest_is(open_quiet, sim):
    engine = ScriptedEngine({"念": Reply((Draft("今天停水的通知。" * 120),))})
    _, pushes = await open_quiet(engine)
    said = await pushes.say(READER, "念")
    assert said.endswith(words("cut"))
    assert len(said.encode()) <= 2048


async def test_person_who_has_the_conversation_is_not_interrupted(open_quiet, sim, clerk):
    _, pushes = await open_quiet()
    await pushes.say(READER, "着火了")
    assert await asyncio.wait_for(pushes.say(READER, "快来"), 10) is not None
