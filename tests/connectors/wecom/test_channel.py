"""Customer service: each message of a pull gets its answer once and in order, and strangers get none."""

import asyncio
import io

import pytest
from PIL import Image
from sqlalchemy import select

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.store.schema import attachment, message, outbox, queue_case, wecom_cursor
from connectors.base import JSON_MAX_BYTES
from connectors.wechat.ledger import KEPT_FOR_A_PERSON
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.store import UNREACHED
from connectors.wecom.words import words
from conversation import outbox as outgoing
from conversation import queue
from conversation.messages import Draft
from conversation.ownership import current
from conversation.photos import Photos
from tests.connectors.wecom.account import callbacks_to, silenced

READER = "wmReader-0000000000000000001"
OTHER = "wmReader-0000000000000000002"
SEND, PULL = "kf/send_msg", "kf/sync_msg"
TWO_MAY_GO = 5 - KEPT_FOR_A_PERSON


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


async def cursor(gateway):
    async with gateway.db.read() as conn:
        return (await conn.execute(select(wecom_cursor.c.cursor))).scalar()


async def reaches(gateway, state):
    """Wait until the newest outgoing message is in this state."""
    async with asyncio.timeout(10):
        while (await states(gateway))[-1:] != [state]:  # noqa: ASYNC110 - it is another's work
            await asyncio.sleep(0.02)


def heard(sim, reader=READER):
    """The lines on a screen: answers that are ready together come in one message."""
    return "\n".join(sim.screen(reader)).split("\n") if sim.screen(reader) else []


def answers(count):
    return [f"听到：第{i}句" for i in range(count)]


async def test_message_is_answered_through_the_api(open_account, sim, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "你好")
    await until(lambda: sim.screen(READER))
    assert sim.screen(READER) == ["听到：你好"]
    await reaches(gateway, outgoing.SENT)
    assert (sim.calls[PULL], sim.calls[SEND], sim.calls["gettoken"]) == (1, 1, 1)


async def test_burst_in_one_pull_is_answered_wholly_and_in_order(open_account, sim, until):
    gateway, callbacks = await open_account()
    for i in range(4):
        sim.says(READER, f"第{i}句")
        sim.says(OTHER, f"第{i}句")
    await callbacks.call()
    await until(lambda: len(heard(sim)) == len(heard(sim, OTHER)) == 4)
    assert heard(sim) == heard(sim, OTHER) == answers(4)
    assert sim.calls[PULL] == 1
    assert len(gateway.engine.asked) == 8


class SlowEngine(ScriptedEngine):
    """Answers the sentences of a burst as often as it is allowed to."""

    def __init__(self):
        super().__init__()
        self._allowed = asyncio.Semaphore(0)

    def allow(self, count):
        for _ in range(count):
            self._allowed.release()

    async def reply(self, conversation_id, text, **more):
        if text.startswith("第"):
            await self._allowed.acquire()
        return await super().reply(conversation_id, text, **more)


async def test_slow_answers_to_a_burst_all_come_within_the_allowance(open_account, sim, until):
    engine = SlowEngine()
    gateway, callbacks = await open_account(engine)
    for i in range(7):
        sim.says(READER, f"第{i}句")
    await callbacks.call()
    async with asyncio.timeout(10):
        while not await cursor(gateway):  # noqa: ASYNC110 - it is another's work
            await asyncio.sleep(0.02)
    engine.allow(1)  # the allowance is that of the last sentence now
    await until(lambda: heard(sim) == answers(1))
    engine.allow(2)
    await until(lambda: len(engine.asked) == 3)
    await callbacks.say(OTHER, "别人")
    await until(lambda: heard(sim, OTHER) == ["听到：别人"])
    assert heard(sim) == answers(1)  # the last that may go waits for the rest
    engine.allow(4)
    await until(lambda: len(heard(sim)) == 7)
    assert heard(sim) == answers(7)
    assert len(sim.screen(READER)) == TWO_MAY_GO


async def test_pages_are_read_to_the_end(open_account, sim, until):
    sim.history.page = 2
    _, callbacks = await open_account()
    for i in range(5):
        sim.says(READER, f"第{i}句")
    await callbacks.call()
    await until(lambda: len(heard(sim)) == 5)
    assert (heard(sim), sim.calls[PULL]) == (answers(5), 3)


