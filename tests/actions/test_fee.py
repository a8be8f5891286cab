"""Fees: sums to the cent, the reason of a change, and the way to pay."""

from __future__ import annotations

import pytest

from actions import wiring
from actions.fee import ActionFeeExplain, ActionFeePay, ActionFeeQuery
from community.store.identities import Home, Party
from tests.actions.stage import Stage, entity
from tests.community.village import Village


async def test_debt_is_summed_and_told_bill_by_bill(
    stage: Stage, village: Village, home: Home
) -> None:
    await village.bill(home, "property", "2025-09", ("物业服务费", 15480), late=464)
    await village.bill(home, "property", "2025-10", ("物业服务费", 15485))
    await village.bill(home, "water", "2025-10", ("自来水", 2065), paid=2065)
    stage.hear("我家欠多少物业费", "query_fee", entity("fee_item", "物业费"))
    await stage.run(ActionFeeQuery())
    assert stage.said == ["utter_fee_owed", "utter_fee_owed_one", "utter_fee_owed_one"]
    assert stage.values("utter_fee_owed") == {"item": "物业费", "total": "314.29元", "count": "2"}
    assert stage.values("utter_fee_owed_one") == {
        "item": "物业费", "period": "2025年9月", "amount": "159.44元", "late": "（含滞纳金4.64元）",
        "due": "9月25日",
    }  # fmt: skip
    assert stage.slots["fee_asked"] == "property"


async def test_paid_fee_is_told_with_its_day(stage: Stage, village: Village, home: Home) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2065), paid=2065)
    stage.hear("水费交了没", "query_fee")
    await stage.run(ActionFeeQuery())
    assert stage.values("utter_fee_all_paid") == {
        "item": "水费", "period": "2025年10月", "day": "11月3日",
    }  # fmt: skip


async def test_bill_of_the_month_that_is_asked_about_is_told_and_no_other(
    stage: Stage, village: Village, home: Home
) -> None:
    for period, paid in (("2025-08", 0), ("2025-09", 2000), ("2025-10", 2000), ("2025-11", 0)):
        await village.bill(home, "water", period, ("自来水", 2000), paid=paid)
    stage.hear(
        "我上个月水费多少", "query_fee", entity("period", "上个月"), entity("fee_item", "水费")
    )
    await stage.run(ActionFeeQuery())
    assert stage.said == ["utter_fee_paid"]
    assert stage.values("utter_fee_paid") == {
        "item": "水费", "period": "2025年10月", "amount": "20元", "day": "11月3日",
    }  # fmt: skip
    stage.hear("三季度水费呢", "query_fee", entity("period", "三季度"), entity("fee_item", "水费"))
    await stage.run(ActionFeeQuery())
    assert stage.said == ["utter_fee_together", "utter_fee_not_paid", "utter_fee_paid"]
    assert stage.values("utter_fee_together") == {"count": "2", "total": "40元"}


async def test_month_without_a_bill_is_said_as_it_was_asked(
    stage: Stage, village: Village, home: Home
) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2000))
    stage.hear("前年的电费", "query_fee", entity("period", "前年"), entity("fee_item", "电费"))
    await stage.run(ActionFeeQuery())
    assert stage.values("utter_fee_none_then") == {"period": "前年", "item": "电费"}


async def test_fee_without_a_bill_is_said(stage: Stage) -> None:
    for action in (ActionFeeQuery(), ActionFeeExplain()):
        stage.hear("水费多少", "query_fee")
        await stage.run(action)
        assert (stage.said, stage.values("utter_fee_no_bill")) == (
            ["utter_fee_no_bill"], {"item": "水费"},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "late", "said", "change"),
    [
        (2300, 0, ["utter_fee_more", "utter_fee_line"], "3元"),
        (1995, 0, ["utter_fee_less", "utter_fee_line"], "0.05元"),
        (2000, 0, ["utter_fee_same"], None),
        (2000, 60, ["utter_fee_more", "utter_fee_late"], "0.60元"),
    ],
)
async def test_change_is_explained_by_its_lines(
    stage: Stage, village: Village, home: Home, now: int, late: int, said: list[str], change: str
) -> None:
    await village.bill(home, "water", "2025-09", ("自来水", 2000))
    await village.bill(home, "water", "2025-10", ("自来水", now), late=late)
    stage.slots["fee_asked"] = "water"
    stage.hear("怎么比上个月多了", "explain_fee")
    await stage.run(ActionFeeExplain())
    assert stage.said == said
    assert stage.values(said[0]).get("change") == change


async def test_first_bill_is_not_compared(stage: Stage, village: Village, home: Home) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2000))
    stage.hear("水费怎么这么多", "explain_fee")
    await stage.run(ActionFeeExplain())
    assert stage.said[0] == "utter_fee_first_bill"


