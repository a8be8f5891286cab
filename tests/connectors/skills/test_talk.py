"""A resident at a speaker, whatever its maker: answers, what came meanwhile, and nothing silent."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from bot.messages import Reply
from bot.phrases import phrase
from bot.scripted import DeadEngine, ScriptedEngine
from community.store import identities
from community.store.schema import (
    conversation,
    inbound,
    message,
    queue_case,
    skill_reply,
    skill_talk,
)
from connectors import store
from connectors.base import JSON_MAX_BYTES
from connectors.skills import store as skill_store
from connectors.skills.exchange import sender_of
from connectors.skills.turns import ANSWER_BY_S, Turns
from connectors.skills.words import several, words
from connectors.words import load
from conversation import forgetting, outbox, queue
from conversation.messages import Draft, Inbound

INTERIM = "正在帮您查，请稍等，您可以再问我一次结果。"
LONG = "".join(f"第{n}件事是物业在本周{n}之前会派人来看一看家里的水管。" for n in "一二三四五六")


async def conversation_of(skill, speaker):
    sender = sender_of(skill.maker.name, speaker.user, speaker.device)
    async with skill.gateway.db.read() as conn:
        return await store.find_conversation(conn, sender)


async def say_unasked(skill, conversation_id, text, choices=(), key="notice", **more):
    async with skill.gateway.db.write() as conn:
        await outbox.say(
            conn, skill.gateway.clock, conversation_id, [Draft(text, choices)], epoch=0, key=key,
            **more,
        )  # fmt: skip


async def rows(skill, table):
    async with skill.gateway.db.read() as conn:
        return (await conn.execute(select(table))).all()


async def test_opening_welcomes_and_opens_the_microphone(speaker):
    heard = await speaker.enter()
    assert (heard.text, heard.mic, heard.ended) == (words("welcome_unbound"), True, False)


async def test_words_are_answered_and_the_microphone_closes(skill, speaker):
    await speaker.enter()
    heard = await speaker.say("你好")
    assert (heard.text, heard.mic) == ("听到：你好。", False)
    assert len(skill.gateway.engine.asked) == 1


async def test_a_question_opens_the_microphone(open_skill, maker_name):
    engine = ScriptedEngine({"报修": Reply((Draft("请问是哪一栋？"),), "report_repair", 0.9, True)})
    skill = await open_skill(maker_name, engine=engine)
    heard = await skill.speaker().say("报修")
    assert (heard.text, heard.mic, heard.ended) == ("请问是哪一栋？", True, False)


async def test_choices_are_said_as_words_and_taken_by_their_words(open_skill, maker_name):
    asked = Draft("修厨房水管，对吗？", (("确认", "/affirm"), ("修改", "/deny")))
    engine = ScriptedEngine(
        {
            "报修": Reply((asked,), "report_repair", 0.9, True),
            "/affirm": Reply((Draft("报好了。"),)),
        }
    )
    skill = await open_skill(maker_name, engine=engine)
    speaker = skill.speaker()
    heard = await speaker.say("报修")
    assert heard.text == "修厨房水管，对吗？您可以说，确认，或者修改。"
    assert heard.mic
    if maker_name == "dueros":
        assert heard.expected == ("确认", "修改")
        assert heard.reprompt == "您可以说，确认，或者修改。"
    assert (await speaker.say("确认")).text == "报好了。"
    assert engine.asked[-1][1] == "/affirm"


async def test_marks_links_and_lists_are_not_read_out(open_skill, maker_name):
    draft = Draft(
        "**进度**：\n1. 已派单（王师傅）😀\n2. 详见 https://a.example/x?y=1\n电话13800138000"
    )
    skill = await open_skill(maker_name, engine=ScriptedEngine({"进度": Reply((draft,))}))
    heard = await skill.speaker().say("进度")
    assert heard.text == "进度。已派单，王师傅。详见。电话幺三八，零零幺三，八零零零。"


async def test_a_long_answer_is_read_in_pages_that_an_ear_can_keep(open_skill, maker_name):
    engine = ScriptedEngine({"说说": Reply((Draft(LONG),))})
    skill = await open_skill(maker_name, engine=engine)
    speaker = skill.speaker()
    heard = [await speaker.say("说说")]
    while heard[-1].text.endswith(words("more")):
        assert heard[-1].mic
        heard.append(await speaker.say("继续" if len(heard) % 2 else "好的"))
    assert [len(one.text) <= 60 for one in heard] == [True] * len(heard)
    assert "".join(one.text.removesuffix(words("more")) for one in heard) == LONG
    assert len(engine.asked) == 1
    assert not heard[-1].mic


async def test_reading_stops_when_asked_and_yes_means_the_dialogue_again(open_skill, maker_name):
    skill = await open_skill(maker_name, engine=ScriptedEngine({"说说": Reply((Draft(LONG),))}))
    speaker = skill.speaker()
    await speaker.say("说说")
    assert (await speaker.say("不用了")).text == words("enough")
    assert (await speaker.say("好的")).text == "听到：好的。"


async def test_an_old_reading_is_not_gone_on_with_by_a_yes(open_skill, maker_name, clock):
    skill = await open_skill(maker_name, engine=ScriptedEngine({"说说": Reply((Draft(LONG),))}))
    speaker = skill.speaker()
    await speaker.say("说说")
    clock.advance(121)
    assert (await speaker.say("好的")).text == "听到：好的。"


async def test_a_question_at_the_end_of_a_reading_is_put_even_when_it_is_cut_short(
    open_skill, maker_name
):
    draft = Draft(f"{LONG}这样办可以吗？")
    skill = await open_skill(maker_name, engine=ScriptedEngine({"说说": Reply((draft,))}))
    speaker = skill.speaker()
    await speaker.say("说说")
    heard = await speaker.say("不用了")
    assert (heard.text.endswith("这样办可以吗？"), heard.mic) == (True, True)


async def test_again_says_the_same_once_more(skill, speaker):
    first = await speaker.say("你好")
    assert (await speaker.say("没听清")).text == first.text
    assert len(skill.gateway.engine.asked) == 1


async def test_leaving_ends_the_skill(speaker):
    await speaker.enter()
    heard = await speaker.leave()
    assert (heard.text, heard.mic) == (words("farewell"), False)
    assert heard.ended


async def test_hush_closes_the_microphone_and_asks_nobody(skill, speaker):
    heard = await speaker.say("别说了")
    assert (heard.text, heard.mic, len(skill.gateway.engine.asked)) == ("好的。", False, 0)


# --- the same request again


async def test_body_that_is_too_large_is_refused_as_any_other_and_its_cause_told(
    skill, speaker, caplog
):
    answers = []
    for body in (skill.maker.request(speaker, "said", "你好").body, b"x" * (JSON_MAX_BYTES + 1)):
        async with skill.session.post(skill.url, data=body) as response:
            answers.append((response.status, await response.json()))
    assert answers[0][0] == 403
    assert answers[1] == answers[0]
    assert f"{skill.maker.name}: refused too_large, count=1" in caplog.messages


async def test_request_sent_again_is_one_turn_with_one_answer(skill, speaker):
    first = await speaker.say("你好")
    assert [await speaker.again(), await speaker.again()] == [first, first]
    assert len(skill.gateway.engine.asked) == 1
    assert len(await rows(skill, inbound)) == 1


async def test_request_sent_twice_at_once_is_one_turn(skill, speaker, until):
    skill.gateway.engine.gate.clear()
    request = skill.maker.request(speaker, "said", "你好")
    answers = [asyncio.create_task(speaker.send(request)) for _ in range(3)]
    await until(lambda: skill.gateway.engine.asked)
    skill.gateway.engine.gate.set()
    heard = await asyncio.gather(*answers)
    assert {one.text for one in heard} == {"听到：你好。"}
    assert len(await rows(skill, inbound)) == 1


async def test_opening_sent_again_does_not_lose_what_it_said(skill, speaker):
    await speaker.say("你好")
    await say_unasked(skill, await conversation_of(skill, speaker), "明天停水。")
    first = await speaker.enter()
    assert first.text == "有一条给您的消息。明天停水。"
    assert (await speaker.again()).text == first.text


async def test_same_id_of_two_people_is_two_requests(skill):
    speaker, other = skill.speaker(), skill.speaker(user="u-2")
    body = skill.maker.body(speaker, "said", "你好")
    others = with_id_of(body, skill.maker.body(other, "said", "你好"))
    for one, asked in ((speaker, body), (other, others)):
        assert (await one.send(skill.sent(one, asked))).text == "听到：你好。"
    assert len(await rows(skill, inbound)) == 2


def with_id_of(body, other):
    """The other request under the same id."""
    ids = {
        name: body["request"][name]
        for name in ("requestId", "request_id")
        if name in body.get("request", {})
    }
    if "request" in other:
        return other | {"request": other["request"] | ids}
    return other | {"requestId": body["requestId"]}


# --- late answers, and what comes meanwhile


async def test_slow_engine_is_promised_at_once_and_told_with_the_next_words(
    open_skill, maker_name, until
):
    skill = await open_skill(maker_name)
    speaker, engine = skill.speaker(), skill.gateway.engine
    engine.gate.clear()
    saying = asyncio.create_task(speaker.say("查水费"))
    await until(lambda: engine.asked and skill.patience.waiting)
    skill.patience.advance(ANSWER_BY_S - 0.01)
    await asyncio.sleep(0)
    assert not saying.done()
    skill.patience.advance(0.01)
    heard = await saying
    assert (heard.text, heard.mic) == (INTERIM, True)
    engine.gate.set()
    await until(lambda: not skill.gateway.parts.runner.is_working(engine.asked[0][0]))
    assert (await speaker.say("结果呢")).text == "您刚才问的有结果了。听到：查水费。"
    assert len(engine.asked) == 1


async def test_result_that_is_not_there_yet_is_said_so_and_not_for_ever(
    open_skill, maker_name, until
):
    skill = await open_skill(maker_name)
    speaker, engine = skill.speaker(), skill.gateway.engine
    engine.gate.clear()

    async def asks(text):
        asking = asyncio.create_task(speaker.say(text))
        await until(lambda: engine.asked and skill.patience.waiting)
        skill.patience.advance(ANSWER_BY_S)
        return await asking

    await asks("查水费")
    heard = [await asks("好了吗") for _ in range(3)]
    assert {one.text for one in heard} == {words("still")}
    assert [one.mic for one in heard] == [True, True, False]
    engine.gate.set()
    await until(lambda: not skill.gateway.parts.runner.is_working(engine.asked[0][0]))
    assert (await speaker.say("好了吗")).text == "您刚才问的有结果了。听到：查水费。"


async def test_other_words_bring_the_late_answer_first(open_skill, maker_name, until):
    skill = await open_skill(maker_name)
    speaker, engine = skill.speaker(), skill.gateway.engine
    engine.gate.clear()
    saying = asyncio.create_task(speaker.say("查水费"))
    await until(lambda: engine.asked and skill.patience.waiting)
    skill.patience.advance(ANSWER_BY_S)
    await saying
    engine.gate.set()
    heard = await speaker.say("今天几号")
    assert heard.text == "您刚才问的有结果了。听到：查水费。听到：今天几号。"


async def test_promised_answer_is_there_when_the_skill_is_opened_again(
    open_skill, maker_name, until
):
    skill = await open_skill(maker_name)
    speaker, engine = skill.speaker(), skill.gateway.engine
    engine.gate.clear()
    saying = asyncio.create_task(speaker.say("查水费"))
    await until(lambda: engine.asked and skill.patience.waiting)
    skill.patience.advance(ANSWER_BY_S)
    await saying
    engine.gate.set()
    heard = await speaker.enter()
    assert (heard.text, heard.mic) == ("您刚才问的有结果了。听到：查水费。", True)


async def test_two_requests_at_once_each_get_their_own_answer(skill, until):
    speaker, engine = skill.speaker(), skill.gateway.engine
    engine.gate.clear()
    asking = [asyncio.create_task(speaker.say(words)) for words in ("一", "二")]
    await until(lambda: engine.asked)
    engine.gate.set()
    heard = await asyncio.gather(*asking)
    assert [one.text for one in heard] == ["听到：一。", "听到：二。"]


async def test_answer_that_another_response_waits_for_is_left_to_it(skill, speaker):
    runner, clock = skill.gateway.parts.runner, skill.gateway.clock
    sender = sender_of(skill.maker.name, speaker.user, speaker.device)
    first, second = [await runner.submit(Inbound(sender, key, key)) for key in ("一", "二")]
    for turn in (first, second):
        await runner.finished(turn.id, 30.0)
    async with skill.gateway.db.write() as conn:
        given = [
            await skill_store.take(
                conn, clock, first.conversation_id, turn, awaited=others, known=False
            )
            for turn, others in ((first, {second.id}), (second, set()))
        ]
    assert [[one.message.text for one in each.told] for each in given] == [
        ["听到：一"],
        ["听到：二"],
    ]


async def test_what_staff_and_reminders_said_comes_first_and_once(skill, speaker, clerk):
    await speaker.say("你好")
    conversation_id = await conversation_of(skill, speaker)
    await say_unasked(
        skill, conversation_id, "师傅下午到。", key="s", speaker="staff", staff_id=clerk
    )
    await say_unasked(skill, conversation_id, "该吃药了。", key="r")
    heard = await speaker.say("在吗")
    assert heard.text == "王师傅说，师傅下午到。有一条给您的消息。该吃药了。听到：在吗。"
    assert (await speaker.say("还有吗")).text == "听到：还有吗。"


async def test_message_that_waited_long_is_told_with_its_date(skill, speaker, clock):
    await speaker.say("你好")
    await say_unasked(skill, await conversation_of(skill, speaker), "今天停水。")
    clock.advance(3601)
    heard = await speaker.enter()
    assert heard.text == "有一条11月3日 14:05给您的消息。今天停水。"


async def test_message_that_cannot_be_said_is_told_of_and_blocks_nothing(skill, speaker, clerk):
    await speaker.say("你好")
    await say_unasked(
        skill, await conversation_of(skill, speaker), "👍", speaker="staff", staff_id=clerk
    )
    heard = await speaker.say("在吗")
    assert heard.text == f"王师傅说，{words('unspeakable')}听到：在吗。"
    assert (await speaker.say("在吗")).text == "听到：在吗。"


async def test_many_messages_do_not_bury_the_answer(skill, speaker):
    await speaker.say("你好")
    conversation_id = await conversation_of(skill, speaker)
    for n in range(5):
        await say_unasked(skill, conversation_id, f"消息{n}。", key=f"n{n}")
    assert (await speaker.say("在吗")).text == "有一条给您的消息。消息0。消息1。消息2。听到：在吗。"
    assert (await speaker.say("在吗")).text == "有一条给您的消息。消息3。消息4。听到：在吗。"


async def test_reminder_that_was_not_heard_is_not_answered_by_a_yes(open_skill, maker_name):
    asked = Draft("要报修吗？", (("要", "/affirm"), ("不要", "/deny")))
    engine = ScriptedEngine({"水管漏水": Reply((asked,), "report_repair", 0.9, True)})
    skill = await open_skill(maker_name, engine=engine)
    speaker = skill.speaker()
    await speaker.say("水管漏水")
    answers = tuple(
        (label, f'/confirm_medication{{"choice":"{act}"}}')
        for label, act in (("吃了", "taken"), ("待会", "later"), ("不吃", "skipped"))
    )
    conversation_id = await conversation_of(skill, speaker)
    await say_unasked(skill, conversation_id, "该吃降压药了，吃了吗？", answers)
    heard = await speaker.say("吃了")
    assert engine.asked[-1][1] == "吃了"
    assert heard.text.startswith("有一条给您的消息。该吃降压药了，吃了吗？")


async def test_choice_that_was_heard_is_taken_though_something_waits(open_skill, maker_name):
    asked = Draft("要报修吗？", (("要报修", "/affirm"), ("不报修", "/deny")))
    engine = ScriptedEngine({"水管漏水": Reply((asked,), "report_repair", 0.9, True)})
    skill = await open_skill(maker_name, engine=engine)
    speaker = skill.speaker()
    await speaker.say("水管漏水")
    await say_unasked(skill, await conversation_of(skill, speaker), "明天停水。")
    await speaker.say("要报修")
    assert engine.asked[-1][1] == "/affirm"


async def test_reminder_that_was_not_read_to_its_end_is_not_lost_to_other_words(skill, speaker):
    await speaker.say("你好")
    await say_unasked(skill, await conversation_of(skill, speaker), LONG)
    first = await speaker.enter()
    assert first.text.endswith(words("more"))
    heard = [await speaker.say("今天几号")]
    assert heard[0].text == f"听到：今天几号。{words('more')}"
    while heard[-1].text.endswith(words("more")):
        heard.append(await speaker.say("要"))
    told = "".join(one.text.removesuffix(words("more")) for one in [first, *heard])
    assert told.replace("听到：今天几号。", "") == f"有一条给您的消息。{LONG}"


async def test_reminder_that_was_not_read_to_its_end_waits_for_the_next_opening(skill, speaker):
    await speaker.say("你好")
    await say_unasked(skill, await conversation_of(skill, speaker), LONG)
    first = await speaker.enter()
    await speaker.leave()
    heard = [await speaker.enter()]
    while heard[-1].text.endswith(words("more")):
        heard.append(await speaker.say("继续"))
    told = "".join(one.text.removesuffix(words("more")) for one in [first, *heard])
    assert told == f"有一条给您的消息。{LONG}"
    assert (await speaker.enter()).text == words("welcome_unbound")


async def test_reminder_that_is_not_wanted_to_its_end_is_left(skill, speaker):
    await speaker.say("你好")
    await say_unasked(skill, await conversation_of(skill, speaker), LONG)
    await speaker.enter()
    await speaker.say("不用了")
    assert (await speaker.enter()).text == words("welcome_unbound")


async def test_answer_that_was_not_wanted_to_its_end_is_left(open_skill, maker_name):
    skill = await open_skill(maker_name, engine=ScriptedEngine({"说说": Reply((Draft(LONG),))}))
    speaker = skill.speaker()
    await speaker.say("说说")
    assert (await speaker.say("今天几号")).text == "听到：今天几号。"


async def test_yes_to_a_question_is_not_taken_for_going_on(open_skill, maker_name):
    asked = Draft("要报修吗？", (("要报修", "/affirm"), ("不报修", "/deny")))
    engine = ScriptedEngine({"水管漏水": Reply((asked,), "report_repair", 0.9, True)})
    skill = await open_skill(maker_name, engine=engine)
    speaker = skill.speaker()
    await speaker.say("你好")
    await say_unasked(skill, await conversation_of(skill, speaker), LONG)
    await speaker.enter()
    heard = await speaker.say("水管漏水")
    assert (heard.text.endswith(words("more")), heard.mic) == (False, True)
    await speaker.say("好的")
    assert engine.asked[-1][1] == "好的"
    assert (await speaker.say("继续")).text.startswith("第")


# --- people, emergencies, failures


async def test_words_to_a_person_are_passed_on_and_the_reply_is_heard(skill, speaker, clerk):
    await speaker.say("你好")
    conversation_id = await conversation_of(skill, speaker)
    db, clock = skill.gateway.db, skill.gateway.clock
    async with db.write() as conn:
        case = await queue.open_case(
            conn, clock, conversation_id, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, clock, case.id, clerk, lease_s=60)
    heard = await speaker.say("水管修得怎么样了")
    assert (heard.text, heard.mic) == (words("passed_on"), False)
    assert (await speaker.say("有回复吗")).text == words("nothing_yet")
    async with db.write() as conn:
        epoch = await queue.speak(conn, clock, case.id, clerk)
        await outbox.say(
            conn, clock, conversation_id, [Draft("在路上了。")], epoch=epoch, key="reply",
            speaker="staff", staff_id=clerk,
        )  # fmt: skip
    assert (await speaker.say("有回复吗")).text == "王师傅说，在路上了。"
    assert len(skill.gateway.engine.asked) == 1


async def test_cry_for_help_is_answered_first_and_rings_with_a_dead_engine(open_skill, maker_name):
    skill = await open_skill(maker_name, engine=DeadEngine())
    speaker = skill.speaker()
    heard = await speaker.say("救命啊，我摔倒了起不来")
    assert heard.text.startswith("先别急着动")
    assert (heard.mic, heard.ended) == (True, False)
    assert [row.lane for row in await rows(skill, queue_case)] == ["EMERGENCY"]


async def test_cry_for_help_stands_above_what_waits_and_above_a_reading(open_skill, maker_name):
    skill = await open_skill(maker_name, engine=ScriptedEngine({"说说": Reply((Draft(LONG),))}))
    speaker = skill.speaker()
    await speaker.say("说说")
    await say_unasked(skill, await conversation_of(skill, speaker), "明天停水。")
    heard = await speaker.say("着火了，快来人")
    assert heard.text.startswith("先离开屋子")
    assert "停水" not in heard.text
    assert heard.mic


@pytest.mark.parametrize("maker_name", ["aligenie", "xiaoai"], indirect=True)
async def test_cry_for_help_while_opening_the_skill_is_heard(skill, speaker):
    heard = await speaker.enter("打开邻声，救命啊")
    assert heard.text.startswith("您别慌")
    assert len(await rows(skill, queue_case)) == 1


async def test_dead_engine_is_an_apology_and_a_person(open_skill, maker_name):
    skill = await open_skill(maker_name, engine=DeadEngine())
    heard = await skill.speaker().say("你好")
    assert heard.text.startswith("对不起，我这边出了点问题。您的话我已经交给值班同事")
    assert len(await rows(skill, queue_case)) == 1


async def test_failure_of_ours_is_spoken_and_help_is_named_to_who_cries(skill, speaker):
    async with skill.gateway.db.write() as conn:
        await conn.execute(sql("ALTER TABLE inbound RENAME TO elsewhere"))
    cry = await speaker.say("救命啊")
    assert (cry.text, cry.mic) == (words("failed_cry"), True)
    assert (await speaker.say("你好")).text == words("failed")
    async with skill.gateway.db.write() as conn:
        await conn.execute(sql("ALTER TABLE elsewhere RENAME TO inbound"))
    assert (await speaker.again()).text == "听到：你好。"


async def test_silence_of_somebody_in_danger_is_not_told_good_bye(open_skill):
    skill = await open_skill("xiaoai")
    speaker = skill.speaker()
    await speaker.say("救命啊")
    heard = [await speaker.silence() for _ in range(3)]
    assert [one.text for one in heard] == list(several("silent_danger"))
    assert [one.mic for one in heard] == [True, True, False]


async def test_words_that_take_an_alarm_back_reach_staff_and_close_nothing(skill, speaker):
    assert (await speaker.say("没事了")).text == words("farewell")
    await speaker.say("救命啊")
    heard = await speaker.say("没事了")
    assert heard.text.startswith(phrase("emergency.false_alarm")[:8])
    (case,) = await rows(skill, queue_case)
    assert "false_alarm_said" in str(case.summary)


# --- homes


async def test_code_that_is_said_binds_this_speaker(skill, speaker, household_code):
    await household_code(skill.gateway.secrets)
    heard = await speaker.say("绑定，二零四八幺三五七")
    assert heard.text == words("bound", home="3号楼2单元501")
    async with skill.gateway.db.read() as conn:
        party = await identities.party(conn, await conversation_of(skill, speaker))
    assert party.home.label == "3号楼2单元501"
    assert (await speaker.enter()).text == words("welcome")
    other = skill.speaker(device="d-2")
    assert (await other.enter()).text == words("welcome_unbound")


async def test_code_is_in_no_transcript(skill, speaker, household_code):
    code = await household_code(skill.gateway.secrets)
    await speaker.say(f"绑定户号{code}")
    assert await rows(skill, message) == []


async def test_guessing_codes_is_held_down(skill, speaker, household_code):
    code = await household_code(skill.gateway.secrets)
    for n in range(5):
        assert (await speaker.say(f"绑定1111111{n}")).text == words("wrong_code")
    assert (await speaker.say(f"绑定{code}")).text == words("too_many")


async def test_wrong_code_sent_again_is_one_guess(skill, speaker, household_code):
    code = await household_code(skill.gateway.secrets)
    await speaker.say("绑定11111111")
    for _ in range(6):
        assert (await speaker.again()).text == words("wrong_code")
    assert (await speaker.say(f"绑定{code}")).text == words("bound", home="3号楼2单元501")


async def test_wrong_code_sent_many_times_at_once_is_one_guess(skill, speaker, household_code):
    code = await household_code(skill.gateway.secrets)
    request = skill.maker.request(speaker, "said", "绑定11111111")
    heard = await asyncio.gather(*(speaker.send(request) for _ in range(6)))
    assert {one.text for one in heard} == {words("wrong_code")}
    assert (await speaker.say(f"绑定{code}")).text == words("bound", home="3号楼2单元501")


async def test_binding_without_a_code_is_for_the_dialogue(skill, speaker):
    assert (await speaker.say("我要绑定房子")).text == "听到：我要绑定房子。"


async def test_two_devices_of_one_account_are_apart(skill):
    kitchen, bedroom = skill.speaker(device="kitchen"), skill.speaker(device="bedroom")
    await kitchen.say("一")
    await say_unasked(skill, await conversation_of(skill, kitchen), "厨房的消息。")
    assert (await bedroom.say("二")).text == "听到：二。"
    assert len(await rows(skill, conversation)) == 2


# --- upkeep


async def test_what_is_kept_of_a_talk_is_forgotten(skill, speaker, clock):
    await speaker.say("你好")
    turns = Turns(skill.gateway.parts, skill.maker.name)
    clock.advance(3601)
    await turns.tidy()
    assert (await rows(skill, skill_reply), len(await rows(skill, skill_talk))) == ([], 1)
    clock.advance(7 * 86400)
    await turns.tidy()
    assert await rows(skill, skill_talk) == []


async def test_erased_account_leaves_no_words_behind(skill, speaker):
    await speaker.say("你好")
    conversation_id = await conversation_of(skill, speaker)
    async with skill.gateway.db.write() as conn:
        await forgetting.erase(
            conn, skill.gateway.clock, conversation_id, without_phones=lambda text: text
        )
    assert (await rows(skill, skill_reply), await rows(skill, skill_talk)) == ([], [])


@pytest.mark.parametrize("key", ["silent", "silent_choices", "silent_danger"])
def test_the_ladder_says_no_sentence_twice_and_names_a_person(key):
    rungs = several(key)
    assert len(set(rungs)) == len(rungs) <= 4
    assert any("找人工" in rung or "值班人员" in rung for rung in rungs)


def test_the_skills_own_words_can_be_said_in_one_go():
    texts = [one for one in load("connectors.skills", "words.yml").values() if isinstance(one, str)]
    assert [text for text in texts if len(re.sub(r"{\w+}", "某", text)) > 60] == []


async def test_cry_that_was_garbled_on_its_way_rings_too(skill, speaker):
    heard = await speaker.say("抓小头")
    assert "值班人员" in heard.text
    assert len(await rows(skill, queue_case)) == 1
