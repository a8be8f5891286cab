"""Decisions: what waits is listed, said yes or no to once, told to the home, and sealed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select

from community.services import merchant, mutual_aid, parking, release, volunteers
from community.store import identities, merchants, timebank
from community.store.database import Database
from community.store.identities import Party
from community.store.merchants import Order
from community.store.schema import audit, car, timer
from community.store.schema import merchant as merchant_table
from community.times import SHANGHAI, FixedClock
from conversation import asking
from tests.desk.conftest import Browser
from tests.desk.seed import World


@pytest.fixture
async def tenant(world: World) -> Party:
    room_id = await world.home("3号楼2单元501", ("李静", "tenant", "13812348000", {}))
    conversation_id = await world.conversation(room_id)
    async with world.db.read() as conn:
        account = await identities.party(conn, conversation_id)
    assert account is not None
    return account


@pytest.fixture
async def slip(world: World, tenant: Party) -> release.Slip:
    """A tenant's, which waits."""
    window = (datetime(2025, 11, 4, 9, tzinfo=SHANGHAI), datetime(2025, 11, 4, 11, tzinfo=SHANGHAI))
    return await release.request(
        world.ctx, tenant, turn_id="t1", items="旧沙发", window=window, plate=None
    )


@pytest.mark.parametrize(
    ("say", "state", "told"),
    [
        ("yes", "approved", "您的放行条（编号 {no}）批好了，放行码 {code}，11月4日 09:00到11:00有效。"),
        ("no", "refused", "您的放行条（编号 {no}）没有批。想知道原因请说“找人工”。"),
    ],
)  # fmt: skip
async def test_slip_is_decided_once_and_the_home_is_told(
    fang: Browser, world: World, db: Database, slip: release.Slip, tenant: Party,
    say: str, state: str, told: str,
) -> None:  # fmt: skip
    assert "旧沙发" in (await fang.get("/decisions")).text
    path = f"/decisions/release/{slip.no}"
    assert (await fang.post(path, say=say)).to == "/decisions"
    assert (await fang.post(path, say=say)).status == 409
    assert [one.state for one in await release.mine(world.ctx, tenant)] == [state]
    assert await world.transcript(tenant.conversation_id) == [
        f"bot: {told.format(no=slip.no, code=slip.code)}"
    ]
    async with db.read() as conn:
        acts = await conn.execute(
            select(audit.c.actor, audit.c.act).where(audit.c.object == slip.id)
        )
        assert acts.all() == [("staff_fang", f"decision.{say}")]
    assert "旧沙发" not in (await fang.get("/decisions")).text


async def test_queue_says_how_many_matters_wait(fang: Browser, slip: release.Slip) -> None:
    assert "有 1 件等着" in (await fang.get("/")).text
    await fang.post(f"/decisions/release/{slip.no}", say="yes")
    assert "件等着" not in (await fang.get("/")).text


async def test_who_looked_at_what_is_on_record_once_a_visit(
    fang: Browser, db: Database, slip: release.Slip
) -> None:
    for _ in range(2):
        await fang.get("/decisions")
    async with db.read() as conn:
        rows = await conn.execute(
            select(audit.c.actor, audit.c.object).where(audit.c.act == "decision.view")
        )
        assert rows.all() == [("staff_fang", f"release:{slip.no}")]


@pytest.mark.parametrize(
    ("earned", "say", "told"),
    [
        (0, "yes", "互助 {no} 号核实过了，0.5个时间币记上了。"),
        (1200, "yes", "互助 {no} 号核实过了，确实帮了。志愿者这个月的时间币满额了，这次不再记。"),
        (0, "no", "互助 {no} 号核实过了，这次不记时间币。"),
    ],
)  # fmt: skip
async def test_dispute_is_decided_and_both_hear_what_moved(
    fang: Browser, world: World, clock: FixedClock, tenant: Party, earned: int, say: str, told: str
) -> None:
    room_id = await world.home("5号楼1单元101", ("李宏伟", "owner", None, {}))
    conversation_id = await world.conversation(room_id)
    async with world.db.write() as conn:
        helper = await identities.party(conn, conversation_id)
        if earned:
            await timebank.transfer(
                conn, clock, key="k", payer="community", payee=f"{room_id}_p0", minutes=earned,
                what="-",
            )  # fmt: skip
    assert helper is not None
    await volunteers.enrol(world.ctx, helper, kinds=[])
    window = (clock.now(), clock.now() + timedelta(hours=4))
    one, _ = await mutual_aid.post(
        world.ctx, tenant, turn_id="t4", task="扛袋米", window=window, tell=silent
    )
    for step in (mutual_aid.accept, mutual_aid.start):
        await step(world.ctx, helper, one.no, tell=silent)
    clock.advance(1500)
    await mutual_aid.dispute(world.ctx, tenant, one.no, tell=silent)
    assert "记时间币" in (await fang.get("/decisions")).text
    path = f"/decisions/time_bank/{one.no}"
    assert [(await fang.post(path, say=say)).status for _ in range(2)] == [303, 409]
    for conversation in (tenant.conversation_id, conversation_id):
        assert await world.transcript(conversation) == [f"bot: {told.format(no=one.no)}"]


async def silent(conn: Any, news: Any) -> None:
    return None


async def test_settled_parking_request_lets_the_line_move(
    fang: Browser, world: World, db: Database, tenant: Party
) -> None:
    made = await parking.request(
        world.ctx, tenant, turn_id="t2", kind="add", plate="京A12345", old_plate=None
    )
    assert "京A12345" in (await fang.get("/decisions")).text
    assert (await fang.post(f"/decisions/parking/{made.no}", say="yes")).status == 303
    assert await world.transcript(tenant.conversation_id) == [
        f"bot: 您的停车申请（编号 {made.no}，登记车辆）办好了。"
    ]
    async with db.read() as conn:
        assert (await conn.execute(select(timer.c.kind))).scalars().all() == ["parking_line"]


