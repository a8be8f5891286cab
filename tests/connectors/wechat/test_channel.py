"""The official account: each push gets exactly one answer, at once or later, and strangers none."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.config import Secret
from community.store.schema import inbound, message, outbox, wechat_answer, wechat_event
from community.times import FixedClock
from connectors.base import JSON_MAX_BYTES
from connectors.wechat import channel, events, grants, store, xml
from connectors.wechat.channel import ANSWER_BY_S
from connectors.wechat.crypto import SKEW_MAX_S, Cipher
from connectors.wechat.ledger import KEPT_FOR_A_PERSON, Grant
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.modes import Format
from connectors.wechat.sim.pushes import SERVICE_FAULT
from connectors.wechat.words import words
from conversation import outbox as outgoing
from conversation import queue
from conversation.messages import Draft
from conversation.ownership import current
from tests.connectors.wechat.account import ACCOUNT, KEY, TOKEN, pushes_to

READER = "oReader-0000000000000000001"
OTHER = "oReader-0000000000000000002"
NEXT_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


def screen(sim, openid=READER):
    return [seen.content for seen in sim.transcript(openid)]


async def conversation_of(gateway, text):
    """The conversation in which this was said."""
    async with gateway.db.read() as conn:
        found = await conn.execute(select(message.c.conversation_id).where(message.c.text == text))
        return found.scalar_one()


async def tell(gateway, conversation_id, text, key, **more):
    """Something that is said unasked."""
    async with gateway.db.write() as conn:
        floor = await current(conn, conversation_id)
        await outgoing.say(
            conn, gateway.clock, conversation_id, [Draft(text)], epoch=floor.epoch, key=key, **more
        )


async def states(gateway):
    async with gateway.db.read() as conn:
        rows = await conn.execute(select(outbox.c.state).order_by(outbox.c.id))
        return list(rows.scalars())


async def reaches(gateway, state):
    """Wait until the newest outgoing message is in this state."""
    async with asyncio.timeout(10):
        while (await states(gateway))[-1] != state:  # noqa: ASYNC110 - it is another's work
            await asyncio.sleep(0.05)


async def test_quick_answer_comes_in_the_response(open_account, sim):
    _, pushes = await open_account()
    assert await pushes.say(READER, "你好") == "听到：你好"
    assert (screen(sim), pushes.attempts) == (["听到：你好"], 1)
    assert sim.calls["message/custom/send"] == 0


async def test_lost_responses_get_the_same_answer_and_run_nothing_again(open_account, sim):
    gateway, pushes = await open_account()
    pushes.lose_answers = 2
    assert await pushes.say(READER, "你好") == "听到：你好"
    assert (pushes.attempts, len(gateway.engine.asked)) == (3, 1)
    assert screen(sim) == ["听到：你好"]


async def test_late_answer_follows_through_the_api_once(open_account, sim, until):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    began = asyncio.get_running_loop().time()
    assert await pushes.say(READER, "你好") is None
    assert ANSWER_BY_S - 0.1 < asyncio.get_running_loop().time() - began < 5.0
    gateway.engine.gate.set()
    await until(lambda: screen(sim))
    await until(lambda: sim.calls["message/custom/send"] == 1)
    assert screen(sim) == ["听到：你好"]
    await reaches(gateway, outgoing.SENT)


async def test_answer_whose_way_back_would_begin_too_late_goes_through_the_api(
    open_account, sim, until, monkeypatch
):
    monkeypatch.setattr(channel, "TOO_LATE_S", 0.0)  # the clock of the attempt
    gateway, pushes = await open_account()
    assert await pushes.say(READER, "你好") is None
    await until(lambda: screen(sim))
    assert (screen(sim), sim.calls["message/custom/send"]) == (["听到：你好"], 1)
    await reaches(gateway, outgoing.SENT)


async def test_messages_of_one_reader_are_answered_in_order_and_hold_nobody_up(open_account, sim):
    _, pushes = await open_account()
    await asyncio.gather(
        *(pushes.say(READER, f"第{i}句") for i in range(3)), pushes.say(OTHER, "别人")
    )
    assert sorted(screen(sim)) == ["听到：第0句", "听到：第1句", "听到：第2句"]
    assert screen(sim, OTHER) == ["听到：别人"]


@pytest.mark.parametrize("form", list(Format), ids=lambda form: form.name)
async def test_push_is_answered_in_its_own_format(open_account, sim, form):
    _, pushes = await open_account()
    pushes.format = form
    assert await pushes.say(READER, "你好]]>") == "听到：你好]]>"
    assert screen(sim) == ["听到：你好]]>"]


async def test_later_answer_takes_what_still_waits_along_and_overtakes_nothing(
    open_account, sim, until
):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    assert await pushes.say(READER, "第一问") is None
    sim.inject("message/custom/send", Refuse(45011), times=2)
    gateway.engine.gate.set()
    await until(lambda: sim.calls["message/custom/send"] == 1)
    await reaches(gateway, "again")
    assert await pushes.say(READER, "第二问") == "听到：第一问\n听到：第二问"
    gateway.clock.advance(3600)
    assert screen(sim) == ["听到：第一问\n听到：第二问"]


async def test_equal_message_numbers_of_two_readers_are_two_messages(open_account, sim):
    _, pushes = await open_account()
    assert await pushes.say(READER, "一", msg_id=7) == "听到：一"
    assert await pushes.say(OTHER, "二", msg_id=7) == "听到：二"


async def test_choices_are_numbered_lines_and_a_number_takes_one(open_account, sim):
    engine = ScriptedEngine()
    engine.script["帮忙"] = Reply(
        (Draft("要哪个？", (("报修", "/report_repair"), ("缴费", "/pay_fee"))),)
    )
    _, pushes = await open_account(engine)
    assert await pushes.say(READER, "帮忙") == "要哪个？\n1. 报修\n2. 缴费"
    await pushes.say(READER, "2")
    assert [text for _, text, _ in engine.asked] == ["帮忙", "/pay_fee"]


async def test_long_answer_comes_in_pieces_none_of_it_lost(open_account, sim, until):
    engine = ScriptedEngine()
    long = "今天停水的通知。" * 120
    engine.script["念通知"] = Reply((Draft(long),))
    _, pushes = await open_account(engine)
    assert await pushes.say(READER, "念通知") is None
    await until(lambda: len(screen(sim)) == 2)
    assert "".join(screen(sim)) == long
    assert all(len(piece.encode()) <= 2048 for piece in screen(sim))


async def test_answer_longer_than_the_bots_share_goes_on_with_the_next_words(
    open_account, sim, until
):
    engine = ScriptedEngine()
    long = "今天停水的通知。" * 300
    engine.script["念通知"] = Reply((Draft(long),))
    gateway, pushes = await open_account(engine)
    await pushes.say(READER, "念通知")
    await until(lambda: len(screen(sim)) == 2)
    await reaches(gateway, "held")
    first, second = screen(sim)
    assert second.endswith(words("more"))
    async with gateway.db.read() as conn:
        (left,) = await grants.allowances(conn, await conversation_of(gateway, "念通知"))
    assert left.left == KEPT_FOR_A_PERSON
    await pushes.say(READER, "接着说")
    await until(lambda: len(screen(sim)) == 4)
    told = [first, second.removesuffix(words("more")), *screen(sim)[2:]]
    assert "".join(told) == long
    assert all(len(piece.encode()) <= 2048 for piece in screen(sim))
    assert "听到：接着说" in await pushes.say(READER, "好")


async def test_rest_of_a_long_answer_that_is_short_comes_with_the_next_answer(
    open_account, sim, until
):
    engine = ScriptedEngine()
    long = "今天停水的通知。" * 180
    engine.script["念通知"] = Reply((Draft(long),))
    gateway, pushes = await open_account(engine)
    await pushes.say(READER, "念通知")
    await until(lambda: len(screen(sim)) == 2)
    await reaches(gateway, "held")
    told = "".join(screen(sim)).removesuffix(words("more"))
    assert await pushes.say(READER, "接着说") == f"{long[len(told) :]}\n听到：接着说"


async def test_late_answer_to_a_tap_uses_what_the_tap_allows(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    for i in range(2):
        await tell(gateway, conversation_id, f"通知{i}", f"notice{i}")
        await until(lambda i=i: f"通知{i}" in screen(sim))
    gateway.engine.gate.clear()
    assert await pushes.tap_menu(READER, "我要报修") is None
    gateway.engine.gate.set()
    await until(lambda: "听到：我要报修" in screen(sim))
    await reaches(gateway, outgoing.SENT)
    async with gateway.db.read() as conn:
        allowed = await grants.allowances(conn, conversation_id)
    assert {one.grant: one.left for one in allowed} == {Grant.MESSAGE: 3, Grant.TAP: 2}


async def test_safety_sentence_uses_what_is_kept(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    for i in range(3):
        async with gateway.db.write() as conn:
            await outgoing.say(
                conn, gateway.clock, conversation_id, [Draft(f"先离开屋子{i}")],
                epoch=outgoing.SAFETY_EPOCH, key=f"safety{i}",
            )  # fmt: skip
        await until(lambda i=i: f"先离开屋子{i}" in screen(sim))


async def test_staff_reply_is_sent_with_the_name_and_keeps_its_share(
    open_account, sim, clerk, until
):
    gateway, pushes = await open_account()
    await pushes.say(READER, "找人工")
    conversation_id = await conversation_of(gateway, "找人工")
    for i in range(3):  # of the bot, unasked: two may go, the rest is kept for a person
        await tell(gateway, conversation_id, f"通知{i}", f"notice{i}")
        await until(lambda i=i: len(screen(sim)) == min(i, 1) + 2 or i == 2)
    await until(lambda: sim.calls["message/custom/send"] == 2)
    for i in range(3):
        async with gateway.db.write() as conn:
            case = await queue.open_case(
                conn, gateway.clock, conversation_id, lane=queue.Lane.NORMAL, reason="asked",
                summary={},
            )  # fmt: skip
            if i == 0:
                await queue.claim(conn, gateway.clock, case.id, clerk, lease_s=60)
        await tell(
            gateway, conversation_id, f"马上到{i}", f"staff{i}", speaker="staff", staff_id=clerk
        )
        await until(lambda i=i: f"王师傅：马上到{i}" in screen(sim))
    assert sim.calls["message/custom/send"] == 5


async def test_words_beyond_the_allowance_wait_for_the_next_message(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    gateway.clock.advance(48 * 3600)
    await tell(gateway, conversation_id, "明天停水。", "notice")
    await reaches(gateway, "held")
    assert sim.calls["message/custom/send"] == 0
    assert await pushes.say(READER, "还在吗") == "明天停水。\n听到：还在吗"


async def test_much_that_waited_is_told_bit_by_bit_and_a_cry_is_answered_before_it(
    open_account, sim, until
):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    gateway.clock.advance(48 * 3600)
    for i in range(40):
        await tell(gateway, conversation_id, f"第{i}条。" + "停水。" * 40, f"news{i}")
    await reaches(gateway, "held")
    said = await pushes.say(READER, "还在吗")
    assert said.startswith("第0条。")
    await until(lambda: sim.calls["message/custom/send"] == 2)
    shown = "".join(screen(sim))
    told = [i for i in range(40) if f"第{i}条。" in shown]
    assert told == list(range(len(told)))
    assert len(told) > 10
    assert (await pushes.say(READER, "着火了")).startswith("先离开屋子")


async def test_turn_that_ends_long_after_its_question_is_still_answered(open_account, sim, until):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    await pushes.say(READER, "你好")
    async with gateway.db.write() as conn:
        await conn.execute(delete(wechat_answer))
        await conn.execute(
            update(inbound).values(received_at=gateway.clock.now() - timedelta(hours=5))
        )
    gateway.engine.gate.set()
    while await states(gateway) != ["ready"]:
        await until(lambda: True)
    gateway.clock.advance(store.ORPHAN_AFTER.total_seconds())
    await until(lambda: screen(sim) == ["听到：你好"])


async def test_what_waits_leaves_the_allowance_to_others_while_a_response_is_to_come(
    open_account, sim, until
):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    gateway.engine.gate.clear()
    asking = asyncio.create_task(pushes.say(READER, "还在吗"))
    await until(lambda: len(gateway.engine.asked) == 2)
    await tell(gateway, conversation_id, "明天停水。", "notice")
    async with gateway.db.read() as conn:
        assert await store.due(conn, gateway.clock, store.CHANNEL) == []
    gateway.engine.gate.set()
    assert await asking == "明天停水。\n听到：还在吗"
    assert sim.calls["message/custom/send"] == 0


async def test_call_whose_outcome_is_unknown_is_never_silently_repeated(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    sim.inject("message/custom/send", Reset(done=True))
    await tell(gateway, conversation_id, "明天停水。", "notice")
    await until(lambda: "明天停水。" in screen(sim))
    await reaches(gateway, "held")
    said = await pushes.say(READER, "好的")
    assert said == "（下面的话要是已经收到过，请不用管）\n明天停水。\n听到：好的"


async def test_call_that_hangs_holds_no_other_reader_up(open_account, sim, until):
    gateway, pushes = await open_account()
    for reader in (READER, OTHER):
        await pushes.say(reader, f"你好{reader}")
    sim.inject("message/custom/send", Delay(4))
    for reader in (READER, OTHER):
        conversation_id = await conversation_of(gateway, f"你好{reader}")
        await tell(gateway, conversation_id, "明天停水。", "one")
        await until(lambda reader=reader: "明天停水。" in screen(sim, reader))
    conversation_id = await conversation_of(gateway, f"你好{OTHER}")
    began = asyncio.get_running_loop().time()
    await tell(gateway, conversation_id, "后天停电。", "two")
    await until(lambda: "后天停电。" in screen(sim, OTHER))
    assert asyncio.get_running_loop().time() - began < 2
    assert "sending" in await states(gateway)


async def test_what_was_not_sent_costs_nothing_and_what_may_have_been_sent_does(
    open_account, sim, until
):
    gateway, pushes = await open_account()

    async def left():
        async with gateway.db.read() as conn:
            (allowance,) = await grants.allowances(conn, conversation_id)
            return allowance.left

    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    sim.inject("message/custom/send", Reset(done=False))
    await tell(gateway, conversation_id, "明天停水。", "first")
    await reaches(gateway, "held")
    assert await left() == 4
    await pushes.say(READER, "还在吗")
    sim.inject("message/custom/send", Refuse(45009))
    await tell(gateway, conversation_id, "后天停电。", "second")
    await reaches(gateway, "again")
    assert await left() == 5


async def test_what_is_to_be_tried_again_is_overtaken_by_nothing(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    sim.inject("message/custom/send", Refuse(45011))
    await tell(gateway, conversation_id, "第一条", "first")
    await reaches(gateway, "again")
    await tell(gateway, conversation_id, "第二条", "second")
    gateway.clock.advance(120)
    await until(lambda: len(screen(sim)) == 2)
    assert screen(sim)[1:] == ["第一条\n第二条"]


async def test_long_answer_that_broke_off_is_not_begun_again_by_itself(open_account, sim, until):
    engine = ScriptedEngine()
    engine.script["念通知"] = Reply((Draft("今天停水的通知。" * 120),))
    gateway, pushes = await open_account(engine)
    sim.inject("message/custom/send", Delay(0))
    sim.inject("message/custom/send", Refuse(45011))
    await pushes.say(READER, "念通知")
    await reaches(gateway, "held")
    assert (len(screen(sim)), sim.calls["message/custom/send"]) == (1, 2)


async def test_speakers_keep_their_order(open_account, sim, clerk, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    async with gateway.db.write() as conn:
        floor = await current(conn, conversation_id)
        for i, by in enumerate((None, clerk, None)):
            await outgoing.say(
                conn, gateway.clock, conversation_id, [Draft(f"第{i}句")], epoch=floor.epoch,
                key=f"k{i}", speaker="staff" if by else "bot", staff_id=by,
            )  # fmt: skip
    await until(lambda: len(screen(sim)) == 3)
    assert screen(sim) == ["听到：你好", "第0句", "王师傅：第1句"]


async def test_bundle_of_which_a_part_was_refused_is_left_as_it_is(open_account, sim):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    gateway.clock.advance(48 * 3600)  # so that nothing is sent beside us
    async with gateway.db.write() as conn:
        await outgoing.say(
            conn, gateway.clock, conversation_id, [Draft("一"), Draft("二")], epoch=0, key="n"
        )
        (bundle,) = await store.due(conn, gateway.clock, store.CHANNEL)
        await conn.execute(
            update(outbox).where(outbox.c.seq == bundle.seqs[0]).values(state=outgoing.REFUSED)
        )
        assert not await store.begin(conn, bundle, lease_until=gateway.clock.now())
        rows = await conn.execute(
            select(outbox.c.state, outbox.c.attempts).where(outbox.c.seq.in_(bundle.seqs))
        )
        assert [tuple(row) for row in rows] == [("refused", 0), ("ready", 0)]


async def test_reader_who_cannot_be_reached_is_not_tried_again(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    sim.inject("message/custom/send", Refuse(43004))
    await tell(gateway, conversation_id, "明天停水。", "notice")
    await reaches(gateway, store.UNREACHED)
    assert sim.calls["message/custom/send"] == 1


@pytest.mark.parametrize("errcode", [40007, 45002, 47001, 99999])
async def test_words_refused_for_a_reason_that_is_not_known_come_with_the_next_message(
    open_account, sim, errcode
):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    conversation_id = await conversation_of(gateway, "你好")
    sim.inject("message/custom/send", Refuse(errcode))
    await tell(gateway, conversation_id, "明天停水。", "notice")
    await reaches(gateway, "held")
    assert await pushes.say(READER, "还在吗") == "明天停水。\n听到：还在吗"


async def test_follower_is_welcomed_and_told_what_it_is(open_account, sim):
    _, pushes = await open_account()
    welcomed = await pushes.follow(READER)
    assert welcomed.startswith("您好，我是邻声，小区的智能助手。")


async def test_tap_on_the_menu_is_said_as_words(open_account, sim):
    _, pushes = await open_account()
    assert await pushes.tap_menu(READER, "我要报修") == "听到：我要报修"


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ([("MsgType", "video"), ("MediaId", "m"), ("MsgId", 1)], "视频我这边看不了"),
        ([("MsgType", "location"), ("Location_X", "31.2"), ("Location_Y", "121.4"),
          ("Label", ""), ("MsgId", 1)], "位置收到了"),
        ([("MsgType", "event"), ("Event", "VIEW"), ("EventKey", "http://x")], None),
        ([("MsgType", "event"), ("Event", "LOCATION"), ("Latitude", "31.2"),
          ("Longitude", "121.4"), ("Precision", "30")], None),
        ([("MsgType", "of_the_future"), ("MsgId", 1)], None),
    ],
)  # fmt: skip
async def test_what_needs_no_dialogue_is_answered_kindly_or_acknowledged(
    open_account, sim, fields, answer
):
    gateway, pushes = await open_account()
    sim.user_said(READER)
    said = await pushes.push(READER, fields)
    assert (answer in said) if answer else said is None
    assert SERVICE_FAULT not in screen(sim)
    assert gateway.engine.asked == []


@pytest.mark.parametrize("off_s", [-SKEW_MAX_S - 1, SKEW_MAX_S + 1, 86_400])
async def test_no_push_is_lost_when_our_clock_is_wrong_and_the_operator_is_told(
    open_account, sim, caplog, off_s
):
    gateway, pushes = await open_account()
    sim.clock = FixedClock(gateway.clock.now() + timedelta(seconds=off_s))
    for said in ("一", "二"):
        assert await pushes.say(READER, said) == f"听到：{said}"
    assert "wechat push: its clock and ours are far apart" in caplog.text


async def test_while_the_key_is_changed_an_answer_is_sealed_with_the_key_of_its_push(
    open_account, sim
):
    _, pushes = await open_account(wechat_aes_keys=Secret(f"{NEXT_KEY},{KEY}"))
    assert await pushes.say(READER, "用旧的") == "听到：用旧的"
    pushes.cipher = Cipher(Secret(TOKEN), [Secret(NEXT_KEY)], sim.appid)
    assert await pushes.say(READER, "用新的") == "听到：用新的"
    assert screen(sim) == ["听到：用旧的", "听到：用新的"]


async def test_push_that_is_much_older_than_the_newest_is_a_strangers(open_account, sim):
    gateway, pushes = await open_account()
    now = gateway.clock.now()
    assert await pushes.say(READER, "准时") == "听到：准时"
    sim.clock = FixedClock(now - timedelta(seconds=SKEW_MAX_S))
    assert await pushes.say(READER, "迟到") == "听到：迟到"
    sim.clock = FixedClock(now - timedelta(seconds=SKEW_MAX_S + 1))
    assert await pushes.say(READER, "旧的") is None
    assert [text for _, text, _ in gateway.engine.asked] == ["准时", "迟到"]


async def test_push_of_the_future_shuts_no_other_out(open_account, sim):
    gateway, pushes = await open_account()
    now = gateway.clock.now()
    for said, off_s in (("明天", 86_400), ("今天", 0)):
        sim.clock = FixedClock(now + timedelta(seconds=off_s))
        assert await pushes.say(READER, said) == f"听到：{said}"


async def test_age_of_a_push_is_known_after_a_restart_by_the_newest_event(open_account, sim):
    gateway, pushes = await open_account()
    now = gateway.clock.now()
    await pushes.follow(READER)
    await gateway.server.close()
    again, pushes = await open_account()
    sim.clock = FixedClock(now - timedelta(seconds=SKEW_MAX_S + 1))
    assert await pushes.say(READER, "旧的") is None
    assert again.engine.asked == []


async def test_events_are_forgotten_a_day_after_by_the_time_of_the_newest(open_account):
    gateway, pushes = await open_account()
    await pushes.follow(READER)
    gateway.clock.advance(events.KEPT_S + 1)
    await pushes.follow(OTHER)
    async with gateway.db.write() as conn:
        await events.forget_old(conn)
        rows = (await conn.execute(select(wechat_event.c.created_s))).scalars().all()
    assert rows == [int(gateway.clock.now().timestamp())]


async def test_cry_for_help_is_answered_at_once_with_the_engine_hanging(open_account, sim):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    said = await pushes.say(READER, "着火了")
    assert said.startswith("先离开屋子")


async def test_address_is_verified_by_signature(open_account):
    gateway, _ = await open_account()
    client = await gateway.new_client()
    query = {"timestamp": "1714036504", "nonce": "1514711492", "echostr": "4375120948345356249"}
    joined = "".join(sorted((TOKEN, query["timestamp"], query["nonce"])))
    signature = hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    async with client.get("/wechat", params=query | {"signature": signature}) as response:
        assert (response.status, await response.text()) == (200, query["echostr"])
        assert response.content_type == "text/plain"
    async with client.get("/wechat", params=query | {"signature": "0" * 40}) as response:
        assert response.status == 403
        assert query["echostr"] not in await response.text()


async def test_every_stranger_is_refused_alike(open_account, sim, session):
    gateway, pushes = await open_account()
    answers = set()
    strangers = [
        pushes_to(gateway, sim, session, token="another-token"),
        pushes_to(gateway, sim, session, appid="wx0000000000000000"),
        pushes_to(gateway, sim, session, account="gh_of_another"),
    ]
    message = b"<xml><ToUserName>%s</ToUserName></xml>" % ACCOUNT.encode()
    attempts = [stranger.sealed(_text(stranger.account)) for stranger in strangers]
    query, body = pushes.sealed(_text(ACCOUNT))
    attempts += [
        ({}, body), (query | {"msg_signature": "0" * 40}, body), (query, body[:-30] + b"</xml>"),
        (query, message), (query | {"encrypt_type": "raw"}, body), (query, b""),
        (query, b"\xff\xfe"), (query, b'{"Encrypt": 3}'), (query, b"x" * (JSON_MAX_BYTES + 1)),
    ]  # fmt: skip
    for query, body in attempts:
        async with session.post(pushes.url, params=query, data=body) as response:
            answers.add((response.status, await response.text()))
    assert {status for status, _ in answers} == {403}
    assert len({text.partition('"request')[0] for _, text in answers}) == 1
    assert gateway.engine.asked == []


async def test_operator_is_told_why_pushes_are_refused_and_never_what_was_in_them(
    open_account, sim, session, caplog
):
    gateway, pushes = await open_account()
    other_key = pushes_to(gateway, sim, session)
    other_key.cipher = Cipher(Secret(TOKEN), [Secret(NEXT_KEY)], sim.appid)
    for stranger in (other_key, pushes_to(gateway, sim, session, token="another-token")):
        await stranger.say(READER, "偷偷说")
    assert not await pushes_to(gateway, sim, session, token="another-token").verify()
    query, body = pushes.sealed(_text(ACCOUNT))
    async with session.post(pushes.url, params=query, data=body.replace(b"Encrypt", b"Other")):
        pass
    assert [message for message in caplog.messages if "refused" in message] == [
        "wechat: refused padding, count=1",
        "wechat: refused signature, count=1",
        "wechat: refused plain, count=1",
    ]


def _text(account):
    return xml.write(
        [("ToUserName", account), ("FromUserName", READER), ("CreateTime", 1700000000),
         ("MsgType", "text"), ("Content", "偷偷说"), ("MsgId", 1)]
    )  # fmt: skip


async def test_answer_that_nobody_fetched_goes_through_the_api(open_account, sim, until):
    gateway, pushes = await open_account()
    assert await pushes.say(READER, "你好") == "听到：你好"
    async with gateway.db.write() as conn:  # as if the process had died before it answered
        await conn.execute(wechat_answer.delete())
        await conn.execute(update(outbox).values(state=outgoing.READY))
    gateway.clock.advance(20)
    await until(lambda: sim.calls["message/custom/send"] == 1)
    assert screen(sim) == ["听到：你好", "听到：你好"]


async def test_without_an_account_there_is_no_address(gateway):
    client = await gateway.new_client()
    async with client.post("/wechat", data=b"<xml/>") as response:
        assert response.status == 404


async def test_no_secret_no_openid_and_no_word_is_logged(open_account, sim, caplog, until):
    caplog.set_level("DEBUG")
    gateway, pushes = await open_account()
    await pushes.say(READER, "保险柜密码是蓝色大象")
    conversation_id = await conversation_of(gateway, "保险柜密码是蓝色大象")
    sim.inject("message/custom/send", Refuse(40003))
    await tell(gateway, conversation_id, "蓝色通知", "notice")
    await until(lambda: sim.calls["message/custom/send"] == 1)
    logged = "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if not record.name.startswith(("asyncio", "sqlalchemy"))
    )
    assert "turn conversation=" in logged
    for secret in (READER, TOKEN, sim.secret, "蓝色"):
        assert secret not in logged
