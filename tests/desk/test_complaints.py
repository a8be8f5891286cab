"""Complaints: answered to whoever complained, who stays unseen when they asked for it."""

from __future__ import annotations

import pytest

from community.store.database import Database
from community.times import FixedClock
from conversation import outbox
from tests.desk.conftest import Browser
from tests.desk.seed import World


@pytest.fixture
async def conversation_id(world: World) -> str:
    room_id = await world.home("3号楼2单元501", ("王建国", "owner", "13812348000", {}))
    return await world.conversation(room_id)


async def test_complaint_is_accepted_answered_and_closed(
    fang: Browser, world: World, conversation_id: str
) -> None:
    filed = await world.complaint(conversation_id, "楼道堆了杂物")
    path = f"/complaints/{filed.id}"
    assert (await fang.post(f"{path}/act", act="accept", version="1")).to == path
    await fang.post(f"{path}/act", act="reply", version="2", note="今天下午清走了")
    await fang.post(f"{path}/act", act="close", version="3")
    assert await world.transcript(conversation_id) == [
        f"bot: 您投诉的事（编号 {filed.no}）有回复了：今天下午清走了 这样处理，您满意吗？"
    ]
    page = (await fang.get(path)).text
    assert "已归档" in page
    assert "今天下午清走了" in page
    assert "王芳" in page


async def test_reply_can_be_judged_with_a_tap(
    fang: Browser, world: World, db: Database, conversation_id: str
) -> None:
    filed = await world.complaint(conversation_id, "楼道堆了杂物")
    await fang.post(f"/complaints/{filed.id}/act", act="reply", version="1", note="清走了")
    async with db.read() as conn:
        offered = await outbox.last_choices(conn, conversation_id)
    assert [(one.label, one.payload) for one in offered] == [
        ("满意", f'/query_complaint{{"order_no":"{filed.no}","score":"5"}}'),
        ("不满意", f'/query_complaint{{"order_no":"{filed.no}","score":"1"}}'),
    ]


async def test_suggestion_is_answered_in_its_own_words(
    fang: Browser, world: World, conversation_id: str
) -> None:
    filed = await world.complaint(conversation_id, "加个长椅", kind="suggestion")
    await fang.post(f"/complaints/{filed.id}/act", act="reply", version="1", note="已经报批")
    assert (await world.transcript(conversation_id))[0].startswith("bot: 您提的建议")


async def test_anonymous_complaint_never_shows_who_but_the_reply_arrives(
    fang: Browser, world: World, db: Database, conversation_id: str
) -> None:
    filed = await world.complaint(conversation_id, "楼上半夜装修", anonymous=True)
    for path in ("/complaints", f"/complaints/{filed.id}"):
        page = (await fang.get(path)).text
        assert "匿名" in page
        for secret in (
            "3号楼2单元501",
            "王建国",
            "王**",
            "8000",
            conversation_id,
            filed.identity_id or "-",
        ):
            assert secret not in page, (path, secret)
    await fang.post(f"/complaints/{filed.id}/act", act="reply", version="1", note="已上门劝停")
    async with db.read() as conn:
        said = await outbox.transcript(conn, conversation_id)
    assert "已上门劝停" in said[-1].text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "reply", "version": "1", "note": "  "}, 400),
        ({"act": "close", "version": "1"}, 409),
        ({"act": "accept", "version": "7"}, 409),
        ({"act": "accept", "version": "x"}, 400),
        ({"act": "burn", "version": "1"}, 400),
    ],
)
async def test_impossible_acts_change_nothing(
    fang: Browser, world: World, conversation_id: str, form: dict[str, str], status: int
) -> None:
    filed = await world.complaint(conversation_id, "楼道堆了杂物")
    assert (await fang.post(f"/complaints/{filed.id}/act", **form)).status == status
    assert await world.transcript(conversation_id) == []
    assert "已提交" in (await fang.get(f"/complaints/{filed.id}")).text


async def test_list_filters_by_state_and_kind(
    fang: Browser, world: World, clock: FixedClock, conversation_id: str
) -> None:
    await world.complaint(conversation_id, "楼道堆了杂物")
    done = await world.complaint(conversation_id, "加个长椅", kind="suggestion")
    await fang.post(f"/complaints/{done.id}/act", act="reply", version="1", note="好")
    clock.advance(4 * 24 * 3600)
    fang_again = await fang.log_in("fang")
    assert fang_again.status == 303
    assert "超时 1 天" in (await fang.get("/complaints")).text
    assert "加个长椅" not in (await fang.get("/complaints")).text
    assert "加个长椅" in (await fang.get("/complaints?state=replied")).text
    assert "楼道堆了杂物" not in (await fang.get("/complaints?state=all&kind=suggestion")).text


async def test_empty_list_says_what_would_appear_here(fang: Browser) -> None:
    assert "居民提了之后会出现在这里" in (await fang.get("/complaints")).text
    assert "这里还没有内容" in (await fang.get("/complaints?state=closed")).text