async def test_plate_that_another_home_has_is_said_before_it_is_agreed_to(
    fang: Browser, world: World, tenant: Party
) -> None:
    other = await world.home("5号楼1单元101", ("李宏伟", "owner", None, {}))
    async with world.db.write() as conn:
        await conn.execute(insert(car).values(id="car_1", room_id=other, plate="京B54321"))
    for i, plate in enumerate(("京B54321", "京A12345")):
        await parking.request(world.ctx, tenant, turn_id=f"p{i}", kind="add", plate=plate)
    page = (await fang.get("/decisions")).text
    assert "登记车辆 京B54321 （这个车牌登记在别家名下，现在同意不了）" in page
    assert page.count("登记在别家名下") == 1


async def wanted(world: World, who: Party) -> Order:
    """An order with a shop that has to be asked."""
    async with world.db.write() as conn:
        await conn.execute(
            insert(merchant_table).values(
                id="mer_1", name="老张", services=["haircut"], place="东门", distance_m=0,
                comes_within_m=1000, opens=480, closes=1200, closed_on=[], phone="62220000",
                prices="10元", listed=True,
            )
        )  # fmt: skip
    window = (datetime(2025, 11, 4, 9, tzinfo=SHANGHAI), datetime(2025, 11, 4, 11, tzinfo=SHANGHAI))
    return await merchant.order(
        world.ctx, who, turn_id="t3", name="老张", service="haircut", window=window,
        phone="13812348000", tell=partial(asking.about_order, world.clock),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("say", "state", "told"),
    [
        ("yes", "accepted",
         "您叫的老张（编号 {no}）接单了，11月4日 09:00到11:00上门。价钱请当面谈好再做。"),
        ("no", "declined", "您叫的老张（编号 {no}）这次来不了。要换一家，再跟我说一声就行。"),
    ],
)  # fmt: skip
async def test_shop_is_asked_by_staff_and_its_answer_told(
    fang: Browser, world: World, db: Database, tenant: Party, say: str, state: str, told: str
) -> None:
    made = await wanted(world, tenant)
    page = (await fang.get("/decisions")).text
    for shown in ("老张（62220000）理发，住户电话 13812348000", "商家接单了", "商家来不了"):
        assert shown in page
    path = f"/decisions/merchant/{made.no}"
    assert [(await fang.post(path, say=say)).status for _ in range(2)] == [303, 409]
    async with db.read() as conn:
        found = await merchants.find(conn, made.no)
    assert found is not None
    assert found.state == state
    assert await world.transcript(tenant.conversation_id) == [f"bot: {told.format(no=made.no)}"]


async def test_accepted_order_that_is_taken_back_waits_until_the_shop_was_told(
    fang: Browser, world: World, db: Database, tenant: Party
) -> None:
    made = await wanted(world, tenant)
    await fang.post(f"/decisions/merchant/{made.no}", say="yes")
    assert "没有等审批的事" in (await fang.get("/decisions")).text
    await merchant.cancel(world.ctx, tenant, made.no)
    page, path = (await fang.get("/decisions")).text, f"/decisions/recall/{made.no}"
    assert "告诉商家了" in page
    assert "13812348000" not in page
    said = [(await fang.post(path, say=say)).status for say in ("no", "yes", "yes")]
    assert said == [400, 303, 409]
    assert "老张" not in (await fang.get("/decisions")).text
    async with db.read() as conn:
        acts = await conn.execute(select(audit.c.act).where(audit.c.object == made.id))
        assert acts.scalars().all() == ["decision.yes", "decision.told"]


async def test_shop_that_cannot_come_after_all_is_called_off_once_and_told(
    fang: Browser, world: World, db: Database, tenant: Party
) -> None:
    made = await wanted(world, tenant)
    path = f"/decisions/called_off/{made.no}"
    assert (await fang.post(path, say="no")).status == 409
    await fang.post(f"/decisions/merchant/{made.no}", say="yes")
    page = (await fang.get("/decisions")).text
    assert "约好要来的商家" in page
    assert "来不了了" in page
    assert [(await fang.post(path, say=say)).status for say in ("yes", "no", "no")] == [
        400, 303, 409,
    ]  # fmt: skip
    assert "老张" not in (await fang.get("/decisions")).text
    assert (await world.transcript(tenant.conversation_id))[1:] == [
        f"bot: 对不起，您叫的老张（编号 {made.no}，11月4日 09:00到11:00）临时来不了。"
        "要换一家，跟我说一声就行。"
    ]
    async with db.read() as conn:
        found = await merchants.find(conn, made.no)
    assert found is not None
    assert found.state == "declined"


@pytest.mark.parametrize(
    ("path", "say", "status"),
    [
        ("called_off/9999", "no", 404), ("release/9999", "yes", 404), ("parking/9999", "no", 404), ("time_bank/9999", "yes", 404),
        ("merchant/9999", "yes", 404), ("recall/9999", "yes", 404),
        ("nothing/1", "yes", 400), ("release/x", "yes", 400), ("release/1", "perhaps", 400),
    ],
)  # fmt: skip
async def test_what_there_is_not_cannot_be_decided(
    fang: Browser, path: str, say: str, status: int
) -> None:
    assert (await fang.post(f"/decisions/{path}", say=say)).status == status


async def test_repairer_decides_nothing(liu: Browser, slip: release.Slip) -> None:
    assert (await liu.get("/decisions")).status == 403
    assert (await liu.post(f"/decisions/release/{slip.no}", say="yes")).status == 403
