"""The desk in a real browser: by keyboard, on a phone, with the bell, and with nothing amiss."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import insert

from community.config import Settings
from community.services import facility, speakers
from community.store import incidents
from community.store.database import Database
from community.store.schema import facility as facility_table
from community.store.speakers import CLIENT
from community.times import SystemClock
from conversation import queue
from conversation.ownership import current
from conversation.queue import Lane
from desk.app import build_app
from desk.staff import Role
from tests.browser.conftest import AXE, Tab
from tests.desk.seed import CHEAP, PASSWORD, World

PHONE, TABLET, WIDE = (390, 844), (768, 1024), (1440, 900)
Open = Callable[..., Awaitable[Tab]]


@pytest.fixture
def world(db: Database, data_dir: Path) -> World:
    return World(db, SystemClock(), data_dir)


@pytest.fixture
async def open_desk(
    chromium: Any, db: Database, data_dir: Path, world: World
) -> AsyncIterator[Open]:
    """A signed-in tab of 王芳, or of `user`, in a browser profile of its own."""
    await world.staff("fang", "王芳")
    await world.staff("wei", "张伟", Role.DUTY)
    server = TestServer(build_app(Settings(data_dir=data_dir), db, world.clock, passwords=CHEAP))
    await server.start_server()
    contexts: list[Any] = []

    async def open_tab(path: str = "/", *, user: str = "fang", size: tuple[int, int] = WIDE,
                       **options: Any) -> Tab:  # fmt: skip
        context = await chromium.new_context(
            base_url=str(server.make_url("")), locale="zh-CN", timezone_id="Asia/Shanghai",
            viewport={"width": size[0], "height": size[1]}, **options,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        tab = Tab(await context.new_page())
        await tab.goto(f"/login?next={path}")
        await tab.fill("[name=user]", user)
        await tab.fill("[name=password]", PASSWORD)
        await tab.press("[name=password]", "Enter")
        ready = "body" if options.get("java_script_enabled") is False else "body[data-ready]"
        await tab.wait_for_selector(ready)
        return tab

    yield open_tab
    for context in contexts:
        await context.close()
    await server.close()


async def lively(world: World) -> dict[str, str]:
    """A community with something in every corner; paths of its pages."""
    case = await world.waiting("厨房水管漏水了，地上全是水")
    conversation_id = case.conversation_id
    seq = await world.bot_says(
        conversation_id, "什么时候方便？", ("上午", "/a"), ("下午", "/b"),
        card={"title": "报修 1003", "state": "待派单", "facts": [["位置", "厨房"]]},
    )  # fmt: skip
    await world.says(conversation_id, "", choice=f"{seq}-2")
    photo = await world.photo(conversation_id)
    await world.says(conversation_id, "就是这里", photo=photo)
    order = await world.order(conversation_id, phone="13812348000", photos=[photo])
    filed = await world.complaint(conversation_id, "楼上太吵", anonymous=True)
    sos = await world.waiting("救命，我摔倒了", Lane.EMERGENCY)
    await world.waiting("门口太吵", Lane.URGENT)
    await world.staff("liu", "刘师傅", Role.REPAIRER, skills=["水暖"])
    return {
        "queue": "/", "closed": "/?show=closed", "case": f"/cases/{case.id}",
        "sos": f"/cases/{sos.id}", "orders": "/orders", "order": f"/orders/{order.id}",
        "complaints": "/complaints", "complaint": f"/complaints/{filed.id}",
        "missing": "/cases/none",
    }  # fmt: skip


async def shared(world: World) -> dict[str, str]:
    """What all share and who cares for whom, with something on each page; paths of the pages."""
    elder, guardian = "3号楼2单元501", "5号楼1单元301"
    homes = [
        await world.home(elder, ("王秀英", "owner", "13812348000", {})),
        await world.home(guardian, ("李静", "owner", "13912348000", {})),
    ]
    async with world.db.write() as conn:
        await conn.execute(
            insert(facility_table).values(
                id="lift", name="3号楼电梯", kind="lift", words=[], building=3, place="3号楼大堂",
                hours="", price="", state="ok", version=1, updated_at=world.clock.now(),
            )
        )  # fmt: skip
    for number, room_id in enumerate(homes):
        party = await world.party(await world.conversation(room_id))
        await facility.report(
            world.ctx, party, turn_id=f"t{number}", words="电梯停了", place=None,
            facility_id="lift",
        )  # fmt: skip
    one = await speakers.meet(world.ctx, "client:one", CLIENT, "客厅音箱", "s" * 40)
    code = (await speakers.show_code(world.ctx, one)).code
    async with world.db.write() as conn:
        (incident,) = await incidents.every(conn)
        await speakers.bind(
            conn,
            world.clock,
            code=code,
            room_id=homes[0],
            resident_id=None,
            name=None,
            guesser="s",
            may_move=True,
        )
    return {
        "matters": "/matters", "incidents": "/incidents", "incident": f"/incidents/{incident.id}",
        "facilities": "/facilities", "guardians": f"/guardians?elder={elder}&guardian={guardian}",
        "speakers": f"/speakers?home={elder}", "decisions": "/decisions", "registers": "/registers",
    }  # fmt: skip


async def test_claim_reply_note_and_resolve_by_keyboard_alone(
    open_desk: Open, world: World, db: Database
) -> None:
    case = await world.waiting()
    tab = await open_desk()
    keys = tab.keyboard
    await tab.wait_for_selector("[data-row]")
    await keys.press("j")
    await keys.press("c")
    await tab.wait_for_selector("body.case-page[data-ready] #reply")
    assert case.id in tab.url
    await keys.press("r")
    await keys.type("师傅十分钟到")
    await keys.press("Enter")
    await tab.wait_for_selector(".by-staff >> text=师傅十分钟到")
    assert await tab.input_value("#reply") == ""
    await keys.press("Escape")
    await keys.press("n")
    await keys.type("上次也是这里漏")
    await keys.press("Enter")
    await tab.wait_for_selector(".note-card >> text=上次也是这里漏")
    await keys.press("Escape")
    await keys.press("e")
    await keys.press("Space")
    for _ in range(2):
        await keys.press("Tab")
    await tab.focus(".resolve textarea")
    await keys.type("换了垫圈")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")
    await tab.wait_for_selector("text=这个个案已经办结")
    said = await world.transcript(case.conversation_id)
    assert said[1:] == [
        "staff: 王芳为您服务。", "staff: 师傅十分钟到",
        "staff: 这件事先办到这里。您觉得这次服务怎么样？",
    ]  # fmt: skip
    assert tab.complaints == []


async def test_photo_is_looked_at_before_it_is_sent(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    tab = await open_desk(f"/cases/{case.id}")
    await tab.keyboard.press("c")
    await tab.wait_for_selector("#reply")
    await tab.click("label[for=mode-photo]")
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(picture, "JPEG")
    await tab.set_input_files(
        "input[name=photo]",
        files=[{"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}],
    )
    await tab.wait_for_function(
        "() => document.querySelector('[data-preview]').naturalWidth === 640"
    )
    await tab.click(".write-photo button")
    await tab.wait_for_selector(".by-staff .photo img")
    await tab.wait_for_function(
        "() => document.querySelector('.by-staff .photo img').naturalWidth === 640"
    )
    assert await tab.is_hidden("[data-preview]")
    assert await tab.input_value("input[name=photo]") == ""
    said = await world.transcript(case.conversation_id)
    assert said[1:] == ["staff: 王芳为您服务。", "staff: 我给您发了一张照片。"]
    assert tab.complaints == []


async def test_canned_reply_by_slash(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    tab = await open_desk(f"/cases/{case.id}")
    await tab.keyboard.press("c")
    await tab.wait_for_selector("#reply")
    await tab.fill("#reply", "")
    await tab.type("#reply", "/dz")
    await tab.keyboard.press("Enter")
    assert await tab.input_value("#reply") == "跟您核对一下：是几号楼几单元几室？"
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".by-staff >> text=跟您核对一下")


async def test_new_words_appear_by_themselves_and_what_is_being_typed_stays(
    open_desk: Open, world: World
) -> None:
    case = await world.waiting()
    tab = await open_desk(f"/cases/{case.id}")
    await tab.keyboard.press("c")
    await tab.wait_for_selector("#reply")
    await tab.fill("#reply", "我正在写")
    await world.says(case.conversation_id, "还有厕所也漏")
    async with world.db.write() as conn:
        await queue.add_words(conn, world.clock, await current(conn, case.conversation_id))
    await tab.wait_for_selector(".by-resident >> text=还有厕所也漏")
    assert await tab.input_value("#reply") == "我正在写"
    assert await tab.evaluate("document.activeElement.id") == "reply"


async def test_words_are_kept_over_a_reload_and_a_lost_line(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    tab = await open_desk(f"/cases/{case.id}")
    await tab.keyboard.press("c")
    await tab.wait_for_selector("#reply")
    await tab.context.set_offline(True)
    await tab.fill("#reply", "断线时写的")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".toast.bad")
    assert await tab.input_value("#reply") == "断线时写的"
    await tab.context.set_offline(False)
    await tab.reload()
    assert await tab.input_value("#reply") == "断线时写的"
    await tab.press("#reply", "Enter")
    await tab.wait_for_selector(".by-staff >> text=断线时写的")
    assert (await world.transcript(case.conversation_id)).count("staff: 断线时写的") == 1


async def test_loser_of_a_claim_is_told_who_won(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    fang = await open_desk(f"/cases/{case.id}")
    await fang.wait_for_function("() => document.body.dataset.ringing === '0'")
    await fang.route("**/events", lambda route: route.abort())
    wei = await open_desk(f"/cases/{case.id}", user="wei")
    await wei.keyboard.press("c")
    await wei.wait_for_selector("#reply")
    await fang.evaluate("document.querySelector('.case-head [data-claim]')?.click()")
    await fang.wait_for_selector("text=张伟")
    assert await fang.locator("#reply").count() == 0


async def test_emergency_rings_every_tab_and_device_until_somebody_answers(
    open_desk: Open, world: World
) -> None:
    fang, wei = await open_desk(), await open_desk("/orders", user="wei")
    second = Tab(await fang.context.new_page())
    await second.goto("/complaints")
    tabs = (fang, second, wei)
    for tab in tabs:
        await tab.wait_for_function("() => document.body.dataset.ringing === '0'")
    case = await world.waiting("救命，我摔倒了", Lane.EMERGENCY)
    for tab in tabs:
        await tab.wait_for_selector(".alarm-row >> text=救命，我摔倒了")
        await tab.wait_for_function("() => Number(document.body.dataset.rings) >= 2")
        assert "号楼1单元501" in await tab.locator(".alarm-row").inner_text()
    await wei.wait_for_function("() => document.title.includes('紧急求助')")
    await wei.keyboard.press("a")
    for tab in tabs:
        await tab.wait_for_function("() => document.body.dataset.ringing === '0'")
        await tab.wait_for_selector(".alarm", state="hidden")
        assert "🔔" not in await tab.title()
    async with world.db.read() as conn:
        assert (await queue.get(conn, case.id)).acknowledged_at is not None


async def test_sound_is_tested_at_the_start_of_a_shift(open_desk: Open) -> None:
    tab = await open_desk()
    await tab.click(".shift [data-sound-test]")
    await tab.click("dialog[open] >> text=听到了 >> visible=true")
    await tab.wait_for_selector(".shift", state="hidden")
    await tab.reload()
    await tab.wait_for_function("() => document.body.dataset.ringing === '0'")
    assert await tab.locator(".shift").is_hidden()


async def test_rows_do_not_jump_under_the_pointer(open_desk: Open, world: World) -> None:
    case = await world.waiting("第一件")
    tab = await open_desk()
    await tab.hover(f"[data-key={case.id}]")
    before = await tab.locator(f"[data-key={case.id}]").bounding_box()
    await world.waiting("加急的", Lane.URGENT)
    await tab.wait_for_selector("[data-pending]:visible")
    assert await tab.locator(f"[data-row][data-key={case.id}]").bounding_box() == before
    await tab.click("[data-pending]")
    await tab.wait_for_selector("[data-row] >> text=加急的")


async def test_reveal_shows_in_place(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    tab = await open_desk(f"/cases/{case.id}")
    await tab.keyboard.press("c")
    await tab.wait_for_selector("#reply")
    assert "13812348000" not in await tab.content()
    await tab.click("#person button[value=phone]")
    await tab.wait_for_selector("a[href='tel:13812348000']")


async def test_dispatch_on_a_phone(open_desk: Open, world: World) -> None:
    paths = await lively(world)
    tab = await open_desk(paths["order"], size=PHONE, has_touch=True)
    await tab.click(".worker >> text=刘师傅")
    await tab.click("text=派单，并告诉居民")
    await tab.wait_for_selector(".history >> text=派单")
    assert tab.complaints == []


async def test_phone_claims_and_replies_in_three_taps(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    tab = await open_desk("/", size=PHONE, has_touch=True, is_mobile=True)
    await tab.tap("[data-claim]")
    await tab.wait_for_selector("#reply")
    await tab.fill("#reply", "马上到")
    await tab.tap(".write-reply button.primary")
    await tab.wait_for_selector(".by-staff >> text=马上到")
    await tab.tap(".bottom [data-goto=person]")
    assert await tab.locator("#person").is_visible()
    assert not await tab.locator("#thread").is_visible()
    await tab.tap(".bottom [data-goto=thread]")
    assert await tab.locator("#thread").is_visible()
    assert (await world.transcript(case.conversation_id))[-1] == "staff: 马上到"


async def test_pages_work_without_scripts(open_desk: Open, world: World) -> None:
    case = await world.waiting()
    tab = await open_desk(f"/cases/{case.id}", java_script_enabled=False)
    await tab.click(".case-head >> text=认领")
    await tab.fill("#reply", "没有脚本也行")
    await tab.click(".write-reply button.primary")
    await tab.wait_for_selector(".by-staff >> text=没有脚本也行")
    await tab.click("label[for=mode-note]")
    await tab.fill("#note", "备注也行")
    await tab.click("text=存备注")
    await tab.wait_for_selector(".note-card >> text=备注也行")
    await tab.click("[data-resolve] > summary")
    await tab.check("text=已解决")
    await tab.fill(".resolve textarea", "好了")
    await tab.click("text=办结，请居民评价")
    await tab.wait_for_selector("text=这个个案已经办结")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not vendored in tests/browser/vendor")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, TABLET, WIDE], ids=["phone", "tablet", "wide"])
async def test_no_page_has_a_serious_flaw_or_scrolls_sideways(
    open_desk: Open, world: World, size: tuple[int, int], scheme: str
) -> None:
    paths = await lively(world)
    tab = await open_desk(size=size, color_scheme=scheme)
    found = {}
    for name, path in paths.items():
        await tab.goto(path)
        await tab.wait_for_function("() => document.body.dataset.ringing === '1'")
        found[name] = await tab.flaws("target-size")
        assert await tab.overflow() <= 0, name
        if name == "case":
            await tab.click(".case-head [data-claim]")
            await tab.wait_for_selector("#reply")
            await tab.fill("#reply", "/")
            found["canned"] = await tab.flaws()
            await tab.fill("#reply", "好的")
            await tab.keyboard.press("Enter")
            await tab.wait_for_selector(".by-staff >> text=好的")
            await tab.click("[data-resolve] > summary")
            found["resolve"] = await tab.flaws()
    assert [f"{name}: {flaw}" for name, flaws in found.items() for flaw in flaws] == []
    assert [words for words in tab.complaints if "404" not in words] == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not vendored in tests/browser/vendor")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_no_page_of_what_all_share_has_a_serious_flaw_or_scrolls_sideways(
    open_desk: Open, world: World, size: tuple[int, int], scheme: str
) -> None:
    paths = await shared(world)
    tab = await open_desk(user="wei", size=size, color_scheme=scheme)
    found = {}
    for name, path in paths.items():
        await tab.goto(path)
        await tab.wait_for_selector("main h1")
        found[name] = await tab.flaws("target-size")
        assert await tab.overflow() <= 0, name
    assert [f"{name}: {flaw}" for name, flaws in found.items() for flaw in flaws] == []
    assert tab.complaints == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not vendored in tests/browser/vendor")
async def test_log_in_page_has_no_serious_flaw(open_desk: Open, chromium: Any) -> None:
    tab = await open_desk()
    await tab.click(".menu > summary")
    await tab.click("text=退出登录")
    await tab.wait_for_selector("h1 >> text=登录")
    assert await tab.flaws() == []
    await tab.fill("[name=user]", "fang")
    await tab.fill("[name=password]", "wrong")
    await tab.press("[name=password]", "Enter")
    await tab.wait_for_selector("text=用户名或密码不对")
    assert await tab.flaws() == []


async def test_text_at_twice_the_size_loses_nothing(open_desk: Open, world: World) -> None:
    paths = await lively(world)
    tab = await open_desk(size=(720, 900))
    for path in (paths["queue"], paths["case"], paths["order"]):
        await tab.goto(path)
        await tab.evaluate("document.documentElement.style.fontSize = '30px'")
        assert await tab.overflow() <= 0, path