async def test_callbacks_at_once_and_again_answer_each_message_once(open_account, sim, until):
    gateway, callbacks = await open_account()
    for i in range(3):
        sim.says(READER, f"第{i}句")
    news = callbacks.news()
    assert await asyncio.gather(*(callbacks.send(news) for _ in range(6))) == [True] * 6
    await until(lambda: len(heard(sim)) == 3)
    await callbacks.send(news)
    await callbacks.say(READER, "第3句")
    await until(lambda: len(heard(sim)) == 4)
    assert (heard(sim), len(gateway.engine.asked)) == (answers(4), 4)


async def test_callback_during_a_pull_causes_one_more(open_account, sim, until):
    _, callbacks = await open_account()
    sim.says(READER, "第0句")
    sim.inject(PULL, Delay(0.3))
    await callbacks.call()
    await until(lambda: sim.calls[PULL] == 1)
    for _ in range(3):
        await callbacks.call()
    await callbacks.say(READER, "第1句")
    await until(lambda: len(heard(sim)) == 2)
    assert (heard(sim), sim.calls[PULL]) == (answers(2), 2)


async def test_failed_pull_is_made_again(open_account, sim, clock, until, caplog):
    _, callbacks = await open_account()
    sim.inject(PULL, Reset())
    await callbacks.say(READER, "第0句")
    await until(lambda: "wecom pull put off" in caplog.text)
    clock.advance(5)
    await until(lambda: sim.screen(READER))
    assert (heard(sim), sim.calls[PULL]) == (answers(1), 2)


async def test_lost_callback_is_made_good_by_the_next_look(open_account, sim, clock, until):
    _, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    sim.says(READER, "第1句")
    clock.advance(600)
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == answers(2)


async def test_what_came_while_the_gateway_was_down_is_answered_at_its_start(
    open_account, sim, until
):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await reaches(gateway, outgoing.SENT)
    await gateway.server.close()
    sim.says(READER, "第1句")
    await open_account()
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == answers(2)


async def test_old_token_of_a_callback_is_done_without(open_account, sim, clock, until):
    _, callbacks = await open_account()
    news = callbacks.news()
    clock.advance(600)
    sim.says(READER, "第0句")
    await callbacks.send(news)
    await until(lambda: sim.screen(READER))
    assert (heard(sim), sim.calls[PULL]) == (answers(1), 2)


async def test_what_was_said_before_the_account_was_ours_is_left(open_account, sim, clock, until):
    sim.says(READER, "昨天的话")
    clock.advance(24 * 3600)
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    assert (heard(sim), len(gateway.engine.asked)) == (answers(1), 1)


