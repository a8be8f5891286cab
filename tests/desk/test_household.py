"""Facts about people are masked, shown on request to whoever needs them, and each look is noted."""

from __future__ import annotations

import pytest

from community.store.database import Database
from conversation import audit
from conversation.queue import Lane
from desk.masking import mask_name, mask_number
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import World


async def test_facts_are_masked_until_they_are_asked_for(fang: Browser, world: World) -> None:
    case = await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    page = (await fang.get(f"/cases/{case.id}")).text
    assert "138****8000" in page
    assert "健康" in page
    assert "独居" in page
    for secret in ("13812348000", "高血压", "王建国"):
        assert secret not in page


@pytest.mark.parametrize(
    ("part", "shown", "still_masked"),
    [("phone", "13812348000", "高血压"), ("notes", "高血压", "13812348000")],
)
async def test_reveal_shows_one_part_and_notes_who_saw_what(
    fang: Browser, world: World, db: Database, part: str, shown: str, still_masked: str
) -> None:
    case = await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    resident = f"{case.room_id}_p0"
    answer = await fang.post(f"/cases/{case.id}/reveal", resident=resident, part=part)
    assert answer.status == 200
    assert shown in answer.text
    assert still_masked not in answer.text
    assert shown not in (await fang.get(f"/cases/{case.id}")).text
    async with db.read() as conn:
        (entry,) = await audit.of_object(conn, resident)
    assert (entry.actor, entry.act, entry.detail) == (
        "staff_fang",
        f"resident.reveal_{part}",
        {"case": case.id},
    )


async def test_reveal_needs_the_case(fang: Browser, wei: Browser, world: World) -> None:
    case = await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    form = {"resident": f"{case.room_id}_p0", "part": "phone"}
    refused = await wei.post(f"/cases/{case.id}/reveal", **form)
    assert refused.status == 403
    assert "13812348000" not in refused.text


async def test_in_an_emergency_anybody_on_the_desk_may_look(fang: Browser, world: World) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    form = {"resident": f"{case.room_id}_p0", "part": "phone"}
    assert "13812348000" in (await fang.post(f"/cases/{case.id}/reveal", **form)).text


async def test_reveal_ends_with_the_case_but_not_for_the_administrator(
    fang: Browser, world: World, new_browser: NewBrowser
) -> None:
    case = await world.waiting()
    form = {"resident": f"{case.room_id}_p0", "part": "phone"}
    await fang.post(f"/cases/{case.id}/claim")
    await fang.post(f"/cases/{case.id}/resolve", resolution="solved", note="好了")
    assert (await fang.post(f"/cases/{case.id}/reveal", **form)).status == 403
    admin = await new_browser(await world.staff("chen", "陈主任", Role.ADMIN))
    assert (await admin.post(f"/cases/{case.id}/reveal", **form)).status == 200


async def test_reveal_of_another_household_is_not_found(fang: Browser, world: World) -> None:
    case, other = await world.waiting(), await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    for resident, part in ((f"{other.room_id}_p0", "phone"), (f"{case.room_id}_p0", "birth_year")):
        answer = await fang.post(f"/cases/{case.id}/reveal", resident=resident, part=part)
        assert answer.status == 404


async def test_open_orders_of_the_home_are_listed_without_anonymous_ones(
    fang: Browser, world: World
) -> None:
    case = await world.waiting()
    await world.order(case.conversation_id, "卫生间灯不亮")
    await world.complaint(case.conversation_id, "楼上太吵", anonymous=True)
    await world.complaint(case.conversation_id, "加个长椅", kind="suggestion")
    page = (await fang.get(f"/cases/{case.id}")).text
    person = page.partition('id="person"')[2]
    assert "卫生间灯不亮" in person
    assert "加个长椅" in person
    assert "楼上太吵" not in person


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王建国", "王**"), ("李梅", "李*"), ("欧阳修远", "欧***"), ("王", "王*"), (None, "")],
)
def test_names_keep_their_first_character(name: str | None, masked: str) -> None:
    assert mask_name(name) == masked


def test_no_number_masks_to_nothing() -> None:
    assert mask_number(None) == ""
    assert mask_number("13812348000") == "138****8000"
