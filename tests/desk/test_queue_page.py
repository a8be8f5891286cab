"""The queue as a page: lanes, rows, filters, and what is said when there is nothing."""

from __future__ import annotations

import pytest

from community.times import FixedClock
from conversation.queue import Lane
from desk import thread
from tests.desk.conftest import Browser
from tests.desk.seed import World


def order_of(text: str, *words: str) -> list[int]:
    return [text.index(word) for word in words]


async def test_empty_queue_says_what_would_appear_here(fang: Browser) -> None:
    page = (await fang.get("/")).text
    for words in ("没有紧急求助。有人呼救时会出现在这里", "没有加急个案", "没有等待的个案"):
        assert words in page
    assert "您认领的个案会列在这里" in page


async def test_lanes_stand_in_order_of_danger_then_age(
    fang: Browser, world: World, clock: FixedClock
) -> None:
    await world.waiting("先来的普通")
    clock.advance(60)
    await world.waiting("后来的普通")
    await world.waiting("要加急", Lane.URGENT)
    clock.advance(60)
    await world.waiting("救命", Lane.EMERGENCY)
    page = (await fang.get("/")).text
    places = order_of(page, "救命", "要加急", "先来的普通", "后来的普通")
    assert places == sorted(places)


async def test_row_says_who_where_what_how_long_how_and_who_has_it(
    fang: Browser, wei: Browser, world: World, clock: FixedClock
) -> None:
    case = await world.waiting("厨房漏水")
    await wei.post(f"/cases/{case.id}/claim")
    clock.advance(12 * 60)
    page = (await fang.get("/")).text
    for words in ("号楼1单元501", "王**", "厨房漏水", "12 分钟", "微信", "张伟", "居民要找人工"):
        assert words in page
    assert "王建国" not in page
    assert "13812348000" not in page


async def test_filters_show_a_part_but_never_hide_an_emergency(fang: Browser, world: World) -> None:
    mine = await world.waiting("我的这件")
    await fang.post(f"/cases/{mine.id}/claim")
    await world.waiting("别人的那件")
    await world.waiting("救命", Lane.EMERGENCY)
    for query, shown, hidden in (
        ("show=mine", "我的这件", "别人的那件"),
        ("show=free", "别人的那件", None),
        ("show=parked", "救命", "别人的那件"),
        ("q=别人", "别人的那件", None),
        ("channel=speaker", "救命", "别人的那件"),
        ("show=closed", "救命", "别人的那件"),
    ):
        page = (await fang.get(f"/?{query}")).text
        lanes = page.partition('data-region="lanes"')[2].partition("<aside")[0]
        assert shown in lanes, query
        assert hidden is None or hidden not in lanes, query
        assert "救命" in lanes, query


async def test_closed_cases_are_listed_with_their_end(fang: Browser, world: World) -> None:
    case = await world.waiting("水龙头坏了")
    await fang.post(f"/cases/{case.id}/claim")
    await fang.post(f"/cases/{case.id}/resolve", resolution="solved", note="好了")
    page = (await fang.get("/?show=closed")).text
    assert "水龙头坏了" in page
    assert "已解决" in page


async def test_unbound_resident_and_failed_bot_are_named_in_words(
    fang: Browser, world: World
) -> None:
    conversation_id = await world.conversation(None, channel="api", person=None)
    await world.says(conversation_id, "有人吗")
    await world.case(conversation_id, reason="failed:engine_timeout", words="有人吗")
    page = (await fang.get("/")).text
    assert "未绑定房子" in page
    assert "机器人出错" in page
    assert "社区应用" in page
    assert "engine_timeout" not in page


async def test_unanswered_words_are_counted_until_staff_write(fang: Browser, world: World) -> None:
    case = await world.waiting()
    await world.says(case.conversation_id, "还有一句")
    assert "2 条待回" in (await fang.get("/")).text
    await fang.post(f"/cases/{case.id}/claim")
    assert "条待回" not in (await fang.get("/")).text
    await world.says(case.conversation_id, "又一句")
    assert "1 条待回" in (await fang.get("/")).text


async def test_conversation_page_opens_with_the_summary_and_links_slots_to_messages(
    fang: Browser, world: World
) -> None:
    case = await world.waiting("厨房水管漏水了")
    page = (await fang.get(f"/cases/{case.id}")).text
    summary = page.partition('class="summary-body"')[2].partition("</details>")[0]
    assert "居民要找人工" in summary
    assert "厨房水管漏水了" in summary
    assert 'href="#m1">#1</a>' in summary
    assert "位置" in summary
    assert "厨房" in summary
    assert page.index("交接摘要") < page.index('class="thread"')


async def test_emergency_page_has_the_address_to_read_out(fang: Browser, world: World) -> None:
    conversation_id = await world.conversation(None, channel="speaker", person=None)
    await world.says(conversation_id, "救命")
    case = await world.case(
        conversation_id, Lane.EMERGENCY, reason="emergency", words="救命", kind="fall", place=None
    )
    page = (await fang.get(f"/cases/{case.id}")).text
    assert "摔倒" in page
    assert "还不知道，先问清楚" in page
    assert "已联系上" in page


async def test_long_conversation_opens_at_its_end(
    fang: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "NEWEST", 2)
    case = await world.waiting("最早的一句")
    for text in ("第二句", "第三句"):
        await world.says(case.conversation_id, text)
    page = (await fang.get(f"/cases/{case.id}")).text.partition('class="thread"')[2]
    assert "看更早的 1 条" in page
    assert "第二句" in page
    assert 'id="m1"' not in page
    whole = (await fang.get(f"/cases/{case.id}?all=1")).text
    assert 'id="m1"' in whole
    assert "看更早的" not in whole


async def test_second_cause_is_shown(fang: Browser, world: World) -> None:
    case = await world.waiting()
    await world.case(case.conversation_id, reason="misunderstood", words="没听懂")
    assert "叫了 2 次人工" in (await fang.get(f"/cases/{case.id}")).text


async def test_choices_that_were_offered_and_taken_are_shown(fang: Browser, world: World) -> None:
    case = await world.waiting()
    seq = await world.bot_says(
        case.conversation_id, "什么时候方便？", ("上午", "/a"), ("下午", "/b")
    )
    await world.says(case.conversation_id, "", choice=f"{seq}-2")
    page = (await fang.get(f"/cases/{case.id}")).text
    taken = page.partition('class="taken"')[2].partition("</li>")[0]
    assert "居民选了：" in taken
    assert "下午" in taken
    assert "/b" not in taken
