"""The web chat's socket: nothing lost, nothing twice, and nobody else's words."""

import asyncio
import json
import sqlite3

import pytest
from sqlalchemy import insert, select, update

from bot.messages import Handoff, Reply
from bot.scripted import ScriptedEngine
from community.store.schema import conversation, identity, resident, room
from conversation import outbox, queue
from conversation.messages import Draft

CHOOSE = Reply(
    (Draft("哪里坏了？", (("厨房", "/kitchen"), ("卫生间", "/bath"))),), "report_repair", 0.9
)


def texts(page, sender=None):
    return [m["text"] for m in page.messages(sender)]


async def claimed(gateway, conversation_id, clerk):
    """A clerk has the conversation; returns (case, epoch to write under)."""
    async with gateway.db.write() as conn:
        case = await queue.open_case(
            conn, gateway.clock, conversation_id, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, gateway.clock, case.id, clerk, lease_s=60)
        return case, await queue.speak(conn, gateway.clock, case.id, clerk)


async def staff_says(gateway, conversation_id, clerk, epoch, text, key="k"):
    """As the desk does it: an outbox row, in another process."""
    async with gateway.db.write() as conn:
        await outbox.say(
            conn, gateway.clock, conversation_id, [Draft(text)], epoch=epoch, key=key,
            speaker="staff", staff_id=clerk,
        )  # fmt: skip


async def test_words_are_stored_shown_and_answered_in_that_order(gateway):
    page = await gateway.page()
    await page.say("你好", "a1")
    await page.hear("message", **{"from": "bot"})
    kinds = [(t["type"], t.get("seq"), t.get("id")) for t in page.told if t.get("seq")]
    assert kinds == [("stored", 1, "a1"), ("message", 1, "a1"), ("message", 2, None)]
    assert page.told[0]["reset"] is True


async def test_hello_comes_before_all_else(gateway):
    page = await gateway.page()
    await page.say("你好", "a1")
    await page.hear("message", **{"from": "bot"})
    assert [told["type"] for told in page.told[:2]] == ["hello", "history"]


async def test_same_id_again_runs_nothing_and_is_stored_under_the_same_number(gateway):
    page = await gateway.page()
    for _ in range(3):
        await page.say("你好", "a1")
    for _ in range(3):
        assert (await page.hear("stored"))["seq"] == 1
    await page.quiet()
    assert texts(page) == ["你好", "听到：你好"]
    assert len(gateway.engine.asked) == 1


async def test_same_id_with_other_words_is_refused(gateway):
    page = await gateway.page()
    await page.say("你好", "a1")
    await page.say("再见", "a1")
    refused = await page.hear("refused", id="a1")
    assert (refused["code"], refused["again"]) == ("conflict", False)


async def test_reload_shows_all_once_and_a_cursor_only_what_is_new(gateway):
    page = await gateway.page()
    await page.say("一", "a1")
    await page.hear("message", text="听到：一")
    await page.leave()
    await page.connect()
    hello = await page.hear("hello")
    assert hello["reset"] is False
    assert (await page.hear("history"))["messages"] == []
    await page.leave()
    await page.connect(after=0)
    history = await page.hear("history")
    assert [m["text"] for m in history["messages"]] == ["一", "听到：一"]


async def test_answer_that_came_while_away_is_there_on_return(gateway, until):
    page = await gateway.page()
    gateway.engine.gate.clear()
    await page.say("一", "a1")
    await page.hear("stored")
    await page.leave()
    gateway.engine.gate.set()
    await until(lambda: not gateway.parts.runner.is_working(page.told[0]["conversation"]))
    await page.connect()
    await page.hear("history")
    await page.quiet(0.3)
    assert sorted(m["seq"] for m in page.messages()) == [1, 2]


async def test_unsent_words_resent_after_a_lost_stored_are_there_once(gateway):
    page = await gateway.page()
    await page.say("一", "a1")
    await page.leave()  # before anything was heard
    await page.connect(after=0)
    await page.say("一", "a1")
    await page.hear("stored", id="a1")
    await page.quiet(0.3)
    assert {m["id"] for m in page.messages("resident")} == {"a1"}
    assert {m["seq"] for m in page.messages()} == {1, 2}
    assert len(gateway.engine.asked) == 1


async def test_cursor_of_another_conversation_begins_anew(gateway):
    page = await gateway.page()
    await page.say("一", "a1")
    await page.hear("message", text="听到：一")
    await page.leave()
    await page.connect(after=900)
    assert (await page.hear("hello"))["reset"] is True
    assert len((await page.hear("history"))["messages"]) == 2


