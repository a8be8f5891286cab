"""Guardianships: taken down before staff, told to both sides, sealed, ended once; nobody else sees them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from community.store import guardians
from community.store.database import Database
from community.store.schema import audit, guardianship
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import World

ELDER, GUARDIAN = "3号楼2单元501", "5号楼1单元301"


@pytest.fixture
async def people(world: World) -> dict[str, str]:
    """An elder and a daughter with an account each: {side: conversation}, ids by `<side>_id`."""
    found: dict[str, str] = {}
    for side, label, name in (("elder", ELDER, "王秀英"), ("guardian", GUARDIAN, "李静")):
        room_id = await world.home(label, (name, "owner", "13812348000", {}))
        found |= {side: await world.conversation(room_id), f"{side}_id": f"{room_id}_p0"}
    return found


@pytest.fixture
async def grid(new_browser: NewBrowser, world: World) -> Browser:
    return await new_browser(await world.staff("zhao", "赵敏", Role.GRID))


def form(people: dict[str, str], **other: Any) -> dict[str, Any]:
    return {
        "elder": people["elder_id"], "guardian": people["guardian_id"], "kin": "mother",
        "right": "medication",
    } | other  # fmt: skip


async def standing(db: Database) -> list[guardians.Guardian]:
    async with db.read() as conn:
        return await guardians.standing(conn)


async def test_people_of_two_homes_are_found_and_a_wrong_home_is_named(
    grid: Browser, people: dict[str, str]
) -> None:
    page = await grid.get(f"/guardians?elder={ELDER}&guardian={GUARDIAN}")
    assert page.status == 200
    assert "王秀英（业主）" in page.text
    assert "李静（业主）" in page.text
    page = await grid.get(f"/guardians?elder={ELDER}&guardian=99号楼1单元101")
    assert "照看人的房号“99号楼1单元101”没找到" in page.text
    assert "李静" not in page.text


async def test_what_an_elder_agreed_to_is_taken_down_told_to_both_and_sealed(
    grid: Browser, world: World, db: Database, people: dict[str, str]
) -> None:
    assert (await grid.post("/guardians", **form(people))).to == "/guardians"
    (one,) = await standing(db)
    assert (one.elder_name, one.guardian_name, one.kin, one.rights, one.whole_home) == (
        "王秀英", "李静", "mother", ("medication",), False,
    )  # fmt: skip
    assert await world.transcript(people["elder"]) == [
        "bot: 登记好了：由李静帮您照看，可以管用药提醒。要不是您的意思，或者以后不想了，就说“找人工”。"
    ]
    assert await world.transcript(people["guardian"]) == [
        "bot: 登记好了：王秀英同意由您照看，您可以管用药提醒。"
    ]
    async with db.read() as conn:
        sealed = await conn.execute(
            select(audit.c.actor, audit.c.act).where(audit.c.object == one.id)
        )
        assert sealed.all() == [("staff_zhao", "guardianship.granted")]
    assert "王秀英" in (await grid.get("/guardians")).text


async def test_form_that_is_sent_twice_is_told_once(
    grid: Browser, world: World, people: dict[str, str]
) -> None:
    for _ in range(2):
        assert (await grid.post("/guardians", **form(people))).to == "/guardians"
    assert len(await world.transcript(people["elder"])) == 1


async def test_later_consent_takes_the_place_of_the_earlier(
    grid: Browser, db: Database, people: dict[str, str]
) -> None:
    await grid.post("/guardians", **form(people))
    await grid.post("/guardians", **form(people, right="doors", whole_home="1"))
    (one,) = await standing(db)
    assert (one.rights, one.whole_home) == (("doors",), True)


async def test_guardianship_ends_once_and_may_begin_again(
    grid: Browser, world: World, db: Database, people: dict[str, str]
) -> None:
    await grid.post("/guardians", **form(people))
    (one,) = await standing(db)
    assert (await grid.post(f"/guardians/{one.id}/end")).to == "/guardians"
    assert (await grid.post(f"/guardians/{one.id}/end")).status == 404
    assert await standing(db) == []
    assert (await world.transcript(people["elder"]))[
        -1
    ] == "bot: 登记好了：李静以后不再帮您照看了。"
    assert (await world.transcript(people["guardian"]))[-1] == "bot: 登记好了：您不再照看王秀英了。"
    await grid.post("/guardians", **form(people))
    assert len(await standing(db)) == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"right": "money"}, 400), ({"right": ""}, 400), ({"kin": "self"}, 400), ({"kin": ""}, 400),
        ({"guardian": "nobody"}, 404), ({"elder": "nobody"}, 404),
    ],
)  # fmt: skip
async def test_form_that_cannot_be_meant_writes_nothing(
    grid: Browser, db: Database, people: dict[str, str], wrong: dict[str, str], status: int
) -> None:
    assert (await grid.post("/guardians", **form(people, **wrong))).status == status
    async with db.read() as conn:
        assert (await conn.execute(select(guardianship.c.id))).all() == []


async def test_nobody_is_made_their_own_guardian(
    grid: Browser, db: Database, people: dict[str, str]
) -> None:
    wrong = form(people, guardian=people["elder_id"])
    assert (await grid.post("/guardians", **wrong)).status == 400
    assert await standing(db) == []


@pytest.mark.parametrize("role", [Role.CLERK, Role.REPAIRER])
async def test_who_does_not_care_for_elders_sees_and_grants_nothing(
    new_browser: NewBrowser, world: World, db: Database, people: dict[str, str], role: Role
) -> None:
    other = await new_browser(await world.staff("other", "周强", role))
    assert (await other.get("/guardians")).status == 403
    assert (await other.post("/guardians", **form(people))).status == 403
    assert await standing(db) == []
    assert "照看授权" not in (await other.get("/registers")).text
