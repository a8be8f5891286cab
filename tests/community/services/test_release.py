"""Release slips: whose holds at once and whose waits, in which hours, and what the gate sees."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta
from typing import Any

import pytest

from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.registers import Register
from community.services import release
from community.store.identities import Party
from community.store.releases import Slip
from community.store.schema import release_slip
from tests.community.estate import at, family
from tests.community.village import Village


async def ask(village: Village, who: Party, turn: str = "t1", **more: Any) -> Slip:
    values = {"items": "旧沙发", "window": (at(8, 14), at(8, 16))} | more
    return await release.request(village.ctx, who, turn_id=turn, **values)


async def test_slip_holds_what_leaves_and_when(village: Village, wang: Party) -> None:
    made = await ask(village, wang, items=" 旧沙发、冰箱 ", plate="京A12345")
    assert made == Slip(
        id=made.id, no=1001, room_id="room_3_2_501", items="旧沙发、冰箱", plate="京A12345",
        starts_at=at(8, 14), ends_at=at(8, 16), code=made.code, state="approved",
        home="3号楼2单元501",
    )  # fmt: skip
    assert re.fullmatch(r"\d{6}", made.code)


async def test_turn_delivered_twice_makes_one_slip(village: Village, wang: Party) -> None:
    made = await asyncio.gather(*(ask(village, wang) for _ in range(10)))
    assert made == [made[0]] * 10
    assert await village.count(release_slip) == 1


async def test_owners_household_has_it_at_once_and_others_wait(village: Village) -> None:
    own = await family(village)
    let = await village.home(
        5, 1, "201", ("戊", "owner", None), ("己", "tenant", None), ("庚", "member", None),
        code="52010002",
    )  # fmt: skip
    empty = await village.home(5, 1, "301", ("辛", "member", None), code="53010003")
    states = {}
    for home, person in ((own, 0), (own, 1), (own, None), (let, 0), (let, 1), (let, 2), (empty, 0)):
        who = await village.account(home, person=person)
        states[home.label, who.role] = (await ask(village, who, f"{home.label}{person}")).state
    assert states == {
        ("5号楼1单元101", "owner"): "approved", ("5号楼1单元101", "member"): "approved",
        ("5号楼1单元101", None): "pending", ("5号楼1单元201", "owner"): "approved",
        ("5号楼1单元201", "tenant"): "pending", ("5号楼1单元201", "member"): "pending",
        ("5号楼1单元301", "member"): "pending",
    }  # fmt: skip


async def test_who_may_not(village: Village, stranger: Party) -> None:
    guardian = await village.account(await family(village), person=2)
    with pytest.raises(NotAllowed):
        await ask(village, guardian)
    with pytest.raises(NotBound):
        await ask(village, stranger)
    with pytest.raises(NotBound):
        await release.mine(village.ctx, stranger)
    assert await village.count(release_slip) == 0
    assert await release.open_items(village.ctx, stranger) == []


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ((at(8, 14), at(8, 14)), (at(8, 13, 30), at(8, 17))),  # a point in time
        ((at(8, 18), at(8, 18)), (at(8, 17, 30), at(8, 20))),
        ((at(8, 0), at(9, 0)), (at(8, 8), at(8, 20))),  # a day
        ((at(8, 0), at(10, 0)), (at(8, 8), at(9, 20))),
        ((at(8, 18), at(8, 22)), (at(8, 18), at(8, 20))),  # an evening
        ((at(8, 22), at(8, 22)), "night"),
        ((at(8, 20), at(8, 22)), "night"),
        ((at(8, 5), at(8, 5)), "night"),
        ((at(2, 13), at(2, 18)), "past"),
        ((at(3, 13), at(3, 18)), (at(3, 13), at(3, 18))),
        ((at(8, 8), at(11, 8)), (at(8, 8), at(11, 8))),
        ((at(8, 8), at(11, 9)), "too_long"),
    ],
)
def test_time_is_cut_to_the_hours_of_carrying(village: Village, said: Any, fits: Any) -> None:
    assert release.fitted(village.ctx, *said) == fits


async def test_far_future_and_nothing_at_all_are_refused(village: Village, wang: Party) -> None:
    far = village.clock.now() + timedelta(days=33)
    assert release.fitted(village.ctx, far, far) == "too_far"
    for wrong in (
        {"window": (far, far)}, {"window": (at(2, 13), at(2, 18))}, {"items": " "},
        {"window": (at(8, 22), at(8, 22))},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            await ask(village, wang, **wrong)
    assert await village.count(release_slip) == 0


async def test_another_households_slip_is_as_absent(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    made = await ask(village, wang)
    for no in (made.no, 9999):
        with pytest.raises(NotFound):
            await release.cancel(village.ctx, neighbour, no)
    assert await release.mine(village.ctx, neighbour) == []
    assert await release.mine(village.ctx, household) == [made]


async def test_slip_taken_back_holds_no_more(
    village: Village, wang: Party, household: Party
) -> None:
    made = await ask(village, wang)
    guardian = await village.account(await family(village), person=2)
    with pytest.raises(NotAllowed):
        await release.cancel(village.ctx, guardian, made.no)
    for who in (household, wang):
        assert (await release.cancel(village.ctx, who, made.no)).no == made.no
    assert await release.mine(village.ctx, wang) == []
    refused = await ask(village, household, "t2")
    await release.decide(village.ctx, refused.no, allowed=False)
    with pytest.raises(Conflict):
        await release.cancel(village.ctx, wang, refused.no)


@pytest.mark.parametrize(("allowed", "state"), [(True, "approved"), (False, "refused")])
async def test_staff_decide_a_pending_slip_once(
    village: Village, household: Party, allowed: bool, state: str
) -> None:
    made = await ask(village, household)
    decided = await release.decide(village.ctx, made.no, allowed=allowed)
    assert (made.state, decided.state) == ("pending", state)
    assert await release.mine(village.ctx, household) == [decided]
    with pytest.raises(Conflict):
        await release.decide(village.ctx, made.no, allowed=not allowed)
    with pytest.raises(NotFound):
        await release.decide(village.ctx, 9999, allowed=True)


async def test_open_ones_end_with_their_time(village: Village, wang: Party) -> None:
    await ask(village, wang, window=(at(3, 15), at(3, 16)))
    assert await release.open_items(village.ctx, wang) == [("1001", "放行条 旧沙发", "有效")]
    village.clock.advance(2 * 3600)
    assert await release.open_items(village.ctx, wang) == []


async def test_gate_sees_the_day_and_only_codes_that_hold(
    village: Village, wang: Party, household: Party
) -> None:
    first = await ask(village, wang, plate="京A12345")
    await ask(village, household, "t2", items="冰箱", window=(at(8, 9), at(8, 10)))
    await ask(village, wang, "t3", window=(at(9, 9), at(9, 10)))
    assert await release.register(village.ctx, date(2025, 11, 8)) == Register(
        "放行条",
        ("时间", "房号", "物品", "车牌", "放行码", "状态", "编号"),
        (
            ("11月8日 09:00到10:00", "3号楼2单元501", "冰箱", "", "", "等物业核实", "1002"),
            ("11月8日 14:00到16:00", "3号楼2单元501", "旧沙发", "京A12345", first.code, "有效",
             "1001"),
        ),
    )  # fmt: skip
