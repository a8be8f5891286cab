"""Fees: sums in whole fen, why a bill differs, and only to the home that owes them."""

from __future__ import annotations

import pytest

from community.errors import NotAllowed, NotBound
from community.services import fee
from community.services.fee import Difference
from community.store.identities import Home, Party
from tests.community.village import Village

PROPERTY = ("物业服务费", 15480)
LIFT = ("公摊电费", 770)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "0元"), (1, "0.01元"), (10, "0.10元"), (99, "0.99元"), (100, "1元"), (12850, "128.50元"),
        (12800, "128元"), (100_000_00, "100000元"), (-5, "-0.05元"), (-12850, "-128.50元"),
        (9_007_199_254_740_993, "90071992547409.93元"),
    ],
)  # fmt: skip
def test_fen_are_said_as_yuan_to_the_cent(fen: int, words: str) -> None:
    assert fee.yuan(fen) == words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("物业费", "property"), ("管理费", "property"), ("水费", "water"),
        ("电费", "electricity"), ("电钱", "electricity"), ("燃气费", "gas"), ("煤气费", "gas"),
        ("天然气", "gas"), ("取暖费", "heating"), ("供热费", "heating"), ("停车费", "parking"),
        ("车位费", "parking"), ("", None), (None, None), ("房租", None), ("物管费", "property"),
        ("水电费", None), ("水费和电费", None), ("天然气燃气费", "gas"),
        ("电话里说我欠物业费", "property"), ("电动车停车费", "parking"), ("电梯费", None),
    ],
)  # fmt: skip
def test_words_name_a_fee_of_ours_or_none(words: str | None, code: str | None) -> None:
    assert fee.item_code(words) == code


# --- what is owed


async def test_owed_is_what_is_left_with_the_late_fee_oldest_first(
    village: Village, home: Home, wang: Party
) -> None:
    await village.bill(home, "property", "2025-08", PROPERTY, LIFT, paid=16250)
    await village.bill(home, "property", "2025-09", PROPERTY, LIFT, late=487)
    await village.bill(home, "property", "2025-10", PROPERTY, LIFT, paid=10000)
    await village.bill(home, "water", "2025-10", ("自来水", 2065), paid=3000)
    owed = await fee.owed(village.ctx, wang)
    assert [(one.period, one.item, one.owed_fen) for one in owed] == [
        ("2025-09", "property", 16737), ("2025-10", "property", 6250),
    ]  # fmt: skip
    assert sum(one.owed_fen for one in owed) == 22987
    assert all(type(one.owed_fen) is int for one in owed)
    assert await fee.owed(village.ctx, wang, "water") == []


async def test_recent_are_all_bills_newest_first(village: Village, home: Home, wang: Party) -> None:
    for period in ("2025-08", "2025-10", "2025-09"):
        await village.bill(home, "water", period, ("自来水", 2065), paid=2065)
        await village.bill(home, "property", period, PROPERTY)
    found = await fee.recent(village.ctx, wang, "water")
    assert [one.period for one in found] == ["2025-10", "2025-09", "2025-08"]
    assert len(await fee.recent(village.ctx, wang)) == 6


# --- why it differs


async def test_explanation_names_the_lines_that_differ(
    village: Village, home: Home, wang: Party
) -> None:
    await village.bill(home, "property", "2025-09", PROPERTY, ("公摊电费", 770), paid=16250)
    await village.bill(home, "property", "2025-10", PROPERTY, ("公摊电费", 990), ("垃圾清运", 300))
    explained = await fee.explain(village.ctx, wang, "property")
    assert explained is not None
    now, before, lines = explained
    assert (now.period, before and before.period) == ("2025-10", "2025-09")
    assert lines == [
        Difference("公摊电费", 770, 990, ""), Difference("垃圾清运", 0, 300, ""),
    ]  # fmt: skip
    assert sum(line.change_fen for line in lines) == now.amount_fen - 16250 == 520


