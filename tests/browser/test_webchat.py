"""The resident page in a real Chromium: what residents see, do and never lose."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image
from sqlalchemy import select

from bot.messages import Handoff, Reply
from community.store.schema import attachment
from conversation import inbox, outbox, queue
from conversation.messages import Draft

CARD = {
    "title": "报修单 1024", "state": "待派单", "tone": "wait",
    "facts": [["地点", "厨房"], ["上门时间", "11月4日 9:00–11:00"]],
}  # fmt: skip
SCRIPT = {
    "我要报修": Reply(
        (Draft("是哪里坏了？", (("厨房水管漏水", "/kitchen"), ("马桶堵了", "/toilet"))),),
        "report_repair", 0.95, asked=True,
    ),
    "/kitchen": Reply((Draft("报好了。", (("查进度", "/query"),), CARD),), "report_repair", 0.95),
    "/toilet": Reply((Draft("好的，马桶。"),), "report_repair", 0.95),
    "找人工": Reply((), "ask_human", 0.99, handoff=Handoff("asked")),
}  # fmt: skip


@pytest.fixture
async def chat(start_gateway, clerk):
    gateway = await start_gateway()
    gateway.engine.script.update(SCRIPT)
    return gateway


async def conversation_of(gateway):
    """The only conversation there is."""
    async with gateway.db.read() as conn:
        return (await conn.execute(select(outbox.conversation.c.id))).scalar_one()


async def taken_over(gateway, clerk, text="我是王师傅。"):
    async with gateway.db.write() as conn:
        conversation = (await conn.execute(select(outbox.conversation.c.id))).scalar_one()
        case = await queue.open_case(
            conn, gateway.clock, conversation, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, gateway.clock, case.id, clerk, lease_s=600)
        epoch = await queue.speak(conn, gateway.clock, case.id, clerk)
        await outbox.say(
            conn, gateway.clock, conversation, [Draft(text)], epoch=epoch, key="staff",
            speaker="staff", staff_id=clerk,
        )  # fmt: skip
    return case


def jpeg(width, height):
    data = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(data, "JPEG", quality=95)
    return {"name": "漏水.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


# --- first screen and conversation


async def test_first_screen_offers_six_services_and_an_emergency(chat, browse):
    tab = await browse(chat)
    names = await tab.locator("#tiles b").all_text_contents()
    assert names == ["报修", "缴费查询", "访客", "通知", "办事指南", "找人工"]
    assert await tab.locator("#welcome [data-sos]").is_visible()
    await tab.click("#tiles .tile-repair")
    await tab.heard("是哪里坏了？")
    assert chat.engine.asked[0][1] == "我要报修"
    assert tab.complaints == []


async def test_reload_loses_nothing_and_shows_nothing_twice(chat, browse):
    tab = await browse(chat)
    for text in ("一", "二", "三"):
        await tab.say(text)
        await tab.heard(f"听到：{text}")
    before = await tab.texts()
    assert before == ["一", "听到：一", "二", "听到：二", "三", "听到：三"]
    for _ in range(2):
        await tab.reload()
        await tab.heard("听到：三")
        assert await tab.texts() == before
    assert tab.complaints == []


async def test_answer_that_comes_during_a_reload_is_there_once(chat, browse):
    tab = await browse(chat)
    chat.engine.gate.clear()
    await tab.say("你好")
    await tab.wait_for_selector(".state[data-state=sent]")
    reloading = asyncio.create_task(tab.reload())
    chat.engine.gate.set()
    await reloading
    await tab.heard("听到：你好")
    assert await tab.texts() == ["你好", "听到：你好"]


async def test_words_said_offline_are_sent_once_when_the_network_is_back(chat, browse):
    tab = await browse(chat)
    await tab.say("在线")
    await tab.heard("听到：在线")
    await tab.context.set_offline(True)
    await tab.wait_for_selector("#offline:not(:empty)")
    await tab.say("离线一")
    await tab.say("离线二")
    await tab.locator(".state[data-state=waiting]").nth(1).wait_for()
    assert len(chat.engine.asked) == 1
    await tab.context.set_offline(False)
    await tab.heard("听到：离线二")
    await tab.wait_for_selector("#offline:empty", state="attached")
    assert await tab.locator(".state[data-state=waiting]").count() == 0
    assert await tab.texts() == [
        "在线",
        "听到：在线",
        "离线一",
        "离线二",
        "听到：离线一",
        "听到：离线二",
    ]
    await tab.reload()
    await tab.heard("听到：离线二")
    assert len(await tab.texts()) == 6
    assert [text for _, text, _ in chat.engine.asked] == ["在线", "离线一", "离线二"]


async def test_words_unsent_at_a_reload_are_sent_after_it(chat, browse):
    tab = await browse(chat)
    await tab.page.route_web_socket("**/webchat/socket*", lambda socket: socket.close())
    await tab.reload()
    await tab.say("还没发出去")
    await tab.wait_for_selector(".state[data-state=waiting]")
    again = await tab.context.new_page()
    await tab.page.close()
    await again.goto(str(chat.server.make_url("/")))
    await again.wait_for_selector(".line-bot .text")
    assert await again.locator("#log .text").all_text_contents() == [
        "还没发出去",
        "听到：还没发出去",
    ]
    assert len(chat.engine.asked) == 1


async def test_gateway_restart_is_survived_without_a_word_lost(start_gateway, browse):
    first = await start_gateway()
    tab = await browse(first)
    await tab.say("之前")
    await tab.heard("听到：之前")
    port = first.server.port
    await first.server.close()
    await tab.say("中间")
    second = await start_gateway(on_port=port)
    await tab.heard("听到：中间")
    assert await tab.texts() == ["之前", "听到：之前", "中间", "听到：中间"]
    assert len(second.engine.asked) == 1


async def test_two_tabs_of_one_resident_show_the_same(chat, browse):
    tab = await browse(chat)
    other = await tab.context.new_page()
    await other.goto(str(chat.server.make_url("/")))
    await other.wait_for_selector("#welcome:not([hidden])")
    await tab.say("你好")
    await other.wait_for_selector(".line-bot .text")
    assert await other.locator("#log .text").all_text_contents() == ["你好", "听到：你好"]


async def test_two_residents_see_their_own_words_only(chat, browse):
    one, other = await browse(chat), await browse(chat)
    await one.say("我的秘密")
    await one.heard("听到：我的秘密")
    await other.say("你好")
    await other.heard("听到：你好")
    assert "秘密" not in "".join(await other.texts())


async def test_script_text_shows_as_text(chat, browse):
    tab = await browse(chat)
    text = "<script>alert(1)</script><img src=x onerror=alert(2)><b>粗</b> &amp; ${1}"
    chat.engine.script[text] = Reply(
        (Draft(text, ((text[:60], "/x"),), {"title": text}),), None, None
    )
    await tab.say(text)
    await tab.heard(text)
    assert await tab.texts() == [text, text]
    assert await tab.locator("#log script, #log .text b, #log b b").count() == 0
    assert await tab.locator("#log img").count() == 0
    assert tab.complaints == []


async def test_shift_enter_makes_a_line_and_impatient_sending_is_harmless(chat, browse):
    tab = await browse(chat)
    await tab.fill("#words", "第一行")
    await tab.press("#words", "Shift+Enter")
    await tab.type("#words", "第二行")
    await tab.press("#words", "Enter")
    for _ in range(3):
        await tab.click("#send", force=True)
    await tab.heard("听到：第一行 第二行")
    assert len(await tab.texts()) == 2
    assert len(chat.engine.asked) == 1


async def test_typing_and_delivery_are_shown(chat, browse):
    tab = await browse(chat)
    chat.engine.gate.clear()
    await tab.say("你好")
    await tab.wait_for_selector("#typing:not([hidden])")
    assert await tab.locator(".state").inner_text() == "已送达"
    chat.engine.gate.set()
    await tab.heard("听到：你好")
    await tab.wait_for_selector("#typing", state="hidden")


async def test_refused_words_say_so_and_can_be_sent_again(chat, browse):
    from community.errors import StoreError

    tab = await browse(chat)
    submit = chat.parts.runner.submit

    async def locked(_received):
        raise StoreError("locked")

    chat.parts.runner.submit = locked
    await tab.say("你好")
    await tab.wait_for_selector(".state[data-state=failed]")
    chat.parts.runner.submit = submit
    await tab.click(".retry")
    await tab.heard("听到：你好")
    assert await tab.texts() == ["你好", "听到：你好"]


async def test_earlier_messages_come_by_pages_and_hold_their_place(chat, browse):
    tab = await browse(chat)
    conversation = await conversation_of(chat)
    async with chat.db.write() as conn:
        for i in range(230):
            await outbox.say(
                conn, chat.clock, conversation, [Draft(f"第{i}条")], epoch=0, key=f"k{i}"
            )
    await tab.reload()
    await tab.heard("第229条")
    assert len(await tab.texts()) == 200
    await tab.locator("#earlier").scroll_into_view_if_needed()
    before = await tab.locator("text='第30条'").bounding_box()
    await tab.click("#earlier")
    await tab.heard("第0条")
    after = await tab.locator("text='第30条'").bounding_box()
    assert abs(after["y"] - before["y"]) < 60
    assert len(await tab.texts()) == 230
    assert not await tab.locator("#earlier").is_visible()


# --- choices, staff, emergency


async def test_tapped_choice_is_marked_and_stays_marked(chat, browse):
    tab = await browse(chat)
    await tab.say("我要报修")
    await tab.click(".choice >> nth=0")
    await tab.heard("报好了。")
    for _ in range(2):
        taken = tab.locator(".choice-taken")
        assert await taken.count() == 1
        assert "厨房水管漏水" in await taken.inner_text()
        assert "已选" in await taken.inner_text()
        assert await tab.locator(".choice[aria-disabled=true]").count() == 2
        assert await tab.locator(".card .tone").inner_text() == "待派单"
        await tab.reload()
        await tab.heard("报好了。")


@pytest.mark.parametrize("words", ["2", "马桶堵了"])
async def test_choice_by_number_or_words_is_marked_too(chat, browse, words):
    tab = await browse(chat)
    await tab.say("我要报修")
    await tab.heard("是哪里坏了？")
    await tab.say(words)
    await tab.heard("好的，马桶。")
    assert "马桶堵了" in await tab.locator(".choice-taken").inner_text()


async def test_waiting_person_and_hand_back_are_shown(chat, browse, clerk):
    tab = await browse(chat)
    await tab.say("找人工")
    await tab.wait_for_selector("#owner:not([hidden])")
    assert "下一位" in await tab.locator("#owner").inner_text()
    case = await taken_over(chat, clerk)
    await tab.heard("我是王师傅。")
    assert await tab.locator("#owner").inner_text() == "王师傅正在为您服务"
    assert "王师傅为您服务" in await tab.locator(".between span").all_text_contents()
    assert "工作人员" in await tab.locator(".line-staff .name").inner_text()
    async with chat.db.write() as conn:
        await queue.resolve(conn, chat.clock, case.id, clerk, resolution="solved", note="修好了")
    await tab.wait_for_function(
        "() => document.querySelector('#owner').textContent.includes('已经办完')"
    )
    await tab.say("谢谢")
    await tab.heard("听到：谢谢")
    await tab.wait_for_selector("#owner", state="hidden")
    assert tab.complaints == []


async def test_waiting_can_be_given_up(chat, browse):
    tab = await browse(chat)
    await tab.say("找人工")
    await tab.click(".stop-waiting")
    await tab.wait_for_selector("#owner", state="hidden")
    assert (await tab.texts())[-2] == "不等了"


async def test_emergency_asks_once_and_then_acts(chat, browse):
    tab = await browse(chat)
    await tab.click("#welcome [data-sos]")
    await tab.click("#sos-no")
    assert await tab.texts() == []
    await tab.click("#welcome [data-sos]")
    await tab.click("#sos-go")
    await tab.wait_for_selector(".banner-rescue")
    assert (await tab.texts())[0] == "紧急求助，救命"
    async with chat.db.read() as conn:
        cases = await queue.open_cases(conn)
    assert [case.lane for case in cases] == [queue.Lane.EMERGENCY]


# --- photos


async def test_photo_is_previewed_scaled_sent_and_seen_after_a_reload(chat, browse):
    tab = await browse(chat)
    await tab.set_input_files("#file", jpeg(3000, 2000))
    await tab.wait_for_selector("#tray:not([hidden])")
    await tab.say("厨房漏水")
    await tab.heard("听到：厨房漏水")
    for _ in range(2):
        await tab.wait_for_function("() => document.querySelector('#log .photo')?.naturalWidth > 0")
        assert await tab.locator("#log .photo").count() == 1
        await tab.reload()
        await tab.heard("听到：厨房漏水")
    async with chat.db.read() as conn:
        row = (await conn.execute(select(attachment))).one()
    assert (row.width, row.height) == (1920, 1280)
    await tab.click(".photo-frame")
    assert await tab.locator("#viewer").is_visible()
    await tab.keyboard.press("Escape")
    assert not await tab.locator("#viewer").is_visible()
    assert tab.complaints == []


async def test_photo_can_be_dropped_before_it_is_sent(chat, browse):
    tab = await browse(chat)
    await tab.set_input_files("#file", jpeg(300, 200))
    await tab.click("#drop")
    assert not await tab.locator("#tray").is_visible()
    assert await tab.locator("#send").get_attribute("aria-disabled") == "true"


async def test_text_file_named_jpg_is_refused_with_kind_words(chat, browse):
    tab = await browse(chat)
    await tab.set_input_files(
        "#file", {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    )
    await tab.wait_for_selector("#notice:not([hidden])")
    assert "JPG" in await tab.locator("#notice").inner_text()
    assert not await tab.locator("#tray").is_visible()


async def test_upload_that_fails_can_be_retried(chat, browse):
    tab = await browse(chat)
    failed = []

    async def fail_once(route):
        if failed:
            await route.continue_()
        else:
            failed.append(1)
            await route.abort()

    await tab.route("**/webchat/photos", fail_once)
    await tab.set_input_files("#file", jpeg(600, 400))
    await tab.click("#send")
    await tab.click(".retry")
    await tab.wait_for_selector(".line-bot")
    assert await tab.locator("#log .photo").count() == 1
    assert await tab.locator(".state[data-state=failed]").count() == 0


async def test_photo_unsent_at_a_reload_is_sent_after_it(chat, browse):
    tab = await browse(chat)
    await tab.route("**/webchat/photos", lambda route: route.abort())
    await tab.set_input_files("#file", jpeg(600, 400))
    await tab.click("#send")
    await tab.wait_for_selector(".state[data-state=failed]")
    await tab.unroute("**/webchat/photos")
    await tab.reload()
    await tab.wait_for_selector(".line-bot")
    assert await tab.locator("#log .photo").count() == 1


# --- 长辈版, keyboard, screen reader, sizes


async def test_large_type_is_large_and_remembered(chat, browse):
    tab = await browse(chat, width=390)
    await tab.click("#senior")
    await tab.say("我要报修")
    await tab.heard("是哪里坏了？")
    await tab.reload()
    await tab.heard("是哪里坏了？")
    assert await tab.locator("#senior").get_attribute("aria-checked") == "true"
    assert await tab.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 24
    leading = await tab.evaluate(
        "(s => parseFloat(s.lineHeight) / parseFloat(s.fontSize))(getComputedStyle(document.body))"
    )
    assert leading == pytest.approx(1.7)
    small = await tab.evaluate(
        "[...document.querySelectorAll('button, textarea, a[href]')]"
        ".map(b => [b.id || b.className, b.getBoundingClientRect()])"
        ".filter(([, r]) => r.height > 0 && (r.height < 55.9 || r.width < 44))"
        ".map(([name, r]) => `${name} ${r.width}×${r.height}`).filter(n => !n.startsWith('skip'))"
    )
    assert small == []
    assert await tab.flaws("color-contrast-enhanced") == []
    await tab.click("#senior")
    await tab.reload()
    assert await tab.locator("#senior").get_attribute("aria-checked") == "false"


async def test_large_type_contrast_is_seven_to_one_in_the_dark_too(chat, browse, clerk):
    tab = await browse(chat, color_scheme="dark")
    await tab.click("#senior")
    assert await tab.flaws("color-contrast-enhanced") == []
    await tab.say("我要报修")
    await tab.click(".choice >> nth=0")
    await tab.heard("报好了。")
    await taken_over(chat, clerk)
    await tab.heard("我是王师傅。")
    assert await tab.flaws("color-contrast-enhanced") == []


async def test_bubbles_are_read_aloud_in_large_type(chat, browse):
    tab = await browse(chat)
    await tab.evaluate(
        "() => { window.spoken = []; speechSynthesis.speak = said =>"
        " window.spoken.push([said.text, said.lang]); }"
    )
    await tab.say("我要报修")
    await tab.click(".choice >> nth=0")
    await tab.heard("报好了。")
    assert await tab.locator(".reader >> visible=true").count() == 0
    await tab.click("#senior")
    await tab.locator(".reader").last.click()
    assert await tab.evaluate("window.spoken") == [
        ["报好了。，报修单 1024，待派单，地点，厨房，上门时间，11月4日 9:00–11:00", "zh-CN"]
    ]
    assert "停止" in await tab.locator(".reader").last.inner_text()
    await tab.locator(".reader").last.click()
    assert "朗读" in await tab.locator(".reader").last.inner_text()


async def focused(tab):
    return await tab.evaluate(
        "(e => e.id || e.dataset.choice || e.dataset.service || e.className)(document.activeElement)"
    )


async def test_everything_is_done_by_keyboard_alone(chat, browse):
    tab = await browse(chat)
    walk = []
    for _ in range(13):
        await tab.keyboard.press("Tab")
        walk.append(await focused(tab))
    tiles = [f"tile tile-{n}" for n in ("repair", "fee", "visitor", "notice", "guide", "person")]
    assert walk == ["skip", "senior", *tiles, "sos sos-wide", "voice", "photo", "words", "send"]
    outline = await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    for _ in range(10):
        await tab.keyboard.press("Shift+Tab")
    await tab.keyboard.press("Enter")  # 报修
    await tab.heard("是哪里坏了？")
    await tab.locator(".choice").first.focus()
    await tab.keyboard.press("Enter")
    await tab.heard("报好了。")
    await tab.locator("#quick [data-sos]").focus()
    await tab.keyboard.press("Enter")
    assert await focused(tab) == "sos-go"
    await tab.keyboard.press("Escape")
    assert not await tab.locator("#sos").is_visible()
    assert await focused(tab) == "chip chip-sos"
    await tab.keyboard.press("Enter")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".banner-rescue")
    assert tab.complaints == []


async def test_new_messages_are_announced_politely_and_old_ones_are_not(chat, browse):
    tab = await browse(chat)
    await tab.say("我要报修")
    await tab.heard("是哪里坏了？")
    announcer = tab.locator("#announcer")
    assert await announcer.get_attribute("aria-live") == "polite"
    assert await announcer.inner_text() == "邻声说：是哪里坏了？ 可以选：厨房水管漏水、马桶堵了"
    await tab.reload()
    await tab.heard("是哪里坏了？")
    assert await announcer.inner_text() == ""


@pytest.mark.parametrize("senior", [False, True], ids=["normal", "large"])
async def test_text_at_200_percent_on_320_pixels_never_scrolls_sideways(
    chat, browse, senior, clerk
):
    tab = await browse(chat, width=320, height=640)
    await tab.evaluate("document.documentElement.style.fontSize = '200%'")
    if senior:
        await tab.click("#senior")
    assert await tab.overflow() <= 0
    await tab.click("#tiles .tile-repair")
    await tab.click(".choice >> nth=0")
    await tab.heard("报好了。")
    await tab.say("A" * 200)
    await tab.say("找人工")
    await tab.wait_for_selector("#owner:not([hidden])")
    assert await tab.overflow() <= 0
    await tab.evaluate("document.querySelector('[data-sos]').click()")
    assert await tab.overflow() <= 0


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
async def test_no_width_scrolls_sideways(chat, browse, width):
    tab = await browse(chat, width=width)
    assert await tab.overflow() <= 0
    await tab.say("我要报修")
    await tab.click(".choice >> nth=0")
    await tab.heard("报好了。")
    assert await tab.overflow() <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("senior", [False, True], ids=["normal", "large"])
async def test_axe_finds_nothing_serious_in_any_state(chat, browse, clerk, scheme, senior):
    tab = await browse(chat, color_scheme=scheme)
    if senior:
        await tab.click("#senior")
    assert await tab.flaws() == [], "first screen"
    await tab.say("我要报修")
    await tab.click(".choice >> nth=0")
    await tab.heard("报好了。")
    await tab.set_input_files("#file", jpeg(300, 200))
    await tab.wait_for_selector("#tray:not([hidden])")
    assert await tab.flaws() == [], "conversation with card, choices and a photo to send"
    await tab.click("#send")
    await tab.wait_for_selector("#log .photo")
    await tab.say("找人工")
    await tab.wait_for_selector("#owner:not([hidden])")
    assert await tab.flaws() == [], "waiting"
    await taken_over(chat, clerk)
    await tab.heard("我是王师傅。")
    assert await tab.flaws() == [], "with a person"
    await tab.evaluate("document.querySelector('#quick [data-sos]').click()")
    assert await tab.flaws() == [], "emergency question"
    await tab.click("#sos-no")
    if senior:
        await tab.click(".chip-all")
        assert await tab.flaws() == [], "services"
        await tab.click("#services-no")
    await tab.context.set_offline(True)
    await tab.wait_for_selector("#offline:not(:empty)")
    await tab.say("离线")
    await tab.wait_for_selector(".state[data-state=waiting]")
    assert await tab.flaws() == [], "offline"


async def test_motion_is_left_out_when_it_is_not_wanted(chat, browse):
    tab = await browse(chat, reduced_motion="reduce")
    chat.engine.gate.clear()
    await tab.say("你好")
    await tab.wait_for_selector("#typing:not([hidden])")
    assert await tab.evaluate(
        "[...document.querySelectorAll('*')].every(e => getComputedStyle(e).animationName === 'none')"
    )
    chat.engine.gate.set()


async def test_slow_network_still_works_once_each(chat, browse):
    tab = await browse(chat)
    cdp = await tab.context.new_cdp_session(tab.page)
    await cdp.send("Network.enable")
    await cdp.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 600,
            "downloadThroughput": 20_000,
            "uploadThroughput": 10_000,
        },
    )
    await tab.say("你好")
    await tab.heard("听到：你好")
    assert await tab.texts() == ["你好", "听到：你好"]


async def test_what_was_seen_is_known_to_the_desk(chat, browse):
    tab = await browse(chat)
    await tab.say("你好")
    await tab.heard("听到：你好")
    async with asyncio.timeout(5):
        while True:
            async with chat.db.read() as conn:
                seen = await conn.scalar(select(inbox.conversation.c.seen_seq))
            if seen == 2:
                break
            await asyncio.sleep(0.05)
