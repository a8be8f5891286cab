"""What can be booked: the demonstration's services are found by what residents call them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from community import demo
from community.demo import appointments as part
from community.services import seats
from community.store import schema
from tests.community.estate import at
from tests.community.village import PEPPER, Village


@pytest.fixture
async def filled(village: Village) -> Village:
    await demo.fill(village.db, village.clock, PEPPER)
    return village


SAID = {
    "window": [
        ("帮我约个社保窗口", "社保", "社保窗口"), ("我想换护照", "护照", "出入境窗口"),
        ("给我妈约个老年证", "老年证", "民政窗口"), ("我妈的上门认证", "上门认证", "上门认证"),
        ("去党群中心", "", "综合窗口"), ("挂个号", "", None),
    ],
    "health": [
        ("拔火罐的那个大夫明天在吗", "拔火罐", "中医理疗"), ("镶牙的大夫几号来", "镶牙", "口腔门诊"),
        ("整个大夫上门给俺爹量个血压", "量个血压", "家庭医生上门"), ("叫护士来一趟，拆线", "拆线", "护士上门"),
        ("找人上门给我老伴洗澡", "洗澡", "上门助浴"), ("到卫生站打针", "打针", "换药打针"),
        ("不是内科，是外科", "外科", "社区医生门诊"), ("挂个骨科", "骨科", None),
    ],
}  # fmt: skip


async def test_services_of_the_demonstration_are_found_by_their_words(filled: Village) -> None:
    for kind, said in SAID.items():
        among = await seats.every(filled.ctx, kind)
        found = [seats.named(words, among, marked) for words, marked, _ in said]
        assert [one.name if one else None for one in found] == [name for _, _, name in said]


async def test_every_service_of_the_demonstration_has_a_free_slot(filled: Village) -> None:
    horizon = seats.horizon(filled.ctx)
    shut = [
        one.name
        for one in await seats.every(filled.ctx)
        if not await seats.openings(filled.ctx, one, filled.clock.now(), horizon)
    ]
    assert shut == []
    async with filled.db.read() as conn:
        cases = (await conn.execute(select(schema.gov_case.c.state))).scalars().all()
    assert set(cases) == {"accepted", "reviewing", "returned", "done", "delivered"}
    assert await filled.count(schema.appointment) == len(part._data()["taken"])


async def test_slot_at_a_moment_is_the_one_that_runs_then(filled: Village) -> None:
    hall = next(one for one in await seats.every(filled.ctx) if one.name == "户籍窗口")
    first, second = (at(5, 9), at(5, 9, 20)), (at(5, 9, 20), at(5, 9, 40))
    table = {
        at(5, 9): first, at(5, 9, 19): first, at(5, 9, 20): second, at(5, 11, 25): None,
        at(9, 9): None,
    }  # fmt: skip
    assert {moment: seats.slot_at(hall, moment) for moment in table} == table
