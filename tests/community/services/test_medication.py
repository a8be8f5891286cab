"""Plans of medicines: whose they are, their versions, and that another's are as good as absent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from community.errors import BadInput, NotBound, NotFound
from community.registers import Register
from community.services import medication
from community.services.medication import Taker
from community.store import medications
from community.store.identities import Home, Party
from community.store.schema import guardianship, medication_plan
from community.times import local
from language.schedules import Regimen
from tests.community.care import EVENING, MORNING, add_plan, armer, make_guardian
from tests.community.village import Village


async def test_plan_is_kept_with_a_number_and_its_next_moment(
    village: Village, wang: Party
) -> None:
    plan = await add_plan(village, wang, "降压药", MORNING, EVENING)
    assert (plan.no, plan.version, plan.drug, plan.dose) == (1001, 1, "降压药", "一片")
    assert (plan.resident_id, plan.kin, plan.state) == (wang.resident_id, None, "active")
    due_at = medication.next_due(plan, village.clock.now())
    assert due_at is not None
    assert local(due_at).strftime("%m-%d %H:%M") == "11-03 20:00"


async def test_same_turn_makes_one_plan(village: Village, wang: Party) -> None:
    made = await asyncio.gather(
        *(
            medication.start(
                village.ctx, wang, Taker(wang.resident_id, None), turn_id="t", drug="钙片",
                dose=None, regimen=Regimen((MORNING,)), arm=armer(village),
            )
            for _ in range(20)
        )
    )  # fmt: skip
    assert {one.id for one in made} == {made[0].id}
    assert await village.count(medication_plan) == 1


@pytest.mark.parametrize("drug", ["", "药" * 41])
async def test_name_that_is_none_is_refused(village: Village, wang: Party, drug: str) -> None:
    with pytest.raises(BadInput):
        await add_plan(village, wang, drug)
    assert await village.count(medication_plan) == 0


async def test_plan_of_a_day_that_is_over_is_refused(village: Village, wang: Party) -> None:
    yesterday = local(village.clock.now()).date() - timedelta(days=1)
    with pytest.raises(BadInput):
        await medication.start(
            village.ctx, wang, Taker(wang.resident_id, None), turn_id="t", drug="钙片", dose=None,
            regimen=Regimen((MORNING,)), starts_on=yesterday, arm=armer(village),
        )  # fmt: skip


async def test_nobody_takes_more_than_can_be_kept_apart(village: Village, wang: Party) -> None:
    for i in range(medication.MOST_PLANS):
        await add_plan(village, wang, f"药{i}")
    with pytest.raises(BadInput):
        await add_plan(village, wang, "再一种")


async def test_stranger_has_no_plans(village: Village, stranger: Party) -> None:
    with pytest.raises(NotBound):
        await add_plan(village, stranger)
    with pytest.raises(NotBound):
        await medication.taker(village.ctx, stranger, None)


async def test_change_is_a_new_version_of_the_same_number(village: Village, wang: Party) -> None:
    old = await add_plan(village, wang, "降压药", EVENING)
    new = await medication.change(
        village.ctx, wang, old.no, turn_id="c", dose="半片", regimen=Regimen((MORNING,)),
        arm=armer(village),
    )  # fmt: skip
    again = await medication.change(
        village.ctx, wang, old.no, turn_id="c", dose="两片", regimen=None, arm=armer(village)
    )
    assert again == new
    assert (new.no, new.version, new.dose, new.regimen.times) == (old.no, 2, "半片", (MORNING,))
    async with village.db.read() as conn:
        assert (await medications.get_plan(conn, old.id)).state == "replaced"
    assert await medication.plans(village.ctx, wang, Taker(wang.resident_id, None)) == [new]


async def test_what_is_not_said_anew_stays(village: Village, wang: Party) -> None:
    old = await add_plan(village, wang, "降压药", EVENING)
    new = await medication.change(
        village.ctx, wang, old.no, turn_id="c", dose="半片", regimen=None, arm=armer(village)
    )
    assert (new.dose, new.regimen, new.starts_on) == ("半片", old.regimen, old.starts_on)


async def test_stopped_plan_is_due_no_more_and_cannot_be_stopped_again(
    village: Village, wang: Party
) -> None:
    plan = await add_plan(village, wang)
    ended = await medication.stop(village.ctx, wang, plan.no, arm=armer(village))
    assert (ended.state, medication.next_due(ended, village.clock.now())) == ("stopped", None)
    with pytest.raises(NotFound):
        await medication.stop(village.ctx, wang, plan.no, arm=armer(village))


async def test_neighbours_plan_is_as_good_as_absent(
    village: Village, wang: Party, neighbour: Party
) -> None:
    plan = await add_plan(village, wang)
    for no in (plan.no, 9999):
        with pytest.raises(NotFound):
            await medication.stop(village.ctx, neighbour, no, arm=armer(village))
        with pytest.raises(NotFound):
            await medication.change(
                village.ctx, neighbour, no, turn_id="x", dose="两片", regimen=None,
                arm=armer(village),
            )  # fmt: skip


async def test_guardian_with_the_right_acts_for_the_elder(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await make_guardian(village, wang, neighbour, "medication")
    plan = await add_plan(village, wang)
    who = await medication.taker(village.ctx, neighbour, "mother")
    assert who == Taker(wang.resident_id, "mother")
    assert await medication.plans(village.ctx, neighbour, who) == [plan]
    added = await add_plan(village, neighbour, "钙片", MORNING, who=who)
    assert added.resident_id == wang.resident_id
    ended = await medication.stop(village.ctx, neighbour, plan.no, arm=armer(village))
    assert ended.state == "stopped"


async def test_guardian_without_the_right_sees_and_writes_nothing_of_the_elder(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await make_guardian(village, wang, neighbour, "meals", "alarm")
    plan = await add_plan(village, wang)
    who = await medication.taker(village.ctx, neighbour, "mother")
    assert who == Taker(None, "mother")
    assert await medication.plans(village.ctx, neighbour, who) == []
    with pytest.raises(NotFound):
        await medication.stop(village.ctx, neighbour, plan.no, arm=armer(village))
    with pytest.raises(NotFound):
        await add_plan(village, neighbour, "钙片", who=Taker(wang.resident_id, "mother"))


async def test_account_without_a_known_person_counts_only_where_the_whole_home_may(
    village: Village, wang: Party, neighbour: Party, next_door: Home
) -> None:
    unknown = await village.account(next_door)
    await make_guardian(village, wang, neighbour, "medication")
    assert await medication.taker(village.ctx, unknown, "mother") == Taker(None, "mother")


async def test_whole_home_may_when_the_elder_agreed_to_it(
    village: Village, wang: Party, neighbour: Party, next_door: Home
) -> None:
    unknown = await village.account(next_door)
    await make_guardian(village, wang, neighbour, "medication", whole_home=True)
    who = await medication.taker(village.ctx, unknown, "mother")
    assert who == Taker(wang.resident_id, "mother")


async def test_medicine_for_kin_is_kept_apart_from_ones_own(village: Village, wang: Party) -> None:
    own = await add_plan(village, wang, "降压药")
    for_spouse = await add_plan(village, wang, "钙片", who=Taker(None, "spouse"))
    assert (for_spouse.resident_id, for_spouse.kin) == (None, "spouse")
    assert await medication.plans(village.ctx, wang, Taker(wang.resident_id, None)) == [own]
    assert await medication.plans(village.ctx, wang, Taker(None, "spouse")) == [for_spouse]


async def test_tenant_of_the_home_sees_no_plan_of_the_owner(
    village: Village, wang: Party, home: Home
) -> None:
    tenant = await village.account(home, person=1)
    unknown = await village.account(home)
    await add_plan(village, wang)
    for other in (tenant, unknown):
        who = await medication.taker(village.ctx, other, None)
        assert await medication.plans(village.ctx, other, who) == []


@pytest.mark.parametrize(
    ("drug", "found"),
    [("降压药", ["降压药"]), ("那个降压药", ["降压药"]), ("钙", ["钙片"]), ("头孢", [])],
)
async def test_medicine_is_found_by_its_name_or_a_part_of_it(
    village: Village, wang: Party, drug: str, found: list[str]
) -> None:
    every = [await add_plan(village, wang, name) for name in ("降压药", "钙片")]
    assert [one.drug for one in medication.named(every, drug)] == found
    assert medication.named(every, None) == every


async def test_items_are_the_speakers_own(village: Village, wang: Party, stranger: Party) -> None:
    await add_plan(village, wang)
    assert await medication.open_items(village.ctx, wang) == [
        ("1001", "降压药", "提醒中，每天晚上8点")
    ]
    assert await medication.open_items(village.ctx, stranger) == []


async def test_register_counts_doses_and_names_no_medicine(village: Village, wang: Party) -> None:
    plan = await add_plan(village, wang, "降压药", EVENING)
    day = local(village.clock.now()).date()
    async with village.db.write() as conn:
        for hours, state in ((0, "taken"), (1, "taken"), (2, "missed")):
            at = village.clock.now() + timedelta(hours=hours)
            await medications.open_dose(conn, plan.id, at, state)
        await medications.open_dose(conn, plan.id, village.clock.now() + timedelta(days=1), "taken")
    assert await medication.register(village.ctx, day) == Register(
        "用药提醒（只有次数）",
        ("房号", "姓名", "吃过了", "等您回话", "推后了", "这顿不吃", "没有回音", "没能提醒到"),
        (("3号楼2单元501", "王建国", "2", "0", "0", "0", "1", "0"),),
    )


async def test_ended_guardianship_gives_no_right(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await make_guardian(village, wang, neighbour, "medication")
    async with village.db.write() as conn:
        await conn.execute(update(guardianship).values(ended_at=village.clock.now()))
    assert (await medication.taker(village.ctx, neighbour, "mother")).resident_id is None


async def test_right_that_there_is_not_cannot_be_granted(
    village: Village, wang: Party, neighbour: Party
) -> None:
    with pytest.raises(ValueError, match="no such right"):
        await make_guardian(village, wang, neighbour, "everything")
