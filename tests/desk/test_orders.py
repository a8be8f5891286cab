"""Repair orders: the list, every move with its history, and what the resident hears of it."""

from __future__ import annotations

import asyncio

import pytest

from community.services import repair
from community.store import tickets
from community.store.database import Database
from community.store.tickets import Ticket
from community.times import FixedClock
from conversation import audit, outbox
from conversation.ownership import current
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import World, in_an_hour


@pytest.fixture
async def order(world: World) -> Ticket:
    room_id = await world.home("3号楼2单元501", ("王建国", "owner", "13812348000", {}))
    conversation_id = await world.conversation(room_id)
    start = in_an_hour(world.clock)
    return await world.order(
        conversation_id, "厨房水管漏水", phone="13812348000", appointment=(start, start)
    )


async def act(browser: Browser, order: Ticket, name: str, version: int, **form: str) -> int:
    answer = await browser.post(f"/orders/{order.id}/act", act=name, version=str(version), **form)
    return answer.status


async def now_of(db: Database, order: Ticket) -> Ticket:
    async with db.read() as conn:
        return await tickets.get(conn, order.id)


async def test_whole_life_of_an_order(
    fang: Browser, liu: Browser, world: World, db: Database, order: Ticket
) -> None:
    assert await act(fang, order, "dispatch", 1, assignee="staff_liu", note="带垫圈") == 303
    assert await act(liu, order, "pause", 2, note="等配件") == 303
    assert await act(liu, order, "resume", 3) == 303
    assert await act(liu, order, "finish_paid", 4) == 303
    assert await act(fang, order, "paid", 5) == 303
    party = await world.party(order.conversation_id or "")
    await repair.rate(world.ctx, party, order.no, 5, turn_id="t-rate")
    assert await act(fang, order, "call_back", 7, note="满意") == 303
    closed = await now_of(db, order)
    assert (closed.state, closed.score, closed.assignee_name) == ("closed", 5, "刘师傅")
    said = [line.split(": ", 1)[1] for line in await world.transcript(order.conversation_id or "")]
    assert said == [
        f"您的报修 {order.no} 已派给刘师傅，约的是11月3日 15:05，请保持电话畅通。",
        f"您的报修 {order.no} 先停一下，刘师傅会再来，有进展马上告诉您。",
        f"您的报修 {order.no} 接着修了，由刘师傅负责。",
        f"您的报修 {order.no} 修好了，这次有费用，请到物业前台缴一下，或问我“怎么缴费”。",
        f"您的报修 {order.no} 费用已收到，谢谢。修得怎么样，请您评一评。",
    ]
    page = (await fang.get(f"/orders/{order.id}")).text
    history = page.partition('class="history"')[2]
    for words in (
        "派单",
        "带垫圈",
        "王芳",
        "暂停",
        "等配件",
        "刘师傅",
        "已收款",
        "评价",
        "回访办结",
        "提交",
        "居民",
    ):
        assert words in history
    async with db.read() as conn:
        acts = [e.act for e in await audit.of_object(conn, order.id) if e.act.startswith("ticket.")]
    assert acts == [f"ticket.{a}" for a in
                    ("dispatch", "pause", "resume", "finish_paid", "paid", "call_back")]  # fmt: skip


async def test_finish_asks_for_a_rating_in_the_engines_own_words(
    fang: Browser, liu: Browser, db: Database, order: Ticket
) -> None:
    await act(fang, order, "dispatch", 1, assignee="staff_liu")
    await act(liu, order, "finish", 2)
    async with db.read() as conn:
        said = (await outbox.transcript(conn, order.conversation_id or ""))[-1]
    assert said.sender == "bot"
    assert next(choice.label for choice in said.choices) == "5 很满意"
    assert said.choices[0].payload == f'/rate_repair{{"order_no":"{order.no}","score":"5"}}'
    assert len(said.choices) == 5


async def test_progress_is_the_clerks_word_while_a_person_has_the_conversation(
    fang: Browser, liu: Browser, world: World, db: Database, order: Ticket
) -> None:
    case = await world.case(order.conversation_id or "", reason="asked")
    await fang.post(f"/cases/{case.id}/claim")
    await act(fang, order, "dispatch", 1, assignee="staff_liu")
    async with db.write() as conn:
        said = (await outbox.transcript(conn, order.conversation_id or ""))[-1]
        epoch = (await current(conn, order.conversation_id or "")).epoch
        delivered, _ = await outbox.deliver(conn, order.conversation_id or "", after=said.seq - 1)
    assert (said.sender, said.staff_id) == ("staff", "staff_fang")
    assert "已派给刘师傅" in delivered[-1].text
    assert epoch == 2


async def test_of_two_moves_at_once_one_wins(
    fang: Browser, wei: Browser, liu: Browser, world: World, order: Ticket
) -> None:
    statuses = await asyncio.gather(
        act(fang, order, "dispatch", 1, assignee="staff_liu"),
        act(wei, order, "give_up", 1, note="不归我们管"),
    )
    assert sorted(statuses) == [303, 409]
    assert len(await world.transcript(order.conversation_id or "")) == 1


