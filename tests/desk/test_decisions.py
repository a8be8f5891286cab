"""Decisions: what waits is listed, said yes or no to once, told to the home, and sealed."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from community.services import parking, release
from community.store import identities
from community.store.database import Database
from community.store.identities import Party
from community.store.schema import audit, timer
from community.times import SHANGHAI
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


@pytest.mark.parametrize(
    ("path", "say", "status"),
    [
        ("release/9999", "yes", 404), ("parking/9999", "no", 404), ("time_bank/9999", "yes", 404),
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