async def test_differences_add_up_when_a_line_fell_away(
    village: Village, home: Home, wang: Party
) -> None:
    await village.bill(home, "property", "2025-09", PROPERTY, LIFT, paid=16250)
    await village.bill(home, "property", "2025-10", PROPERTY)
    explained = await fee.explain(village.ctx, wang, "property")
    assert explained is not None
    assert explained[2] == [Difference("公摊电费", 770, 0, "")]
    assert sum(line.change_fen for line in explained[2]) == -770


async def test_without_an_item_the_one_that_changed_most_is_explained(
    village: Village, home: Home, wang: Party
) -> None:
    for item, before, now in (("water", 2000, 2300), ("electricity", 9000, 8000), ("gas", 50, 50)):
        await village.bill(home, item, "2025-09", ("用量", before))
        await village.bill(home, item, "2025-10", ("用量", now))
    await village.bill(home, "parking", "2025-10", ("车位", 30000))
    explained = await fee.explain(village.ctx, wang, None)
    assert explained is not None
    assert (explained[0].item, explained[2]) == (
        "electricity", [Difference("用量", 9000, 8000, "")],
    )  # fmt: skip


async def test_late_fee_counts_as_a_change(village: Village, home: Home, wang: Party) -> None:
    await village.bill(home, "water", "2025-09", ("自来水", 2000))
    await village.bill(home, "water", "2025-10", ("自来水", 2000), late=60)
    await village.bill(home, "gas", "2025-09", ("燃气", 1000))
    await village.bill(home, "gas", "2025-10", ("燃气", 1050))
    explained = await fee.explain(village.ctx, wang, None)
    assert explained is not None
    assert (explained[0].item, explained[0].owed_fen, explained[2]) == ("water", 2060, [])


async def test_first_bill_has_nothing_before_it(village: Village, home: Home, wang: Party) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2000))
    explained = await fee.explain(village.ctx, wang, "water")
    assert explained is not None
    assert (explained[1], explained[2]) == (None, [Difference("自来水", 0, 2000, "")])


async def test_without_a_bill_there_is_nothing_to_explain(village: Village, wang: Party) -> None:
    assert await fee.explain(village.ctx, wang, "water") is None
    assert await fee.explain(village.ctx, wang, None) is None


# --- one household's eyes only


async def test_bills_of_next_door_are_not_shown(
    village: Village, home: Home, next_door: Home, wang: Party, neighbour: Party
) -> None:
    mine = await village.bill(home, "water", "2025-10", ("自来水", 2000))
    theirs = await village.bill(next_door, "water", "2025-10", ("自来水", 7777))
    for account, bill_id in ((wang, mine), (neighbour, theirs)):
        for found in (
            await fee.owed(village.ctx, account),
            await fee.recent(village.ctx, account),
            await fee.owed(village.ctx, account, "water"),
        ):
            assert [one.id for one in found] == [bill_id]
        explained = await fee.explain(village.ctx, account, None)
        assert explained is not None
        assert explained[0].id == bill_id


@pytest.mark.parametrize("ask", [fee.owed, fee.recent])
async def test_bills_need_a_home(village: Village, stranger: Party, ask) -> None:
    with pytest.raises(NotBound):
        await ask(village.ctx, stranger)
    with pytest.raises(NotBound):
        await fee.explain(village.ctx, stranger, None)
    with pytest.raises(NotBound):
        fee.payment_page(village.ctx, stranger)


async def test_payment_page_is_for_those_who_pay(village: Village) -> None:
    village.pay_url = "https://pay.example/1"
    home = await village.home(
        5, 1, "101", ("甲", "owner", None), ("乙", "member", None), ("丙", "guardian", None),
        ("丁", "tenant", None), code="51010001",
    )  # fmt: skip
    shown = [
        fee.payment_page(village.ctx, await village.account(home, person=person))
        for person in (0, 1, 2, None)
    ]
    assert shown == ["https://pay.example/1"] * 4
    with pytest.raises(NotAllowed):
        fee.payment_page(village.ctx, await village.account(home, person=3))


async def test_without_a_page_of_the_estate_there_is_none(village: Village, wang: Party) -> None:
    assert fee.payment_page(village.ctx, wang) is None