async def test_words_of_a_seat_and_of_ourselves_are_no_turns(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.seat_says(READER, "我是真人")
    await callbacks.say(READER, "第0句")
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == ["我是真人", *answers(1)]
    assert [text for _, text, _ in gateway.engine.asked] == ["第0句"]


async def test_seat_that_has_the_session_silences_the_bot(open_account, sim, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    sim.seat_takes(READER)
    await callbacks.say(READER, "第1句")
    await silenced(gateway)
    sim.seat_says(READER, "我来处理")
    sim.seat_ends(READER)
    await callbacks.say(READER, "第2句")
    await until(lambda: len(heard(sim)) == 3)
    assert heard(sim) == ["听到：第0句", "我来处理", "听到：第2句"]
    assert sim.calls[SEND] == 2


async def test_state_is_asked_once_until_it_changes(open_account, sim, until):
    _, callbacks = await open_account()
    for i in range(3):
        await callbacks.say(READER, f"第{i}句")
        await until(lambda i=i: len(heard(sim)) == i + 1)
    assert sim.calls["kf/service_state/get"] == 1


async def test_notice_waits_while_a_seat_has_the_session(open_account, sim, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    sim.seat_takes(READER)
    await callbacks.call()
    conversation_id = await conversation_of(gateway, "第0句")
    await tell(gateway, conversation_id, "明天停水。", "notice")
    await reaches(gateway, "held")
    sim.seat_ends(READER)
    await callbacks.say(READER, "第1句")
    await until(lambda: len(heard(sim)) == 3)
    assert heard(sim) == ["听到：第0句", "明天停水。", "听到：第1句"]


async def test_cry_for_help_rings_though_a_seat_has_the_session(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.says(READER, "你好")
    sim.seat_takes(READER)
    await callbacks.say(READER, "着火了")
    async with asyncio.timeout(10):
        while True:
            async with gateway.db.read() as conn:
                lanes = (await conn.execute(select(queue_case.c.lane))).scalars().all()
            if lanes:
                break
            await asyncio.sleep(0.02)
    assert lanes == [queue.Lane.EMERGENCY]


async def test_cry_for_help_is_answered_at_once_with_the_engine_hanging(open_account, sim, until):
    gateway, callbacks = await open_account()
    gateway.engine.gate.clear()
    await callbacks.say(READER, "着火了")
    await until(lambda: sim.screen(READER))
    assert sim.screen(READER)[0].startswith("先离开屋子")


async def test_call_whose_outcome_is_unknown_is_made_again_and_shown_once(
    open_account, sim, clock, until
):
    gateway, callbacks = await open_account()
    sim.inject(SEND, Reset(done=True))
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    await reaches(gateway, "again")
    clock.advance(30)
    await reaches(gateway, outgoing.SENT)
    assert (heard(sim), sim.calls[SEND]) == (answers(1), 2)


async def test_no_more_than_what_is_allowed_is_sent(open_account, sim, clerk, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    conversation_id = await conversation_of(gateway, "第0句")
    for i in range(4):
        await tell(gateway, conversation_id, f"通知{i}", f"notice{i}")
        await reaches(gateway, outgoing.SENT if i + 1 < TWO_MAY_GO else "held")
    for i in range(4):
        await tell(
            gateway, conversation_id, f"马上到{i}", f"staff{i}", speaker="staff", staff_id=clerk
        )
        await reaches(gateway, outgoing.SENT if i < 3 else "held")
    assert (len(sim.screen(READER)), sim.calls[SEND], sim.sessions[READER].left) == (5, 5, 0)


async def test_limit_that_wecom_counts_otherwise_holds_the_words(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.inject(SEND, Refuse(95001))
    await callbacks.say(READER, "第0句")
    await reaches_some(gateway, "held")
    await callbacks.say(READER, "第1句")
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == answers(2)


async def reaches_some(gateway, state):
    async with asyncio.timeout(10):
        while state not in await states(gateway):  # noqa: ASYNC110 - it is another's work
            await asyncio.sleep(0.02)


async def test_message_that_did_not_arrive_comes_with_the_next_words(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.lost = 6  # five were sent
    await callbacks.say(READER, "第0句")
    await reaches_some(gateway, outgoing.SENT)
    sim.lost = None
    await callbacks.call()
    await reaches(gateway, "held")
    gateway.engine.gate.clear()
    await callbacks.say(READER, "第1句")
    await until(lambda: heard(sim) == answers(1))
    gateway.engine.gate.set()
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == answers(2)


async def test_message_that_a_resident_refuses_is_marked_for_good(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.lost = 10
    await callbacks.say(READER, "第0句")
    await reaches_some(gateway, outgoing.SENT)
    await callbacks.call()
    await reaches(gateway, UNREACHED)
    assert heard(sim) == []


async def test_failure_of_a_message_that_is_not_ours_is_passed_over(open_account, sim, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    sim.event("msg_send_fail", READER, {"fail_msgid": "unknown", "fail_type": 10})
    await callbacks.say(READER, "第1句")
    await until(lambda: len(heard(sim)) == 2)
    while await states(gateway) != [outgoing.SENT, outgoing.SENT]:
        await until(lambda: True)


async def test_who_enters_is_welcomed_once(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.enters(READER)
    await callbacks.call()
    await until(lambda: sim.screen(READER))
    sim.enters(READER)
    await callbacks.say(READER, "第0句")
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == [words("welcome"), *answers(1)]
    assert len(gateway.engine.asked) == 1


async def test_late_welcome_is_not_said(open_account, sim, clock, until):
    _, callbacks = await open_account()
    sim.enters(READER)
    clock.advance(20)
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    assert (heard(sim), sim.calls["kf/send_msg_on_event"]) == (answers(1), 0)


async def test_tapped_line_of_a_menu_takes_the_choice(open_account, sim, until):
    engine = ScriptedEngine()
    engine.script["帮忙"] = Reply((Draft("要哪个？", (("报修", "/report_repair"),)),))
    gateway, callbacks = await open_account(engine)
    await callbacks.say(READER, "帮忙")
    await until(lambda: sim.screen(READER))
    async with gateway.db.read() as conn:
        said = await outgoing.last_choices(conn, await conversation_of(gateway, "帮忙"))
    sim.says(READER, "报修", menu_id=said[0].id)
    await callbacks.call()
    await until(lambda: len(engine.asked) == 2)
    assert [text for _, text, _ in engine.asked] == ["帮忙", "/report_repair"]


async def test_photo_of_a_resident_is_kept_and_its_turn_knows_it(open_account, sim, until):
    gateway, callbacks = await open_account()
    picture = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(picture, "JPEG")
    sim.sends_file(READER, "image", picture.getvalue())
    await callbacks.call()
    await until(lambda: sim.screen(READER))
    assert heard(sim) == ["听到：/send_photo"]
    async with gateway.db.read() as conn:
        kept = (await conn.execute(select(attachment))).one()
        said = await conn.execute(select(message.c.attachment_id, message.c.sender))
        assert said.first() == (kept.id, "resident")
    assert (kept.kind, kept.state, kept.width, kept.height) == ("photo", "kept", 32, 24)
    assert (gateway.settings.data_dir / "photos" / f"{kept.id}.jpg").is_file()


async def test_photo_of_staff_is_shown_once_though_the_answer_is_lost(
    open_account, sim, clerk, until
):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "你好")
    await until(lambda: sim.screen(READER))
    conversation_id = await conversation_of(gateway, "你好")
    picture = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(picture, "JPEG")
    photos = Photos(gateway.db, gateway.clock, gateway.settings.data_dir / "photos")
    photo_id = await photos.keep(conversation_id, picture.getvalue())
    sim.inject(SEND, Reset(done=True))
    async with gateway.db.write() as conn:
        await outgoing.say(
            conn, gateway.clock, conversation_id, [Draft("我给您发了一张照片。", photo=photo_id)],
            epoch=0, key="k", speaker="staff", staff_id=clerk,
        )  # fmt: skip
    await reaches(gateway, "again")
    gateway.clock.advance(31)
    await reaches(gateway, outgoing.SENT)
    assert [seen.kind for seen in sim.seen(READER)] == ["text", "image"]
    shown = sim.shelf.find(sim.screen(READER)[1], "image").data
    assert shown == (gateway.settings.data_dir / "photos" / f"{photo_id}.jpg").read_bytes()
    assert sim.calls["media/upload"] == 1


async def test_clip_of_a_resident_is_expected(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.sends_file(READER, "voice", b"#!AMR\n" + b"\0" * 100)
    await callbacks.call()
    await until(lambda: sim.calls["media/get"])
    async with gateway.db.read() as conn:
        assert (await conn.execute(select(attachment.c.kind))).scalars().all() == ["voice"]


async def test_link_is_read_by_its_title_and_never_fetched(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.sends(READER, "link", {"title": "停水通知", "desc": "", "url": "https://example.org/a"})
    await callbacks.call()
    await until(lambda: gateway.engine.asked)
    assert [text for _, text, _ in gateway.engine.asked] == ["停水通知 https://example.org/a"]


@pytest.mark.parametrize(
    ("kind", "content", "key"),
    [
        ("video", {"media_id": "m"}, "not_understood"),
        ("location", {"latitude": 31.2, "longitude": 121.4, "name": "门口"}, "where"),
        ("image", {}, "not_understood"),
        ("of_the_future", {}, "not_understood"),
    ],
)
async def test_what_is_not_understood_is_answered_kindly_and_once(
    open_account, sim, until, kind, content, key
):
    _, callbacks = await open_account()
    for _ in range(3):
        sim.sends(READER, kind, content)
    await callbacks.call()
    await until(lambda: sim.screen(READER))
    await callbacks.say(READER, "第0句")
    await until(lambda: len(heard(sim)) == 2)
    assert heard(sim) == [words(key), *answers(1)]


async def test_place_with_an_address_is_said_as_words(open_account, sim, until):
    gateway, callbacks = await open_account()
    sim.sends(READER, "location", {"name": "3号楼2单元501", "address": "阳光小区"})
    await callbacks.call()
    await until(lambda: gateway.engine.asked)
    assert [text for _, text, _ in gateway.engine.asked] == ["我在阳光小区 3号楼2单元501"]


async def test_film_is_told_to_the_person_who_was_called(open_account, sim, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "着火了")
    await until(lambda: sim.screen(READER))
    sim.sends(READER, "video", {"media_id": "m"})
    await callbacks.call()
    async with asyncio.timeout(10):
        while True:
            async with gateway.db.read() as conn:
                said = await conn.execute(
                    select(message.c.text)
                    .where(message.c.sender == "resident")
                    .order_by(message.c.seq)
                )
                told = said.scalars().all()
            if len(told) == 2:
                break
            await asyncio.sleep(0.02)
    assert told == ["着火了", words("other")]


async def test_broken_items_hold_nobody_up(open_account, sim, until):
    _, callbacks = await open_account()
    for broken in ({}, {"msgtype": "text"}, {"msgtype": "event", "event": 3}, {"origin": 3}):
        sim.history.add(broken)
    sim.history.add({"msgtype": "text", "origin": 3, "msgid": "a b", "open_kfid": sim.open_kfid})
    await callbacks.say(READER, "第0句")
    await until(lambda: sim.screen(READER))
    assert heard(sim) == answers(1)


async def test_address_is_verified_by_what_is_sealed(open_account, sim, session):
    gateway, callbacks = await open_account()
    assert await callbacks.verify("1616140317555161061") == (200, "1616140317555161061")
    stranger = callbacks_to(gateway, sim, session, token="another-token")
    status, text = await stranger.verify("1616140317555161061")
    assert status == 403
    assert "1616140317555161061" not in text


async def test_every_stranger_is_refused_alike_and_the_operator_is_told_why(
    open_account, sim, session, clock, caplog
):
    gateway, callbacks = await open_account()
    strangers = [
        callbacks_to(gateway, sim, session, token="another-token"),
        callbacks_to(gateway, sim, session, corpid="ww0000000000000000"),
    ]
    attempts = []
    for stranger in strangers:
        query, sealed = stranger.sealed(stranger.news())
        attempts.append((query, stranger.wrapped(sealed)))
    query, sealed = callbacks.sealed(callbacks.news())
    body = callbacks.wrapped(sealed)
    other_query, other = callbacks.sealed(callbacks.news(ToUserName="ww0000000000000000"))
    attempts += [
        ({}, body), (query | {"msg_signature": "0" * 40}, body), (query, body[:-30] + b"</xml>"),
        (query, callbacks.news()), (query, b""), (query, b"\xff\xfe"), (query, b'{"Encrypt": 3}'),
        (query, b"x" * (JSON_MAX_BYTES + 1)),
        (other_query, callbacks.wrapped(other)), (query | {"nonce": "1" * 9}, body),
    ]  # fmt: skip
    told = set()
    for query, body in attempts:
        async with session.post(callbacks.url, params=query, data=body) as response:
            told.add((response.status, (await response.text()).partition('"request')[0]))
    assert len(told) == 1
    assert {status for status, _ in told} == {403}
    assert sim.calls[PULL] == 0
    assert [message for message in caplog.messages if "refused" in message] == [
        "wecom: refused signature, count=1",
        "wecom: refused receiver, count=1",
        "wecom: refused syntax, count=1",
        "wecom: refused plain, count=1",
        "wecom: refused missing ToUserName, count=1",
        "wecom: refused too_large, count=1",
    ]


@pytest.mark.parametrize(
    "changes", [{"Event": "change_contact"}, {"OpenKfId": "a/b"}, {"Token": "t" * 129}]
)
async def test_callback_that_says_nothing_of_use_is_acknowledged(open_account, sim, changes):
    _, callbacks = await open_account()
    assert await callbacks.send(callbacks.news(**changes))
    assert sim.calls[PULL] == 0


async def test_known_account_survives_a_start_without_a_pull(open_account, sim):
    gateway, callbacks = await open_account()
    sim.inject(PULL, Reset(), times=9)
    assert await callbacks.call()
    assert await cursor(gateway) == ""


async def test_without_an_account_there_is_no_address(gateway):
    client = await gateway.new_client()
    async with client.post("/wecom", data=b"<xml/>") as response:
        assert response.status == 404


async def test_no_secret_no_resident_and_no_word_is_logged(open_account, sim, watch, until):
    gateway, callbacks = await open_account()
    await callbacks.say(READER, "保险柜密码是蓝色大象")
    await until(lambda: sim.screen(READER))
    conversation_id = await conversation_of(gateway, "保险柜密码是蓝色大象")
    sim.inject(SEND, Refuse(60020))
    await tell(gateway, conversation_id, "蓝色通知", "notice")
    await until(lambda: sim.calls[SEND] == 2)
    logged = [text for text in watch.texts() if "sqlalchemy" not in text]
    assert any("turn conversation=" in text for text in logged)
    assert not any("蓝色" in text for text in logged)