@pytest.mark.parametrize("late_before", [0, 60])
async def test_smaller_bill_is_never_called_the_same(
    stage: Stage, village: Village, home: Home, late_before: int
) -> None:
    fallen_away = () if late_before else (("垃圾清运", 300),)
    await village.bill(home, "water", "2025-09", ("自来水", 2000), *fallen_away, late=late_before)
    await village.bill(home, "water", "2025-10", ("自来水", 2000))
    stage.hear("水费怎么少了", "explain_fee")
    await stage.run(ActionFeeExplain())
    assert stage.said[0] == "utter_fee_less"


async def test_late_fee_of_the_month_before_is_told_as_what_fell_away(
    stage: Stage, village: Village, home: Home
) -> None:
    await village.bill(home, "water", "2025-09", ("自来水", 2000), late=60)
    await village.bill(home, "water", "2025-10", ("自来水", 2000))
    stage.hear("水费怎么少了", "explain_fee")
    await stage.run(ActionFeeExplain())
    assert stage.said == ["utter_fee_less", "utter_fee_line"]
    assert stage.values("utter_fee_line") == {
        "name": "滞纳金", "before": "0.60元", "now": "0元", "detail": "",
    }  # fmt: skip


async def test_same_sum_of_other_lines_is_the_same_with_its_lines(
    stage: Stage, village: Village, home: Home
) -> None:
    await village.bill(home, "water", "2025-09", ("自来水", 2000), ("垃圾清运", 300))
    await village.bill(home, "water", "2025-10", ("自来水", 2300))
    stage.hear("水费怎么变了", "explain_fee")
    await stage.run(ActionFeeExplain())
    assert stage.said == ["utter_fee_same", "utter_fee_line", "utter_fee_line"]


@pytest.mark.parametrize(
    ("words", "named", "count"),
    [
        ("水费和电费欠多少", ["水费", "电费"], "2"), ("水电费欠多少", ["水电费"], "2"),
        ("不是水费，是电费", ["水费", "电费"], "1"),
    ],
)  # fmt: skip
async def test_two_fees_in_one_question_leave_neither_out(
    stage: Stage, village: Village, home: Home, words: str, named: list[str], count: str
) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2000))
    await village.bill(home, "electricity", "2025-10", ("用电", 9000))
    stage.hear(words, "query_fee", *(entity("fee_item", value, words) for value in named))
    await stage.run(ActionFeeQuery())
    assert stage.values("utter_fee_owed")["count"] == count


async def test_payment_page_is_shown_with_the_sum(
    stage: Stage, village: Village, home: Home
) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2065))
    village.pay_url = "https://pay.example/1"
    wiring.use(village.ctx)
    stage.hear("交水费", "pay_fee")
    await stage.run(ActionFeePay())
    assert stage.values("utter_fee_pay_page") == {
        "total": "20.65元", "page": "https://pay.example/1",
    }  # fmt: skip


async def test_without_a_page_the_counter_is_named_and_a_person_offered(
    stage: Stage, village: Village, home: Home
) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2065))
    stage.hear("交水费", "pay_fee")
    await stage.run(ActionFeePay())
    assert (stage.said, stage.asked) == (["utter_fee_pay_counter"], True)
    assert stage.slots["offer"] == {"kind": "handoff", "reason": "asked", "words": "交水费"}


async def test_next_fee_in_passing_is_a_question_not_a_payment(stage: Stage) -> None:
    stage.hear("那电费呢", "pay_fee")
    await stage.run(ActionFeePay())
    assert stage.said[0] in {"utter_fee_owed", "utter_fee_all_paid", "utter_fee_no_bill"}


async def test_nothing_to_pay_is_said(stage: Stage) -> None:
    stage.hear("交水费", "pay_fee")
    await stage.run(ActionFeePay())
    assert stage.said == ["utter_fee_nothing_to_pay"]


@pytest.mark.parametrize("action", [ActionFeeQuery(), ActionFeeExplain(), ActionFeePay()])
async def test_account_without_a_home_is_led_to_binding(
    unbound: Stage, action: ActionFeeQuery
) -> None:
    unbound.hear("水费", "query_fee")
    await unbound.run(action)
    assert (unbound.said, unbound.asked) == (["utter_bind_first"], True)


async def test_tenant_is_shown_the_debt_and_no_payment_page(village: Village, home: Home) -> None:
    await village.bill(home, "water", "2025-10", ("自来水", 2065))
    village.pay_url = "https://pay.example/1"
    wiring.use(village.ctx)
    tenant: Party = await village.account(home, person=1)
    stage = Stage(village, tenant.conversation_id)
    stage.hear("水费多少", "query_fee")
    await stage.run(ActionFeeQuery())
    assert stage.said[0] == "utter_fee_owed"
    stage.hear("交水费", "pay_fee")
    await stage.run(ActionFeePay())
    assert stage.said == ["utter_error_forbidden"]
    assert "pay.example" not in str(stage.messages)
