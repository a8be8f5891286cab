"""Shops: three at a time, then one question; an order with what is open, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from actions.merchant import ActionMerchantFind, ActionMerchantOrder, ValidateMerchantForm
from actions.offers import ActionAnswerOffer
from community.services import merchant
from community.store.identities import Party
from community.store.schema import merchant_order, timer
from tests.actions.stage import Stage, entity
from tests.community.services.test_merchant import shop, silent
from tests.community.village import Village

FIND, FORM = ActionMerchantFind(), ValidateMerchantForm()


async def look(stage: Stage, words: str, service: str = "") -> None:
    found = (entity("service", service),) if service else ()
    stage.hear(words, "find_merchant", *found)
    await stage.run(FIND)


async def yes(stage: Stage) -> str:
    """The yes to an offer; returns what it leads to."""
    stage.hear("好", "affirm")
    return str((await stage.run(ActionAnswerOffer()))[-1]["name"])


async def called(stage: Stage, village: Village) -> None:
    """The form as the offer to call a recycler leads to it."""
    await shop(village, "绿源", "recycler")
    await look(stage, "帮我叫个收旧家电的", "收旧家电")
    assert await yes(stage) == "merchant_form"
    await stage.run(FORM)


async def test_shop_is_told_with_all_one_needs(stage: Stage, village: Village) -> None:
    await shop(village, "舒心", "pedicure", comes_within_m=0)
    await look(stage, "附近有修脚的没", "修脚")
    assert stage.values("utter_merchant_found") == {"service": "修脚", "count": "1"}
    assert stage.values("utter_merchant_one") == {
        "name": "舒心", "place": "东门", "hours": "8点到20点", "prices": "10元", "phone": "0000",
    }  # fmt: skip
    assert not stage.asked


async def test_three_are_told_and_then_the_rest_is_offered(stage: Stage, village: Village) -> None:
    for number in range(5):
        await shop(village, f"店{number}", "haircut", distance_m=number, comes_within_m=0)
    await look(stage, "附近有理发的没", "理发")
    assert stage.said == [
        "utter_merchant_found", *["utter_merchant_one"] * 3, "utter_merchant_ask_more",
    ]  # fmt: skip
    assert await yes(stage) == "action_merchant_find"
    await stage.run(FIND)
    assert [m["name"] for m in stage.messages if m["response"]] == ["店3", "店4"]
    assert stage.slots["merchant_more"] is None


async def test_shut_shops_are_said_to_be_shut(stage: Stage, village: Village) -> None:
    await shop(village, "早点", "breakfast", opens=360, closes=630)
    await look(stage, "哪儿有豆浆油条", "豆浆油条")
    assert stage.said == ["utter_merchant_closed"]
    assert stage.values("utter_merchant_closed") == {
        "service": "早餐店", "when": "明天（周二）早上6点",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "service", "said"),
    [
        ("想找个店", "", "utter_merchant_unknown"),
        ("附近有补锅的没", "补锅", "utter_merchant_none"),
        ("附近有修脚的没", "修脚", "utter_merchant_none"),
    ],
)
async def test_what_nobody_does_is_passed_on_when_wanted(
    stage: Stage, village: Village, words: str, service: str, said: str
) -> None:
    await look(stage, words, service)
    assert stage.said == [said]
    if service:
        stage.hear("好", "affirm")
        await stage.run(ActionAnswerOffer())
        assert [act["reason"] for act in stage.acts] == ["asked"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("找个疏通下水道的", "utter_merchant_ask_repair"),
        ("不走物业，花钱找个疏通下水道的", "utter_merchant_ask_order"),
    ],
)
async def test_homes_own_plumbing_is_offered_to_the_estates_repairers(
    stage: Stage, village: Village, words: str, asked: str
) -> None:
    await shop(village, "快通", "unclog")
    await look(stage, words, "疏通下水道")
    assert stage.said[-1] == asked


async def test_merchant_is_called_confirmed_and_told_with_a_number(
    stage: Stage, village: Village, wang: Party
) -> None:
    await called(stage, village)
    assert stage.said == ["utter_merchant_ask_time"]
    told = []
    for words, intent in (
        ("昨天", "nlu_fallback"), ("2月31号", "nlu_fallback"), ("明天晚上九点", "nlu_fallback"),
        ("明天上午", "change_repair"),
    ):  # fmt: skip
        await stage.tell(FORM, words, intent)
        told.append(stage.said)
    problem = ["utter_merchant_time_problem", "utter_merchant_ask_time"]
    assert told == [
        problem, ["utter_form_not_understood", *problem], problem, ["utter_merchant_ask_confirm"],
    ]  # fmt: skip
    assert stage.values("utter_merchant_ask_confirm") == {
        "name": "绿源", "time": "明天（周二）上午", "service": "收废品旧家电",
        "phone": "13812348000",
    }  # fmt: skip
    await stage.tell(FORM, "电话换成13900139000", "correct_info")
    assert stage.said == ["utter_form_amended", "utter_merchant_ask_confirm"]
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMerchantOrder())
    (one,) = await merchant.mine(village.ctx, wang)
    assert stage.values("utter_merchant_ordered") == {"name": "绿源", "no": str(one.no)}
    assert (one.phone, one.service) == ("13900139000", "recycler")
    assert stage.known("merchant") == {}
    async with village.db.read() as conn:
        rows = await conn.execute(select(timer.c.key, timer.c.due_at))
        due = village.clock.now() + timedelta(hours=4)
        assert rows.all() == [(f"merchant_unanswered:{one.no}", due)]


async def test_phone_is_asked_when_none_is_on_record(village: Village, neighbour: Party) -> None:
    stage = Stage(village, neighbour.conversation_id)
    await called(stage, village)
    await stage.tell(FORM, "明天上午", "nlu_fallback")
    assert stage.said == ["utter_merchant_ask_phone"]
    await stage.tell(FORM, "13900139000", "nlu_fallback")
    assert stage.said == ["utter_merchant_ask_confirm"]


async def test_time_of_the_first_words_is_kept(stage: Stage, village: Village) -> None:
    await shop(village, "绿源", "recycler")
    await look(stage, "帮我叫个收旧家电的，明天上午来", "收旧家电")
    await yes(stage)
    await stage.run(FORM)
    assert stage.said == ["utter_merchant_ask_confirm"]


async def test_no_home_is_bound_first_and_no_at_the_end_asks_what_to_change(
    unbound: Stage, stage: Stage, village: Village
) -> None:
    await called(unbound, village)
    assert unbound.said == ["utter_bind_ask_room"]
    await look(stage, "帮我叫个收旧家电的", "收旧家电")
    await yes(stage)
    await stage.run(FORM)
    for words, intent in (("明天上午", "nlu_fallback"), ("不对", "deny")):
        await stage.tell(FORM, words, intent)
    assert stage.said == ["utter_merchant_what_to_change"]


async def ordered(stage: Stage, village: Village) -> int:
    await called(stage, village)
    await stage.tell(FORM, "明天上午", "nlu_fallback")
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionMerchantOrder())
    return int(stage.values("utter_merchant_ordered")["no"])


async def test_order_is_asked_after_and_cancelled_on_yes(
    stage: Stage, village: Village, wang: Party
) -> None:
    no = await ordered(stage, village)
    await look(stage, "收旧家电的啥时候来", "收旧家电")
    assert stage.values("utter_merchant_state") == {
        "no": str(no), "name": "绿源", "service": "收废品旧家电", "state": "等商家答复",
        "when": "11月4日 08:00到12:00",
    }  # fmt: skip
    await look(stage, "收旧家电那个不用来了", "收旧家电")
    assert stage.said == ["utter_merchant_ask_cancel"]
    assert await yes(stage) == "action_merchant_find"
    await stage.run(FIND)
    assert stage.said == ["utter_merchant_cancelled"]
    assert await merchant.mine(village.ctx, wang) == []


async def test_shop_that_has_accepted_is_said_to_be_told(stage: Stage, village: Village) -> None:
    no = await ordered(stage, village)
    await merchant.answer(village.ctx, no, accepted=True, tell=silent)
    await look(stage, "收旧家电那个不用来了", "收旧家电")
    assert await yes(stage) == "action_merchant_find"
    await stage.run(FIND)
    assert stage.said == ["utter_merchant_recalled"]
    assert stage.values("utter_merchant_recalled") == {"no": str(no), "name": "绿源"}


async def test_another_homes_order_is_as_absent(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    no = await ordered(stage, village)
    other = Stage(village, neighbour.conversation_id)
    said: list[Any] = []
    for number, choice in ((no, "cancel"), (9999, "cancel"), (no, "burn")):
        other.hear("/", "find_merchant", entity("order_no", str(number)), entity("choice", choice))
        await other.run(FIND)
        said.append(other.said)
    assert said == [
        ["utter_error_not_found"], ["utter_error_not_found"], ["utter_error_bad_request"],
    ]  # fmt: skip


async def test_same_yes_twice_orders_once(stage: Stage, village: Village) -> None:
    await called(stage, village)
    await stage.tell(FORM, "明天上午", "nlu_fallback")
    slots = dict(stage.slots)
    for _ in range(2):
        stage.slots |= slots
        stage.hear("对", "affirm", turn_id="turn_77")
        await stage.run(ActionMerchantOrder())
        assert stage.said == ["utter_merchant_ordered"]
    assert await village.count(merchant_order) == 1
    (one,) = await merchant.mine(village.ctx, await stage.hearing().party())
    await merchant.cancel(village.ctx, await stage.hearing().party(), one.no)
    stage.slots |= slots
    stage.hear("对", "affirm", turn_id="turn_77")
    await stage.run(ActionMerchantOrder())
    assert stage.said == ["utter_merchant_cancelled"]