@pytest.mark.parametrize(
    ("name", "form", "status"),
    [
        ("finish", {}, 409),
        ("paid", {}, 409),
        ("explode", {}, 400),
        ("dispatch", {}, 400),
        ("dispatch", {"assignee": "staff_fang"}, 400),
        ("dispatch", {"assignee": "nobody"}, 400),
    ],
)
async def test_moves_that_are_not_possible_change_nothing(
    fang: Browser,
    liu: Browser,
    world: World,
    db: Database,
    order: Ticket,
    name: str,
    form: dict[str, str],
    status: int,
) -> None:
    assert await act(fang, order, name, 1, **form) == status
    assert (await now_of(db, order)).version == 1
    assert await world.transcript(order.conversation_id or "") == []


async def test_repairer_sees_and_moves_only_his_own(
    fang: Browser, liu: Browser, order: Ticket, db: Database
) -> None:
    assert (await liu.get(f"/orders/{order.id}")).status == 404
    assert await act(liu, order, "give_up", 1) == 404
    assert "厨房水管漏水" not in (await liu.get("/orders")).text
    await act(fang, order, "dispatch", 1, assignee="staff_liu")
    assert "厨房水管漏水" in (await liu.get("/orders")).text
    assert await act(liu, order, "give_up", 2) == 403
    assert await act(liu, order, "dispatch", 2, assignee="staff_liu") == 403
    page = (await liu.get(f"/orders/{order.id}")).text
    assert "完工，不收费" in page
    assert "修不了，结单" not in page
    answer = await liu.post(f"/orders/{order.id}/act", act="return", version="2")
    assert (answer.status, answer.to) == (303, "/orders")
    assert (await liu.get(f"/orders/{order.id}")).status == 404
    assert (await now_of(db, order)).state == "pending"


async def test_dispatch_shows_skill_load_and_who_is_there(
    fang: Browser, world: World, order: Ticket
) -> None:
    await world.staff("liu", "刘师傅", Role.REPAIRER, skills=["水暖", "管道"])
    await world.staff("sun", "孙师傅", Role.REPAIRER, on_duty=False)
    other = await world.order(order.conversation_id or "", "灯坏了")
    await act(fang, other, "dispatch", 1, assignee="staff_liu")
    page = (await fang.get(f"/orders/{order.id}")).text
    workers = page.partition('class="workers"')[2].partition("</fieldset>")[0]
    assert workers.index("刘师傅") < workers.index("孙师傅")
    for words in ("水暖、管道", "手上 1 单", "手上 0 单", "离岗"):
        assert words in workers


async def test_phone_is_masked_and_its_reveal_is_noted(
    fang: Browser, db: Database, order: Ticket
) -> None:
    page = (await fang.get(f"/orders/{order.id}")).text
    assert "138****8000" in page
    assert "13812348000" not in page
    assert "13812348000" in (await fang.post(f"/orders/{order.id}/reveal")).text
    async with db.read() as conn:
        acts = [entry.act for entry in await audit.of_object(conn, order.id)]
    assert acts == ["order.view", "order.reveal_phone"]


async def test_list_filters_by_state_urgency_lateness_and_words(
    fang: Browser, world: World, clock: FixedClock, order: Ticket
) -> None:
    await world.order(order.conversation_id or "", "客厅灯不亮")
    clock.advance(3599)
    for query, shown, hidden in (
        ("", ["厨房水管漏水", "客厅灯不亮"], []),
        ("?overdue=1", ["厨房水管漏水", "超时 29 分钟"], ["客厅灯不亮"]),
        ("?urgency=high", ["厨房水管漏水"], ["客厅灯不亮"]),
        ("?state=closed", ["没有符合条件的工单"], ["厨房水管漏水"]),
        ("?q=客厅", ["客厅灯不亮"], ["厨房水管漏水"]),
        (f"?q={order.no}", ["厨房水管漏水"], ["客厅灯不亮"]),
    ):
        page = (await fang.get(f"/orders{query}")).text
        for words in shown:
            assert words in page, query
        for words in hidden:
            assert words not in page, query


async def test_order_of_no_conversation_is_moved_in_silence(
    fang: Browser, liu: Browser, db: Database, clock: FixedClock, world: World
) -> None:
    async with db.write() as conn:
        made = await tickets.create(
            conn, clock, kind="repair", state="pending", actor="staff_fang", turn_id=None,
            description="单元门坏了", urgency="normal",
        )  # fmt: skip
    assert await act(fang, made, "dispatch", 1, assignee="staff_liu") == 303
    assert "公共区域" in (await fang.get("/orders")).text


async def test_complaint_is_not_opened_as_a_repair(
    fang: Browser, world: World, order: Ticket
) -> None:
    filed = await world.complaint(order.conversation_id or "", "太吵")
    assert (await fang.get(f"/orders/{filed.id}")).status == 404
    assert await act(fang, filed, "give_up", 1) == 404
    assert (await fang.get(f"/complaints/{order.id}")).status == 404


async def test_empty_list_says_what_would_appear_here(
    fang: Browser, liu: Browser, new_browser: NewBrowser
) -> None:
    assert "居民报修后，工单会出现在这里" in (await fang.get("/orders")).text
    assert "派单后会出现在这里" in (await liu.get("/orders")).text