async def test_other_tab_of_the_same_resident_sees_everything(gateway):
    page = await gateway.page()
    other = type(page)(page.client)
    await other.connect()
    await other.hear("owner")
    await page.say("你好", "a1")
    await other.hear("message", **{"from": "bot"})
    assert texts(other) == ["你好", "听到：你好"]


async def test_two_residents_do_not_see_each_other(gateway):
    first, second = await gateway.page(), await gateway.page()
    await first.say("我的话", "a1")
    await first.hear("message", **{"from": "bot"})
    await second.quiet(0.4)
    assert second.messages() == []
    assert first.told[0]["conversation"] != second.told[0]["conversation"]


async def test_same_client_id_of_two_residents_are_two_messages(gateway):
    first, second = await gateway.page(), await gateway.page()
    await first.say("一", "a1")
    await second.say("二", "a1")
    assert (await second.hear("message", **{"from": "bot"}))["text"] == "听到：二"


@pytest.mark.parametrize("cookie", [None, "forged", "0" * 32, "0" * 32 + ".aaaa.bbbb"])
async def test_socket_without_a_session_is_closed(gateway, cookie):
    from aiohttp import WSMsgType

    client = await gateway.new_client()
    if cookie:
        client.session.cookie_jar.update_cookies({"linsheng_session": cookie})
    socket = await client.ws_connect("/webchat/socket")
    assert (await socket.receive()).type is WSMsgType.CLOSE
    assert socket.close_code == 4401


async def test_history_is_the_last_two_hundred_and_goes_back_by_pages(gateway):
    page = await gateway.page()
    hello = await page.hear("hello")
    async with gateway.db.write() as conn:
        for i in range(150):
            await outbox.say(
                conn, gateway.clock, hello["conversation"], [Draft(f"{i}a"), Draft(f"{i}b")],
                epoch=0, key=f"k{i}",
            )  # fmt: skip
    fresh = type(page)(page.client)
    await fresh.connect(after=0)
    history = await fresh.hear("history")
    assert [m["seq"] for m in history["messages"]] == list(range(101, 301))
    assert history["first"] == 101
    await fresh.send(type="earlier", before=101)
    earlier = await fresh.hear("earlier")
    assert [m["seq"] for m in earlier["messages"]] == list(range(51, 101))
    await fresh.send(type="earlier", before=51)
    earlier = await fresh.hear("earlier")
    assert ([m["seq"] for m in earlier["messages"]], earlier["first"]) == (list(range(1, 51)), 1)


async def test_page_that_was_away_long_gets_everything_after_its_cursor(gateway):
    page = await gateway.page()
    hello = await page.hear("hello")
    async with gateway.db.write() as conn:
        for i in range(450):
            await outbox.say(
                conn, gateway.clock, hello["conversation"], [Draft(str(i))], epoch=0, key=f"k{i}"
            )
    fresh = type(page)(page.client)
    await fresh.connect(after=10)
    history = await fresh.hear("history")
    assert [m["seq"] for m in history["messages"]] == list(range(11, 451))


@pytest.mark.parametrize(
    ("answer", "choice", "taken"),
    [("", "2-2", "2-2"), ("卫生间。", None, "2-2"), ("1", None, "2-1"), ("第二个", None, "2-2"),
     ("阳台", None, None)],
)  # fmt: skip
async def test_choice_taken_by_tap_words_or_number_is_shown_as_taken(
    gateway, answer, choice, taken
):
    gateway.engine.script["报修"] = CHOOSE
    page = await gateway.page()
    await page.say("报修", "a1")
    await page.hear("message", **{"from": "bot"})
    await page.say(answer, "a2", **({"choice": choice} if choice else {}))
    shown = await page.hear("message", id="a2")
    assert shown["takes"] == taken
    assert shown["text"] == ("卫生间" if choice else answer)
    fresh = type(page)(page.client)
    await fresh.connect(after=0)
    history = await fresh.hear("history")
    assert [m["takes"] for m in history["messages"] if m["from"] == "resident"] == [None, taken]


async def test_choice_never_offered_is_refused(gateway):
    page = await gateway.page()
    await page.say("", "a1", choice="7-1")
    assert (await page.hear("refused", id="a1"))["code"] == "bad_request"


async def test_typing_is_told_while_an_answer_is_made(gateway):
    page = await gateway.page()
    gateway.engine.gate.clear()
    await page.say("你好", "a1")
    await page.hear("typing", on=True)
    gateway.engine.gate.set()
    await page.hear("typing", on=False)
    assert texts(page, "bot") == ["听到：你好"]


