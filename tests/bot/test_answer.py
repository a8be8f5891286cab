"""What a turn leads to, by who has the floor, what was said and what the engine wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.answer import LONGEST_ANSWER_TO_CHOICES, cry
from bot.messages import Alarm, Handoff, Reply
from bot.phrases import phrase, phrases
from bot.scripted import ScriptedEngine
from community.store.database import Database
from community.store.schema import event, identity, room
from community.store.schema import outbox as outbox_table
from community.times import SHANGHAI
from conversation import duty, outbox, queue
from conversation.messages import HEARD, Choice, Draft
from conversation.ownership import STAFFED, Owner
from conversation.queue import Case, Lane
from tests.bot.chat import Chat

ROOMS = Reply(
    (Draft("哪里坏了？", (("厨房", "/kitchen"), ("卫生间", "/bath"))),),
    "report_repair",
    0.9,
    asked=True,
)
PERSON = Reply(
    (Draft("我帮您找人。"),), "ask_human", 0.95,
    handoff=Handoff("asked", {"地点": "厨房"}, "厨房漏水，找人来"),
)  # fmt: skip
NOTED = phrase("handoff.noted")


async def events(chat: Chat) -> list[str]:
    async with chat.talk.db.read() as conn:
        return list((await conn.execute(select(event.c.kind).order_by(event.c.id))).scalars())


async def waiting(chat: Chat) -> Case:
    """A resident who waits for a person."""
    return await chat.talk.open(await chat.talk.begin())


async def rated(chat: Chat, wang: str) -> Case:
    """A closed case, and the offer to rate it."""
    case = await chat.talk.claim(await waiting(chat), wang)
    epoch = await chat.talk.resolve(case, wang)
    offer = Draft("觉得怎么样？", (("5 很满意", f'@rate_case{{"case": "{case.id}", "score": 5}}'),
                                 ("1 很不满意", f'@rate_case{{"case": "{case.id}", "score": 1}}')))  # fmt: skip
    async with chat.talk.db.write() as conn:
        await outbox.say(
            conn, chat.talk.clock, case.conversation_id, [offer], epoch=epoch, key="rate",
            speaker="staff", staff_id=wang,
        )  # fmt: skip
    return case


# --- the bot has the floor


@pytest.mark.parametrize(
    ("reply", "outcome"), [(Reply((Draft("好的"),), "fee", 0.8), "answered"), (ROOMS, "asked")]
)
async def test_engines_words_are_stored_with_its_intent(
    chat: Chat, engine: ScriptedEngine, reply: Reply, outcome: str
) -> None:
    engine.script["你好"] = reply
    turn = await chat.says("你好")
    assert (turn.outcome, turn.intent, turn.confidence) == (
        outcome, reply.intent, reply.confidence,
    )  # fmt: skip
    assert await chat.answer(turn) == [reply.drafts[0].text]
    assert [said.turn_id for said in await chat.messages(turn)] == [turn.id]


async def test_engine_hears_the_clean_words_and_the_transcript_keeps_them_as_said(
    chat: Chat, engine: ScriptedEngine
) -> None:
    turn = await chat.says("／restart\u200b  现在")
    assert engine.asked == [(turn.conversation_id, "restart 现在", turn.id)]
    assert (await chat.talk.transcript(turn.conversation_id))[0] == (
        "1 resident: ／restart\u200b  现在"
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "errors.empty_message"),
        ("\u200b\x07", "errors.empty_message"),
        ("？？", "errors.empty_message"),
        ("😀！", "emoji_only"),
    ],
)
async def test_nothing_to_read_is_answered_without_the_engine(
    chat: Chat, engine: ScriptedEngine, text: str, key: str
) -> None:
    turn = await chat.says(text)
    assert (turn.outcome, await chat.answer(turn)) == ("asked", [phrase(key)])
    assert engine.asked == []


async def test_photo_alone_is_told_to_the_engine(chat: Chat, engine: ScriptedEngine) -> None:
    await chat.says("", attachment_id="photo_1")
    assert [text for _, text, _ in engine.asked] == ["/send_photo"]


# --- choices


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ({"text": "", "choice": "2-2"}, "/bath"),
        ({"text": "卫生间。"}, "/bath"),
        ({"text": "第一个"}, "/kitchen"),
        ({"text": "阳台"}, "阳台"),
        ({"text": "阳台", "choice": "9-9"}, "阳台"),
        ({"text": "1" + " " * LONGEST_ANSWER_TO_CHOICES + "号楼"}, "1 号楼"),
    ],
)
async def test_engine_hears_what_the_choice_means(
    chat: Chat, engine: ScriptedEngine, words: dict[str, str], heard: str
) -> None:
    engine.script["报修"] = ROOMS
    await chat.says("报修")
    await chat.says(**words)
    assert engine.asked[-1][1] == heard


async def test_number_means_nothing_after_other_words_of_the_bot(
    chat: Chat, engine: ScriptedEngine
) -> None:
    engine.script["报修"] = ROOMS
    await chat.says("报修")
    await chat.says("阳台")
    await chat.says("1")
    assert engine.asked[-1][1] == "1"


# --- law 8: what is a cry


@pytest.mark.parametrize(
    ("text", "choice", "alarm"),
    [
        ("着火了", None, Alarm("fire")),
        ("着\u200b火了", None, Alarm("fire")),
        ("水" * 2000 + "。救命，着火了", None, Alarm("fire")),
        ("", Choice("1-1", "呼救", "/sos"), Alarm()),
        ("", Choice("1-1", "要帮忙", '/sos{"kind": "fall"}'), Alarm()),
        ("", Choice("1-1", "着火了", "/ask_fire"), Alarm("fire")),
        ("你好", None, None),
        ("", None, None),
        ("好的", Choice("1-1", "报修", "/sosreport"), None),
    ],
)
def test_cry_is_heard_in_the_words_at_any_length_and_in_the_choice(
    text: str, choice: Choice | None, alarm: Alarm | None
) -> None:
    assert cry(text, choice) == alarm


@pytest.mark.parametrize("text", ["抓小头", "哪位好心人帮帮我呀"])
def test_what_only_an_ear_takes_for_a_cry_rings_when_it_was_spoken(text: str) -> None:
    assert (cry(text), cry(text, heard=True)) == (None, Alarm("help"))


async def test_a_spoken_message_is_known_by_its_key(chat: Chat) -> None:
    turn = await chat.says("抓小头", key=f"{HEARD}spk_1:1")
    assert turn.outcome == "emergency"


async def test_tapped_cry_is_an_emergency_without_the_engine(
    chat: Chat, engine: ScriptedEngine
) -> None:
    engine.script["在吗"] = Reply((Draft("您怎么了？", (("要帮忙", "/sos"),)),), "chitchat", 0.9)
    await chat.says("在吗")
    turn = await chat.says("要帮忙", choice="2-1")
    assert turn.outcome == "emergency"
    assert await chat.answer(turn) == [phrase("emergency.help") + phrase("emergency.where")]
    assert (len(engine.asked), await chat.rings()) == (1, 1)


async def test_known_home_is_in_the_case_and_not_asked_for(chat: Chat, db: Database) -> None:
    await chat.says("你好")
    async with db.write() as conn:
        await conn.execute(
            insert(room).values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )
        await conn.execute(update(identity).values(room_id="r"))
    turn = await chat.says("着火了")
    assert await chat.answer(turn) == [phrase("emergency.fire")]
    (case,) = await chat.cases()
    assert (case.summary["home"], case.room_id) == ("3号楼2单元501", "r")


async def test_second_cry_joins_the_case_rings_again_and_hears_that_help_comes(chat: Chat) -> None:
    await chat.says("着火了")
    turn = await chat.says("救命啊")
    assert await chat.answer(turn) == [phrase("emergency.help") + phrase("emergency.again")]
    (case,) = await chat.cases()
    assert len(case.summary["causes"]) == 2
    assert await chat.rings() == 2


async def test_kind_that_nobody_knows_gets_the_general_sentence(
    chat: Chat, engine: ScriptedEngine
) -> None:
    engine.script["怪事"] = Reply((), "sos", 0.9, alarm=Alarm("meteor"))
    turn = await chat.says("怪事")
    assert (await chat.answer(turn))[0].startswith(phrase("emergency.help"))
    assert (await chat.cases())[0].summary["kind"] == "help"


async def test_address_in_the_cry_is_told_to_the_desk_and_not_asked_for(chat: Chat) -> None:
    turn = await chat.says("3号楼2单元501着火了")
    assert await chat.answer(turn) == [phrase("emergency.fire")]
    assert (await chat.cases())[0].summary["place"] == "3号楼2单元501"


async def test_address_after_the_cry_is_said_back_and_told_to_the_desk(chat: Chat) -> None:
    await chat.says("着火了")
    for said, place in (
        ("在三号楼", "3号楼"),
        ("2单元501室", "3号楼2单元501"),
        ("不对，是5号楼", "5号楼2单元501"),
    ):
        turn = await chat.says(said)
        assert (turn.outcome, await chat.answer(turn)) == (
            "handed_off", [phrase("emergency.place_noted", place=place)],
        )  # fmt: skip
        (case,) = await chat.cases()
        assert case.summary["place"] == place
        assert case.state == queue.WAITING


async def test_number_called_is_no_address(chat: Chat) -> None:
    await chat.says("着火了")
    await chat.says("119打过了")
    assert (await chat.cases())[0].summary["place"] is None


async def test_address_is_words_for_the_case_without_an_emergency(chat: Chat, wang: str) -> None:
    await waiting(chat)
    assert await chat.answer(await chat.says("3号楼2单元501")) == [NOTED]


async def test_nobody_in_danger_is_offered_to_stop_waiting(chat: Chat) -> None:
    await chat.says("着火了")
    (noted,) = await chat.messages(await chat.says("火还不大"))
    assert (noted.text, noted.choices) == (NOTED, ())


async def test_false_alarm_is_noted_and_closes_nothing(chat: Chat) -> None:
    await chat.says("着火了")
    turn = await chat.says("误报，按错了")
    assert (turn.outcome, await chat.answer(turn)) == (
        "handed_off", [phrase("emergency.false_alarm")],
    )  # fmt: skip
    (case,) = await chat.cases()
    assert case.summary["facts"] == [{"fact": "false_alarm_said", "seq": turn.seq}]
    assert case.state == queue.WAITING


async def test_false_alarm_without_an_emergency_is_words_for_the_case(
    chat: Chat, wang: str
) -> None:
    await waiting(chat)
    assert await chat.answer(await chat.says("误报，按错了")) == [NOTED]


# --- WAITING


async def test_waiting_resident_is_acknowledged_at_most_once_a_minute(
    chat: Chat, engine: ScriptedEngine, wang: str
) -> None:
    await waiting(chat)
    answers = []
    for passed in (0, 1, 58, 1, 59):
        chat.talk.clock.advance(passed)
        turn = await chat.says("师傅还没到")
        assert turn.outcome == "handed_off"
        answers.append(await chat.answer(turn))
    assert answers == [[NOTED], [], [], [NOTED], []]
    assert engine.asked == []


async def test_every_word_of_a_waiting_resident_is_there_for_the_clerk(
    chat: Chat, wang: str
) -> None:
    case = await waiting(chat)
    before = await events(chat)
    for text in ("一", "二"):
        await chat.says(text)
    assert (await events(chat))[len(before) :].count("message") == 3  # two words, one answer
    assert await chat.talk.transcript(case.conversation_id) == [
        "1 resident: 一", f"2 bot: {NOTED}", "3 resident: 二",
    ]  # fmt: skip


async def test_next_waiting_is_acknowledged_anew(chat: Chat, wang: str) -> None:
    case = await waiting(chat)
    await chat.says("一")
    await chat.talk.claim(case, wang)
    await chat.talk.act(queue.put_back, case.id, actor=wang, cause="x")
    assert await chat.answer(await chat.says("二")) == [NOTED]


async def test_acknowledgement_offers_to_stop_waiting(chat: Chat, wang: str) -> None:
    case = await waiting(chat)
    (noted,) = await chat.messages(await chat.says("师傅还没到"))
    (stop,) = noted.choices
    assert (stop.label, stop.payload) == (phrase("handoff.stop_waiting"), "@withdraw{}")
    turn = await chat.says("", choice=stop.id)
    assert (turn.outcome, await chat.answer(turn)) == ("answered", [phrase("handoff.withdrawn")])
    assert (await chat.talk.case(case)).resolution == "withdrawn"
    assert await chat.talk.stands(case.conversation_id) == ("BOT", None)


async def test_photo_of_a_waiting_resident_is_acknowledged_as_one(chat: Chat, wang: str) -> None:
    await waiting(chat)
    turn = await chat.says("", attachment_id="photo_1")
    assert await chat.answer(turn) == [phrase("handoff.photo_noted")]


@pytest.mark.parametrize("words", [*phrases("withdraw_words"), "算了。", " 取消！"])
async def test_waiting_resident_withdraws_in_words(chat: Chat, wang: str, words: str) -> None:
    await waiting(chat)
    assert await chat.answer(await chat.says(words)) == [phrase("handoff.withdrawn")]
    assert await chat.cases() == []


async def test_withdrawing_leaves_an_emergency_open_and_noted(chat: Chat) -> None:
    await chat.says("着火了")
    turn = await chat.says("不等了")
    assert (turn.outcome, await chat.answer(turn)) == (
        "handed_off", [phrase("handoff.emergency_stays")],
    )  # fmt: skip
    (case,) = await chat.cases()
    assert case.summary["facts"] == [{"fact": "withdraw_said", "seq": turn.seq}]
    assert await chat.talk.stands(turn.conversation_id) == ("WAITING", None)


# --- a person has the floor


@pytest.mark.parametrize("state", sorted(STAFFED))
async def test_engine_is_not_asked_while_a_person_has_the_floor(
    chat: Chat, engine: ScriptedEngine, wang: str, state: Owner
) -> None:
    case = await chat.talk.claim(await waiting(chat), wang)
    if state is Owner.WITH_HUMAN:
        await chat.talk.act(queue.speak, case.id, wang)
    elif state is Owner.PARKED:
        await chat.talk.act(queue.park, case.id, wang, chat.talk.clock.now() + timedelta(hours=1))
    assert (await chat.talk.floor(case.conversation_id)).state is state
    for text in ("师傅还没到", "找人工", "不等了", "/restart", "😀", ""):
        turn = await chat.says(text)
        assert (turn.outcome, await chat.answer(turn)) == ("handed_off", [])
    assert engine.asked == []
    assert (await chat.talk.case(case)).state == queue.OWNED


async def test_tap_on_stop_waiting_closes_nothing_while_a_person_has_the_floor(
    chat: Chat, wang: str
) -> None:
    case = await waiting(chat)
    (noted,) = await chat.messages(await chat.says("师傅还没到"))
    sos = await chat.talk.open(case.conversation_id, Lane.EMERGENCY)
    await chat.talk.claim(sos, wang)
    turn = await chat.says("", choice=noted.choices[0].id)
    assert (turn.outcome, await chat.answer(turn)) == ("handed_off", [])
    assert (await chat.talk.case(case)).state == queue.WAITING


async def test_word_to_a_clerk_who_left_is_answered_that_another_comes(
    chat: Chat, wang: str, db: Database
) -> None:
    case = await chat.talk.claim(await waiting(chat), wang)
    await chat.talk.act(queue.park, case.id, wang, chat.talk.clock.now() + timedelta(hours=1))
    async with db.write() as conn:
        await duty.set_on_duty(conn, wang, False)
    turn = await chat.says("在吗")
    assert await chat.answer(turn) == [phrase("handoff.lease_lost")]
    assert await chat.talk.stands(case.conversation_id) == ("WAITING", None)


# --- rating and the boundary


async def test_rating_is_counted_once_and_thanked(
    chat: Chat, engine: ScriptedEngine, wang: str
) -> None:
    case = await rated(chat, wang)
    turns = [await chat.says("", choice=choice) for choice in ("1-1", "1-2")]
    assert [await chat.answer(turn) for turn in turns] == [
        [phrase("staff.rated")], [phrase("staff.rated_before")],
    ]  # fmt: skip
    assert (await chat.talk.case(case)).score == 5
    assert (engine.asked, (await chat.talk.stands(case.conversation_id))[0]) == ([], "RESOLVED")


async def test_rating_in_words_goes_by_the_number_of_the_label(chat: Chat, wang: str) -> None:
    case = await rated(chat, wang)
    await chat.says("1")
    assert (await chat.talk.case(case)).score == 1


async def test_rating_while_the_next_clerk_has_the_floor_counts_in_silence(
    chat: Chat, wang: str
) -> None:
    case = await rated(chat, wang)
    await chat.talk.claim(await waiting(chat), wang)
    turn = await chat.says("", choice="1-1")
    assert (turn.outcome, await chat.answer(turn)) == ("handed_off", [])
    assert (await chat.talk.case(case)).score == 5


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        ({}, phrase("staff.boundary", by="王师傅", note="修好了")),
        (
            {"promise": "回访", "promise_until": datetime(2025, 11, 4, 18, tzinfo=SHANGHAI)},
            phrase(
                "staff.boundary_promise", by="王师傅", note="修好了", promise="回访",
                until="11月4日 18:00",
            ),
        ),
    ],
)  # fmt: skip
async def test_first_words_after_a_close_cite_it_once(
    chat: Chat, wang: str, promise: dict[str, object], words: str
) -> None:
    case = await chat.talk.claim(await waiting(chat), wang)
    await chat.talk.resolve(case, wang, **promise)
    answers = [await chat.answer(await chat.says(text)) for text in ("在吗", "还有事")]
    assert answers == [[words, "听到：在吗"], ["听到：还有事"]]
    assert await chat.talk.stands(case.conversation_id) == ("BOT", None)
    assert (await chat.talk.floor(case.conversation_id)).boundary is None


async def test_boundary_waits_until_the_bot_has_the_floor(
    chat: Chat, engine: ScriptedEngine, wang: str
) -> None:
    engine.script["找人"] = PERSON
    case = await chat.talk.claim(await waiting(chat), wang)
    await chat.talk.resolve(case, wang)
    await chat.says("找人")
    assert (await chat.talk.floor(case.conversation_id)).boundary is not None
    assert await chat.answer(await chat.says("不等了")) == [
        phrase("staff.boundary", by="王师傅", note="修好了"), phrase("handoff.withdrawn"),
    ]  # fmt: skip


async def test_close_without_a_word_is_not_cited(chat: Chat, wang: str) -> None:
    await chat.talk.resolve(await chat.talk.claim(await waiting(chat), wang), wang, note="")
    assert await chat.answer(await chat.says("在吗")) == ["听到：在吗"]


# --- the engine calls a person


@pytest.mark.parametrize("reason", ["asked", "misunderstood", "grid_worker", "failed", "rule"])
async def test_hand_off_queues_a_case_with_its_reason_and_all_that_is_known(
    chat: Chat, engine: ScriptedEngine, wang: str, reason: str
) -> None:
    engine.script["找人"] = Reply(
        (Draft("我帮您找人。"),), "ask_human", 0.95,
        handoff=Handoff(reason, {"地点": "厨房"}, "厨房漏水，找人来"),
    )  # fmt: skip
    turn = await chat.says("找人")
    assert (turn.outcome, turn.intent, turn.confidence) == ("handed_off", "ask_human", 0.95)
    assert await chat.answer(turn) == ["我帮您找人。", phrase("handoff.next")]
    (case,) = await chat.cases()
    assert (case.lane, case.state, case.reason) == (Lane.NORMAL, queue.WAITING, reason)
    assert case.summary | {"causes": None} == {
        "words": "厨房漏水，找人来", "seq": 1, "intent": "ask_human", "slots": {"地点": "厨房"},
        "causes": None,
    }  # fmt: skip
    assert await chat.talk.stands(turn.conversation_id) == ("WAITING", None)


async def test_hand_off_without_words_of_its_own_keeps_the_residents(
    chat: Chat, engine: ScriptedEngine, wang: str
) -> None:
    engine.script["找人"] = Reply((), "ask_human", 0.9, handoff=Handoff("asked"))
    assert await chat.answer(await chat.says("找人")) == [phrase("handoff.next")]
    assert (await chat.cases())[0].summary["words"] == "找人"


async def test_hand_off_tells_the_place_in_the_queue(
    chat: Chat, engine: ScriptedEngine, wang: str
) -> None:
    engine.script["找人"] = PERSON
    for i in range(3):
        turn = await chat.says("找人", user=f"u{i}")
        chat.talk.clock.advance(1)
    assert (await chat.answer(turn))[-1] == phrase("handoff.queued", before=2)


async def test_hand_off_of_a_closed_hour_is_a_dated_promise_and_the_bot_serves_on(
    chat: Chat, engine: ScriptedEngine
) -> None:
    engine.script["找人"] = PERSON
    turn = await chat.says("找人")
    assert (await chat.answer(turn))[-1] == phrase(
        "handoff.promised", until="11月4日 09:00", no=1001
    )
    assert (await chat.says("你好")).outcome == "answered"


async def test_hand_off_that_a_claim_overtook_says_and_opens_nothing(
    chat: Chat,
    engine: ScriptedEngine,
    wang: str,
    until: Callable[[Callable[[], object]], Awaitable[None]],
) -> None:
    engine.script["找人"] = PERSON
    first = await chat.says("你好")
    engine.gate.clear()
    turn = await chat.send("找人")
    await until(lambda: len(engine.asked) == 2)
    case = await chat.claimed(wang, first)
    engine.gate.set()
    assert (await chat.end(turn)).outcome == "handed_off"
    assert await chat.answer(turn) == []
    assert await chat.cases() == [case]


@pytest.mark.parametrize(("intent", "private"), [("query_medication", True), ("query_fee", False)])
async def test_answer_about_somebodys_health_is_private(
    chat: Chat, engine: ScriptedEngine, intent: str, private: bool
) -> None:
    engine.script["问一下"] = Reply((Draft("八点的吃过了。"),), intent, 0.95)
    await chat.says("问一下")
    async with chat.talk.db.read() as conn:
        assert (await conn.execute(select(outbox_table.c.private))).scalars().all() == [private]
