"""What residents send besides words, and what the account's own doors bring into the dialogue."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import insert, select, update

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.store.schema import (
    attachment,
    conversation,
    identity,
    message,
    outbox,
    queue_case,
    ticket,
    wechat_grant,
)
from community.times import FixedClock
from connectors.forgetting import REPEATED_FOR_S
from connectors.wechat import account_file
from connectors.wechat.ledger import LASTS, Grant
from connectors.wechat.sim.faults import Refuse
from connectors.wechat.words import words
from conversation import outbox as outgoing
from conversation import queue
from conversation.messages import Draft
from voice.recogniser import Transcript, Word
from voice.scripted import ScriptedStreamingRecogniser

READER = "oReader-0000000000000000001"
CLIPS = Path(__file__).parents[2] / "voice" / "samples"


def screen(sim, openid=READER):
    return [seen.content for seen in sim.transcript(openid)]


def picture(format_="JPEG"):
    data = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(data, format_)
    return data.getvalue()


def code_of(sim, scene):
    asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    return sim.codes.create(asked)


async def rows(gateway, table, *columns):
    async with gateway.db.read() as conn:
        return (await conn.execute(select(*(columns or [table])))).all()


async def settles(gateway, until, state):
    """Wait until the one attachment is in this state; returns its row."""
    found = []

    async def look():
        found[:] = await rows(gateway, attachment)
        return found and found[0].state == state

    while not await look():
        await until(lambda: True)
    return found[0]


@pytest.fixture
def offering(tmp_path):
    """Settings with a file of the account that has codes, houses and a menu."""
    file = tmp_path / "account.yml"
    file.write_text(
        "scenes: {lift-3-2: {says: 3号楼2单元的电梯坏了}}\n"
        "buildings: {3: [31.23041, 121.47370], 5: [31.23200, 121.47370]}\n",
        encoding="utf-8",
    )
    return {"wechat_file": str(file)}


async def test_photo_is_kept_and_its_turn_knows_it(open_account, sim, until):
    gateway, pushes = await open_account()
    assert await pushes.send_image(READER, picture()) == "听到：/send_photo"
    row = await settles(gateway, until, "kept")
    assert (row.kind, row.source, row.width, row.height) == ("photo", None, 32, 24)
    assert (gateway.settings.data_dir / "photos" / f"{row.id}.jpg").is_file()
    said = await rows(gateway, message, message.c.attachment_id, message.c.sender)
    assert said[0] == (row.id, "resident")


async def test_repeated_push_of_a_photo_is_one_photo_and_one_turn(open_account, sim, until):
    gateway, pushes = await open_account()
    pushes.lose_answers = 2
    assert await pushes.send_image(READER, picture()) == "听到：/send_photo"
    await settles(gateway, until, "kept")
    assert (len(await rows(gateway, attachment)), len(gateway.engine.asked)) == (1, 1)
    assert sim.calls["media/get"] == 1


async def test_photo_that_cannot_be_had_now_is_fetched_later(open_account, sim, until):
    gateway, pushes = await open_account()
    sim.inject("media/get", Refuse(45009))
    await pushes.send_image(READER, picture())
    await until(lambda: sim.calls["media/get"] == 1)
    gateway.clock.advance(24 * 3600)
    assert (await settles(gateway, until, "kept")).attempts == 1


@pytest.mark.parametrize("data", [b"no picture at all", picture()[:40]])
async def test_resident_is_told_of_a_photo_that_is_none(open_account, sim, until, data):
    gateway, pushes = await open_account()
    await pushes.send_image(READER, data)
    await settles(gateway, until, "lost")
    await until(lambda: "您刚才发的照片没取下来，麻烦再发一次。" in "".join(screen(sim)))


async def test_clip_without_a_recogniser_reaches_the_desk_and_the_resident_is_told(
    open_account, sim, until
):
    gateway, pushes = await open_account()
    clip = (CLIPS / "wide.amr").read_bytes()
    said = await pushes.send_voice(READER, clip)
    assert said.startswith("您这段语音我还听不了，已经交给值班同事")
    row = await settles(gateway, until, "kept")
    assert (row.kind, row.content_type, row.transcript) == ("voice", "audio/wav", None)
    assert row.duration_ms > 1000
    file = gateway.settings.data_dir / "voices" / f"{row.id}.wav"
    assert file.read_bytes()[:4] == b"RIFF"
    assert (file.stat().st_mode & 0o777) == 0o600
    assert await rows(gateway, queue_case, queue_case.c.reason) == [("voice",)]
    assert gateway.engine.asked == []


async def test_words_of_a_clip_are_the_turns_words_and_are_kept_with_their_confidence(
    open_account, sim
):
    heard = Transcript("厨房漏水", (Word("厨房", 0.9, 0.1, 0.6), Word("漏水", 0.8, 0.6, 1.1)))
    gateway, pushes = await open_account(ears=ScriptedStreamingRecogniser(clips=[heard]))
    clip = (CLIPS / "wide.amr").read_bytes()
    assert await pushes.send_voice(READER, clip) == "听到：厨房漏水"
    assert [text for _, text, _ in gateway.engine.asked] == ["厨房漏水"]
    (row,) = await rows(gateway, attachment)
    assert row.transcript == {
        "text": "厨房漏水", "words": [["厨房", 0.9, 0.1, 0.6], ["漏水", 0.8, 0.6, 1.1]],
    }  # fmt: skip
    said = await rows(gateway, message, message.c.text, message.c.attachment_id)
    assert said[0] == ("厨房漏水", row.id)


async def test_spoken_cry_for_help_is_a_cry_for_help(open_account, sim):
    gateway, pushes = await open_account(ears=ScriptedStreamingRecogniser(clips=["救命啊我摔倒了"]))
    said = await pushes.send_voice(READER, (CLIPS / "narrow.amr").read_bytes())
    assert said.startswith("先别急着动，别硬扶")
    assert await rows(gateway, queue_case, queue_case.c.lane) == [("EMERGENCY",)]
    assert gateway.engine.asked == []


async def test_silence_is_asked_to_be_said_again(open_account, sim):
    gateway, pushes = await open_account(ears=ScriptedStreamingRecogniser(clips=[""]))
    said = await pushes.send_voice(READER, (CLIPS / "wide.amr").read_bytes())
    assert said == "没听清您说了什么。请再说一遍，或者打几个字。要找真人就说“找人工”。"
    assert gateway.engine.asked == []


async def test_clip_of_16_000_hz_is_preferred_and_the_other_serves_when_it_is_gone(
    open_account, sim, until
):
    _, pushes = await open_account(ears=ScriptedStreamingRecogniser(clips=["你好"]))
    sim.inject("media/get", Refuse(40007))
    clip = (CLIPS / "narrow.amr").read_bytes()
    said = await pushes.send_voice(READER, clip, clip_16k=(CLIPS / "wide.amr").read_bytes())
    assert (said, sim.calls["media/get"]) == ("听到：你好", 2)


async def test_clip_that_is_none_reaches_a_person_in_time(open_account, sim, until):
    gateway, pushes = await open_account(ears=ScriptedStreamingRecogniser(clips=["never heard"]))
    said = await pushes.send_voice(READER, b"#!SILK_V3 and then no sound")
    assert said.startswith("您这段语音我还听不了")
    await settles(gateway, until, "lost")
    assert await rows(gateway, queue_case, queue_case.c.reason) == [("voice",)]


async def test_old_clips_are_deleted_and_their_words_with_them(open_account, sim, until):
    gateway, pushes = await open_account(ears=ScriptedStreamingRecogniser(clips=["你好"]))
    await pushes.send_voice(READER, (CLIPS / "wide.amr").read_bytes())
    row = await settles(gateway, until, "kept")
    gateway.clock.advance(31 * 24 * 3600)
    await gateway.parts.intake.forget_old()
    (row,) = await rows(gateway, attachment)
    assert (row.state, row.transcript) == ("lost", None)
    assert not (gateway.settings.data_dir / "voices" / f"{row.id}.wav").exists()


async def test_old_file_without_a_message_is_deleted_with_the_clips(open_account):
    gateway, _ = await open_account()
    folder = gateway.settings.data_dir / "voices"
    folder.mkdir()
    for name, age_s in (("clip_old.wav", 31 * 24 * 3600), ("clip_new.wav", 29 * 24 * 3600)):
        written_s = gateway.clock.now().timestamp() - age_s
        (folder / name).touch()
        os.utime(folder / name, (written_s, written_s))
    await gateway.parts.intake.forget_old()
    assert [file.name for file in folder.iterdir()] == ["clip_new.wav"]


@pytest.mark.parametrize(
    ("place", "label", "said"),
    [
        ((31.23045, 121.47371), "", "听到：我在3号楼"),
        (
            (31.24000, 121.47371),
            "幸福路88号幸福里3号楼2单元",
            "听到：我在幸福路88号幸福里3号楼2单元",
        ),
        ((31.24000, 121.47371), "幸福公园", "位置收到了。请再说一下是几号楼几单元几室，有什么事。"),
    ],
)
async def test_place_becomes_an_address_or_is_asked_for(
    open_account, sim, offering, place, label, said
):
    _, pushes = await open_account(**offering)
    assert await pushes.send_location(READER, *place, label=label) == said


async def test_place_reaches_the_person_who_was_called(open_account, sim):
    gateway, pushes = await open_account()
    await pushes.say(READER, "着火了")
    await pushes.send_location(READER, 31.24, 121.47371, label="幸福公园")
    said = [row.text for row in await rows(gateway, message) if row.sender == "resident"]
    assert said[1] == "（发来位置：幸福公园，北纬31.24000，东经121.47371）"


async def test_film_while_the_bot_serves_is_noted_and_lets_what_was_held_go(
    open_account, sim, until
):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    gateway.clock.advance(48 * 3600)
    async with gateway.db.write() as conn:
        (known,) = (await conn.execute(select(conversation.c.id))).scalars()
        await outgoing.say(conn, gateway.clock, known, [Draft("明天停水。")], epoch=0, key="n")
    while (await rows(gateway, outbox))[-1].state != "held":
        await until(lambda: True)
    pushes.lose_answers = 1
    assert await pushes.send_video(READER, b"film") == f"明天停水。\n{words('no_video')}"
    transcript = await rows(gateway, message, message.c.sender, message.c.text)
    assert transcript[-2:] == [("resident", words("video")), ("bot", words("no_video"))]
    (allowance,) = await rows(gateway, wechat_grant)
    assert (allowance.kind, allowance.remaining) == (Grant.MESSAGE, 5)
    assert allowance.until == gateway.clock.now() + LASTS[Grant.MESSAGE]
    assert [asked for _, asked, _ in gateway.engine.asked] == ["你好"]


async def test_film_reaches_the_person_who_took_the_floor_meanwhile(open_account, sim, clerk):
    gateway, pushes = await open_account()
    await pushes.say(READER, "找人工")
    (known,) = await rows(gateway, conversation)
    async with gateway.db.write() as conn:
        case = await queue.open_case(
            conn, gateway.clock, known.id, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, gateway.clock, case.id, clerk, lease_s=60)
    assert await pushes.send_video(READER, b"film") is None
    transcript = await rows(gateway, message, message.c.sender, message.c.text)
    assert ("resident", words("video")) in transcript
    assert words("no_video") not in [text for _, text in transcript]


async def test_place_that_is_asked_about_is_in_the_transcript_once(open_account, sim):
    gateway, pushes = await open_account()
    pushes.lose_answers = 1
    said = await pushes.send_location(READER, 31.24, 121.47371, label="幸福公园")
    assert said == words("where")
    assert await rows(gateway, message, message.c.sender, message.c.text) == [
        ("resident", "（发来位置：幸福公园，北纬31.24000，东经121.47371）"), ("bot", words("where")),
    ]  # fmt: skip


async def test_link_is_read_by_its_title_and_never_fetched(open_account, sim):
    gateway, pushes = await open_account()
    await pushes.send_link(READER, "停水通知", "说明", "http://example.invalid/a")
    assert [text for _, text, _ in gateway.engine.asked] == ["停水通知 http://example.invalid/a"]


async def test_scan_says_what_its_code_says(open_account, sim, offering):
    gateway, pushes = await open_account(**offering)
    await pushes.follow(READER)
    code = code_of(sim, "lift-3-2")
    assert await pushes.scan(READER, code.ticket) == "听到：3号楼2单元的电梯坏了"
    assert await rows(gateway, wechat_grant, wechat_grant.c.kind) == [(Grant.TAP,)]


async def test_follower_by_a_code_is_welcomed_and_answered(open_account, sim, offering, until):
    _, pushes = await open_account(**offering)
    sim.user_left(READER)
    code = code_of(sim, "lift-3-2")
    assert (await pushes.scan(READER, code.ticket)).startswith("您好，我是邻声")
    await until(lambda: "听到：3号楼2单元的电梯坏了" in screen(sim))


async def test_code_that_says_nothing_only_allows_to_write(open_account, sim):
    gateway, pushes = await open_account()
    await pushes.follow(READER)
    assert await pushes.scan(READER, code_of(sim, "poster").ticket) is None
    assert gateway.engine.asked == []


async def test_line_tapped_in_a_menu_of_ours_is_the_choice(open_account, sim):
    engine = ScriptedEngine({"帮忙": Reply((Draft("要哪个？", (("报修", "/report_repair"),)),))})
    gateway, pushes = await open_account(engine)
    await pushes.say(READER, "帮忙")
    (offered,) = [row for row in await rows(gateway, message) if row.choices]
    await pushes.tap_choice(READER, offered.choices[0]["id"], "报修")
    assert [text for _, text, _ in engine.asked] == ["帮忙", "/report_repair"]


async def test_typing_is_shown_while_the_answer_is_late(open_account, sim, until):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    assert await pushes.say(READER, "你好") is None
    await until(lambda: sim.sees_typing(READER))
    gateway.engine.gate.set()
    await until(lambda: screen(sim) == ["听到：你好"])
    assert not sim.sees_typing(READER)


async def test_nothing_is_left_of_the_openid_once_a_follower_has_gone(
    open_account, sim, until, data_dir
):
    gateway, pushes = await open_account(
        ears=ScriptedStreamingRecogniser(clips=["我的电话13812348000"])
    )
    await pushes.follow(READER)
    await pushes.send_image(READER, picture())
    await pushes.send_voice(READER, (CLIPS / "wide.amr").read_bytes())
    await pushes.say(READER, "我家在3号楼，电话13812348000")
    await pushes.unfollow(READER)
    gateway.clock.advance(REPEATED_FOR_S)
    await until(lambda: gateway.engine.forgotten)
    await gateway.db.close()
    left = {
        file.relative_to(data_dir)
        for file in data_dir.rglob("*")
        if file.is_file() and any(
            trace in file.read_bytes() for trace in (READER.encode(), b"13812348000")
        )
    }  # fmt: skip
    assert left == set()
    assert list((data_dir / "voices").iterdir()) == list((data_dir / "photos").iterdir()) == []


async def test_photo_of_an_order_stays_with_the_order_when_its_sender_has_gone(
    open_account, sim, until, data_dir
):
    gateway, pushes = await open_account()
    await pushes.send_image(READER, picture())
    kept = await settles(gateway, until, "kept")
    async with gateway.db.write() as conn:
        now = gateway.clock.now()
        await conn.execute(
            insert(ticket).values(
                id="t1", no=1001, kind="repair", state="accepted", description="水管漏水",
                conversation_id=kept.conversation_id, urgency="high", anonymous=False, reopened=0,
                urged=0, version=1, created_at=now, updated_at=now,
            )
        )  # fmt: skip
        await conn.execute(update(attachment).values(ticket_id="t1"))
    await pushes.send_image(READER, picture())
    while len(list((data_dir / "photos").iterdir())) < 2:
        await until(lambda: True)
    await pushes.unfollow(READER)
    gateway.clock.advance(REPEATED_FOR_S)
    await until(lambda: gateway.engine.forgotten)
    assert [file.stem for file in (data_dir / "photos").iterdir()] == [kept.id]


async def test_repeated_leaving_makes_no_new_account(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    pushes.lose_answers = 1
    await pushes.unfollow(READER)
    gateway.clock.advance(REPEATED_FOR_S)
    await until(lambda: gateway.engine.forgotten)
    await pushes.unfollow(READER)
    assert [row.user_key[:5] for row in await rows(gateway, identity)] == ["gone:"]


async def test_who_comes_back_before_anything_was_erased_stays_known(open_account, sim, until):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    await pushes.unfollow(READER)
    await pushes.follow(READER)
    gateway.clock.advance(3600)
    await gateway.parts.forgetting.step()
    assert [row.user_key for row in await rows(gateway, identity)] == [READER]
    assert gateway.engine.forgotten == []


SUBSCRIBE = [("MsgType", "event"), ("Event", "subscribe"), ("EventKey", "")]
UNSUBSCRIBE = [("MsgType", "event"), ("Event", "unsubscribe"), ("EventKey", "")]


async def pushed_as_of(sim, pushes, at, fields):
    """Push what was made at this moment, as WeChat repeats it, or one who has captured it."""
    now, sim.clock = sim.clock, FixedClock(at)
    try:
        return await pushes.push(READER, fields)
    finally:
        sim.clock = now


async def openids(gateway):
    return [row.user_key for row in await rows(gateway, identity)]


@pytest.mark.parametrize("had_arrived", [True, False], ids=["answer lost", "never arrived"])
async def test_repeated_follow_gets_its_answer_and_does_not_undo_a_leaving_after_it(
    open_account, sim, until, had_arrived
):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    followed_at = gateway.clock.now()
    if had_arrived:
        pushes.lose_answers, pushes.tries = 1, 1
        assert await pushes.push(READER, SUBSCRIBE) is None
        pushes.tries = 3
    gateway.clock.advance(3)
    await pushes.unfollow(READER)
    gateway.clock.advance(2)
    said = await pushed_as_of(sim, pushes, followed_at, SUBSCRIBE)
    assert said == words("welcome")
    gateway.clock.advance(REPEATED_FOR_S)
    await until(lambda: gateway.engine.forgotten)
    assert [key[:5] for key in await openids(gateway)] == ["gone:"]


async def test_leaving_that_is_replayed_after_following_again_erases_nothing(open_account, sim):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    left_at = gateway.clock.now()
    await pushes.unfollow(READER)
    gateway.clock.advance(10)
    await pushes.follow(READER)
    await pushed_as_of(sim, pushes, left_at, UNSUBSCRIBE)
    gateway.clock.advance(3600)
    await gateway.parts.forgetting.step()
    assert (await openids(gateway), gateway.engine.forgotten) == ([READER], [])


async def test_nothing_from_before_a_leaving_makes_who_was_erased_known_again(
    open_account, sim, until
):
    gateway, pushes = await open_account()
    before = gateway.clock.now()
    message = [("MsgType", "text"), ("Content", "你好"), ("MsgId", 7)]
    await pushed_as_of(sim, pushes, before, message)
    await pushes.follow(READER)
    gateway.clock.advance(1)
    await pushes.unfollow(READER)
    gateway.clock.advance(REPEATED_FOR_S)
    await until(lambda: gateway.engine.forgotten)
    for fields in (message, SUBSCRIBE):
        assert await pushed_as_of(sim, pushes, before, fields) is None
    assert [key[:5] for key in await openids(gateway)] == ["gone:"]
    assert await pushes.follow(READER) == words("welcome")
    assert READER in await openids(gateway)


async def test_repeated_scan_allows_nothing_anew(open_account, sim):
    gateway, pushes = await open_account()
    await pushes.follow(READER)
    gateway.clock.advance(5)
    scanned_at = gateway.clock.now()
    scan = [("MsgType", "event"), ("Event", "SCAN"), ("EventKey", "poster"), ("Ticket", "t")]
    await pushes.push(READER, scan)
    gateway.clock.advance(5)
    await pushes.tap_menu(READER, "我要报修")
    allowed = await rows(gateway, wechat_grant)
    gateway.clock.advance(5)
    await pushed_as_of(sim, pushes, scanned_at, scan)
    assert await rows(gateway, wechat_grant) == allowed


async def test_photo_that_breaks_what_reads_it_is_not_fetched_without_end(
    open_account, sim, until, data_dir
):
    gateway, pushes = await open_account()
    (data_dir / "photos").write_text("no folder")
    await pushes.send_image(READER, picture())
    await until(lambda: sim.calls["media/get"] == 1)
    while not (await rows(gateway, attachment))[0].attempts:
        await until(lambda: True)
    await gateway.parts.intake.step()
    assert sim.calls["media/get"] == 1


def test_shipped_file_of_the_account_is_whole_and_fits_the_menu():
    file = account_file.load("")
    buttons = file.buttons("https://community.example")
    assert [button["name"] for button in buttons] == ["我要办事", "我家", "找人帮忙"]
    assert buttons[1]["sub_button"][2] == {
        "name": "绑定房子", "type": "view", "url": "https://community.example/wechat/bind",
    }  # fmt: skip
    assert file.buttons("")[1]["sub_button"][2]["type"] == "click"