async def test_waiting_shows_the_place_and_moves_up(gateway, clerk):
    gateway.engine.script["找人工"] = Reply((), "ask_human", 0.9, handoff=Handoff("asked"))
    first, second = await gateway.page(), await gateway.page()
    await first.say("找人工", "a1")
    assert (await first.hear("owner", state="WAITING"))["position"] == 1
    gateway.clock.advance(1)
    await second.say("找人工", "a1")
    assert (await second.hear("owner", state="WAITING"))["position"] == 2
    await claimed(gateway, first.told[0]["conversation"], clerk)
    assert (await second.hear("owner", position=1))["state"] == "WAITING"


async def test_person_who_takes_over_is_named_and_heard_and_the_bot_is_silent(gateway, clerk):
    page = await gateway.page()
    hello = await page.hear("hello")
    case, epoch = await claimed(gateway, hello["conversation"], clerk)
    assert (await page.hear("owner", state="WITH_HUMAN"))["name"] == "王师傅"
    await staff_says(gateway, hello["conversation"], clerk, epoch, "我马上到。")
    heard = await page.hear("message", **{"from": "staff"})
    assert (heard["text"], heard["staff"]) == ("我马上到。", "王师傅")
    await page.say("谢谢", "a1")
    await page.hear("stored")
    await page.quiet(0.4)
    assert not gateway.engine.asked
    assert not any(t["type"] == "typing" and t["on"] for t in page.told)
    async with gateway.db.write() as conn:
        await queue.resolve(conn, gateway.clock, case.id, clerk, resolution="solved", note="修好了")
    assert (await page.hear("owner", state="RESOLVED"))["name"] is None


async def test_bot_words_that_a_claim_overtook_never_reach_the_page(gateway, clerk):
    page = await gateway.page()
    hello = await page.hear("hello")
    await page.leave()
    async with gateway.db.write() as conn:
        await outbox.say(
            conn,
            gateway.clock,
            hello["conversation"],
            [Draft("机器人的话")],
            epoch=0,
            key="k",
            turn_id="t",
        )
    await claimed(gateway, hello["conversation"], clerk)
    await page.connect(after=0)
    await page.hear("owner")
    assert page.messages() == []


async def test_read_is_kept_and_never_beyond_the_end(gateway):
    page = await gateway.page()
    await page.say("你好", "a1")
    await page.hear("message", **{"from": "bot"})
    await page.send(type="read", seq=9999)
    await page.say("在吗", "a2")
    await page.hear("message", text="听到：在吗")
    async with gateway.db.read() as conn:
        seen = await conn.scalar(select(conversation.c.seen_seq))
    assert seen == 2


async def test_senior_and_home_are_told_in_the_hello(gateway):
    page = await gateway.page()
    hello = await page.hear("hello")
    assert (hello["senior"], hello["home"]) == (False, None)
    async with gateway.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )
        await conn.execute(
            insert(resident).values(
                id="p", room_id="r", name="刘奶奶", role="owner", birth_year=1944, notes={}
            )
        )
        await conn.execute(update(identity).values(room_id="r", resident_id="p"))
    await page.leave()
    await page.connect(after=0)
    hello = await page.hear("hello", senior=True)
    assert hello["home"] == "3号楼2单元501"


BAD_FRAMES = [
    "", "{", "[]", "null", "[" * 9000, '{"type":"dance"}', '{"type":"say"}',
    '{"type":"say","id":"","text":"x"}', '{"type":"say","id":"a b","text":"x"}',
    '{"type":"say","id":"a","text":5}', '{"type":"say","id":"a","text":"x","choice":{}}',
    '{"type":"read","seq":"1"}', '{"type":"read","seq":true}', '{"type":"read","seq":-1}',
    '{"type":"earlier"}',
]  # fmt: skip


@pytest.mark.parametrize("frame", BAD_FRAMES)
async def test_bad_frame_is_refused_and_the_socket_lives_on(gateway, frame):
    page = await gateway.page()
    await page.send_raw(frame)
    assert (await page.hear("refused"))["code"] == "bad_request"
    await page.say("你好", "a1")
    await page.hear("stored", id="a1")


@pytest.mark.parametrize(
    ("text", "outcome"), [("", "没看到文字"), ("😀", "表情"), ("\x00\x07", "没看到文字")]
)
async def test_nothing_to_read_is_answered_kindly(gateway, text, outcome):
    page = await gateway.page()
    await page.say(text, "a1")
    assert outcome in (await page.hear("message", **{"from": "bot"}))["text"]


