"""Matters handed in: told to whose they are, with their steps, and known to be late."""

from __future__ import annotations

from datetime import date

import pytest

from community.errors import NotBound, NotFound
from community.registers import Register
from community.services import gov_case
from community.store.gov_cases import Step
from community.store.identities import Home, Party
from tests.community.counters import add_case
from tests.community.village import Village


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("办件ZW0066", "ZW0066"), ("QZ2024-0091", "QZ20240091"), ("编号8805的件", "8805"),
        ("八八零五", "8805"), ("zw0066", "ZW0066"), ("老年卡办好没", None), ("审到第3步了吗", None),
    ],
)  # fmt: skip
def test_number_is_read_however_it_is_written(words: str, number: str | None) -> None:
    assert gov_case.number_in(words) == number


async def test_matter_is_found_by_its_number_with_its_steps(
    village: Village, home: Home, wang: Party
) -> None:
    case = await add_case(village, home, "ZW-0066", "received", "accepted", note="窗口收齐了")
    found = await gov_case.find(village.ctx, wang, "zw0066")
    now = village.clock.now()
    assert (found.case, found.is_late) == (case, False)
    assert [(one.state, one.note, (now - one.at).days) for one in found.steps] == [
        ("received", "", 1), ("accepted", "窗口收齐了", 0),
    ]  # fmt: skip
    assert found.steps[-1] == Step("accepted", "窗口收齐了", now)


async def test_another_homes_number_is_as_if_it_were_not(
    village: Village, home: Home, neighbour: Party, stranger: Party
) -> None:
    await add_case(village, home, "ZW0066", "received")
    for no in ("ZW0066", "ZW9999"):
        with pytest.raises(NotFound) as raised:
            await gov_case.find(village.ctx, neighbour, no)
        assert str(raised.value) == "no such matter"
    with pytest.raises(NotBound):
        await gov_case.find(village.ctx, stranger, "ZW0066")
    assert await gov_case.mine(village.ctx, neighbour) == []


async def test_tenant_is_told_of_the_tenants_alone(
    village: Village, home: Home, wang: Party
) -> None:
    await add_case(village, home, "A1001", "received")
    await add_case(village, home, "A1002", "received", person=1)
    tenant = await village.account(home, person=1)
    assert [one.case.no for one in await gov_case.mine(village.ctx, tenant)] == ["A1002"]
    assert {one.case.no for one in await gov_case.mine(village.ctx, wang)} == {"A1001", "A1002"}
    with pytest.raises(NotFound):
        await gov_case.find(village.ctx, tenant, "A1001")


async def test_words_single_a_matter_out_and_else_all_are_told(
    village: Village, home: Home, wang: Party
) -> None:
    await add_case(village, home, "A1001", "received")
    await add_case(village, home, "A1002", "received", matter="低保", words=["低保"])

    async def told(words: str) -> set[str]:
        return {one.case.no for one in await gov_case.mine(village.ctx, wang, words)}

    assert [await told(words) for words in ("老年卡办好没", "低保批了没", "我递的材料批了没")] == [
        {"A1001"}, {"A1002"}, {"A1001", "A1002"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("states", "promised", "late"),
    [
        (("received",), date(2025, 11, 2), True), (("received",), date(2025, 11, 3), False),
        (("received", "done"), date(2025, 11, 2), False),
        (("received", "returned"), date(2025, 11, 2), True),
    ],
)  # fmt: skip
async def test_it_is_late_the_day_after_the_promise_while_unanswered(
    village: Village, home: Home, wang: Party, states: tuple[str, ...], promised: date, late: bool
) -> None:
    await add_case(village, home, "A1001", *states, promised=promised)
    assert (await gov_case.find(village.ctx, wang, "A1001")).is_late is late


async def test_finished_one_is_told_for_three_months_and_by_its_number_for_ever(
    village: Village, home: Home, wang: Party
) -> None:
    await add_case(village, home, "A1001", "received", "done")
    await add_case(village, home, "A1002", "received")
    assert await gov_case.open_items(village.ctx, wang) == [("A1002", "老年优待证", "已收件")]
    village.clock.advance(91 * 24 * 3600)
    assert [one.case.no for one in await gov_case.mine(village.ctx, wang)] == ["A1002"]
    assert (await gov_case.find(village.ctx, wang, "A1001")).case.state == "done"


async def test_register_has_what_moved_that_day(village: Village, home: Home) -> None:
    await add_case(village, home, "A1001", "received", "reviewing")
    assert await gov_case.register(village.ctx, date(2025, 11, 3)) == Register(
        "办件进度", ("时间", "受理处", "状态", "编号"), (("11月3日 14:05", "服务站", "审核中", "A1001"),)
    )  # fmt: skip
    assert (await gov_case.register(village.ctx, date(2025, 11, 2))).rows == ()