async def test_ten_thousand_characters_pass_and_one_more_does_not(gateway):
    page = await gateway.page()
    await page.say("水" * 10_000, "a1")
    await page.hear("stored", id="a1")
    await page.say("水" * 10_001, "a2")
    assert (await page.hear("refused", id="a2"))["code"] == "too_large"


async def test_script_text_comes_back_as_it_was_said(gateway):
    page = await gateway.page()
    text = "<script>alert(1)</script>"
    await page.say(text, "a1")
    assert (await page.hear("message", id="a1"))["text"] == text


async def test_half_a_character_does_not_break_the_socket(gateway):
    page = await gateway.page()
    await page.send_raw('{"type":"say","id":"a1","text":"\\ud83d你好"}')
    assert (await page.hear("message", id="a1"))["text"] == "?你好"


@pytest.mark.parametrize("after", ["x", "-1", "9" * 12])
async def test_cursor_is_checked(gateway, after):
    page = await gateway.page()
    async with page.client.get(f"/webchat/socket?after={after}") as response:
        assert response.status == 400


async def test_burst_is_answered_in_order_and_holds_nobody_up(start_gateway):
    class Slow(ScriptedEngine):
        async def reply(self, conversation_id, text, **options):
            if text.startswith("第"):
                await asyncio.sleep(0.03)
            return await super().reply(conversation_id, text, **options)

    gateway = await start_gateway(engine=Slow())
    busy, calm = await gateway.page(), await gateway.page()
    for i in range(50):
        await busy.say(f"第{i}句", f"m{i}")
    await calm.say("你好", "a")
    async with asyncio.timeout(1.5):
        await calm.hear("message", **{"from": "bot"})
    await busy.hear("message", text="听到：第49句")
    assert texts(busy, "bot") == [f"听到：第{i}句" for i in range(50)]
    assert texts(busy, "resident") == [f"第{i}句" for i in range(50)]


async def test_database_locked_for_three_seconds_loses_nothing(gateway, data_dir):
    page = await gateway.page()
    await page.hear("owner")
    blocker = sqlite3.connect(data_dir / "linsheng.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    await page.say("锁住了吗", "a1")
    await page.quiet(3)
    assert page.messages() == []
    blocker.execute("COMMIT")
    blocker.close()
    await page.hear("message", text="听到：锁住了吗")
    assert [m["seq"] for m in page.messages()] == [1, 2]


async def test_database_that_stays_away_is_told_and_the_words_may_be_sent_again(gateway):
    from community.errors import StoreError

    page = await gateway.page()
    await page.hear("owner")
    submit = gateway.parts.runner.submit

    async def locked(_received):
        raise StoreError("locked")

    gateway.parts.runner.submit = locked
    await page.say("你好", "a1")
    refused = await page.hear("refused", id="a1")
    assert (refused["code"], refused["again"]) == ("store_unavailable", True)
    gateway.parts.runner.submit = submit
    await page.say("你好", "a1")
    await page.hear("message", **{"from": "bot"})


async def test_telling_that_fails_asks_the_page_to_come_again(gateway, monkeypatch):
    from community.errors import StoreError
    from connectors import store

    page = await gateway.page()
    await page.hear("owner")

    async def gone(*_args):
        raise StoreError("gone")

    monkeypatch.setattr(store, "status", gone)
    gateway.parts.hub.wake(page.told[0]["conversation"])
    assert await page.closed() == 1013


async def test_gateway_that_stops_asks_the_pages_to_come_again(start_gateway):
    gateway = await start_gateway()
    page = await gateway.page()
    await page.hear("owner")
    closing = asyncio.create_task(gateway.server.close())
    assert await page.closed() == 1001
    await closing


async def test_nothing_private_is_logged(gateway, caplog):
    caplog.set_level("DEBUG")
    page = await gateway.page()
    await page.say("我的密码是蓝色大象", "a1")
    await page.hear("message", **{"from": "bot"})
    await page.send_raw('{"type":"say","id":"!","text":"蓝色大象"}')
    await page.hear("refused")
    cookie = next(iter(page.client.session.cookie_jar)).value
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.split(".")[0] in
        {"connectors", "bot", "conversation", "community", "aiohttp"}
    )  # fmt: skip
    assert "蓝色大象" not in logged
    assert cookie not in logged
    assert cookie.split(".")[0] not in logged


async def test_frames_are_json_with_chinese_as_it_is(gateway):
    client = await gateway.new_client()
    await client.get("/")
    socket = await client.ws_connect("/webchat/socket")
    await socket.send_str(json.dumps({"type": "say", "id": "a", "text": "你好"}))
    while "你好" not in (frame := (await socket.receive()).data):
        assert "\\u4f60" not in frame
