"""Parking: what a car owes, asking for a space, the line, and plates that are none."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from actions import wiring
from actions.forms import REQUESTED
from actions.offers import ActionAnswerOffer
from actions.parking import ActionParkingApply, ActionParkingRequest, ValidateParkingForm, kind_of
from actions.parking_fees import ActionParkingQuery
from community.services import parking
from community.store.identities import Home, Party
from community.store.schema import parking_request, timer
from tests.actions.stage import Stage, entity
from tests.community.estate import add_car, add_lot
from tests.community.village import Village

FORM = ValidateParkingForm()


async def query(stage: Stage, words: str, *found: Any) -> list[str]:
    stage.hear(words, "query_parking", *found)
    await stage.run(ActionParkingQuery())
    return stage.said


async def request(stage: Stage, words: str) -> list[str]:
    """What the rule's action says; the name of a form that it begins."""
    stage.hear(words, "apply_parking")
    events = await stage.run(ActionParkingRequest())
    return [*stage.said, *(event["name"] for event in events if event["event"] == "followup")]


async def say(stage: Stage, words: str, intent: str = "apply_parking", *found: Any) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    return stage.said


async def apply(stage: Stage, turn_id: str = "turn_77") -> list[str]:
    stage.hear("对", "affirm", turn_id=turn_id)
    await stage.run(ActionParkingApply())
    return stage.said


async def timers(village: Village) -> list[tuple[str, Any, str]]:
    async with village.db.read() as conn:
        rows = await conn.execute(select(timer.c.key, timer.c.due_at, timer.c.state))
        return [tuple(row) for row in rows]


async def test_card_is_told_with_the_days_that_it_holds(
    stage: Stage, village: Village, home: Home
) -> None:
    await add_car(village, home, "京A12345", days=6)
    await add_car(village, home, "京B22222", days=-4)
    await add_lot(village, "B1-01", home)
    assert await query(stage, "停车费还有好久到期") == [
        "utter_parking_card", "utter_parking_card_over", "utter_parking_space_rented",
    ]  # fmt: skip
    assert stage.values("utter_parking_card") == {
        "plate": "京A12345",
        "day": "11月9日",
        "days": "6",
    }
    assert stage.values("utter_parking_card_over") == {"plate": "京B22222", "day": "10月30日"}
    assert stage.values("utter_parking_space_rented") == {
        "space": "B1-01", "zone": "地下一层", "day": "11月30日",
    }  # fmt: skip


async def test_stay_so_far_is_told_with_what_it_costs(
    stage: Stage, village: Village, home: Home
) -> None:
    await add_car(village, home, "京A12345", inside_min=25 * 60 + 5)
    await add_car(village, home, "京B22222")
    said = await query(stage, "我的车京A幺二三四五停了多久了", entity("plate", "京A幺二三四五"))
    assert said == ["utter_parking_inside"]
    assert stage.values("utter_parking_inside") == {
        "plate": "京A12345", "stay": "1天1小时5分钟", "fee": "26元",
    }  # fmt: skip
    assert await query(stage, "京B22222的费用") == ["utter_parking_by_hour"]


async def test_another_homes_plate_is_as_absent(
    stage: Stage, village: Village, next_door: Home
) -> None:
    await add_car(village, next_door, "京B54321", days=6)
    for plate in ("京B54321", "京C99999"):
        assert await query(stage, f"{plate}哪天过期") == ["utter_error_not_found"]


@pytest.mark.parametrize("words", ["京A12哪天过期", "车牌京A1234567到期没"])
async def test_plate_that_is_none_is_explained(stage: Stage, words: str) -> None:
    assert await query(stage, words) == ["utter_parking_plate_shape"]
    assert stage.asked


@pytest.mark.parametrize(
    ("words", "response", "values"),
    [
        ("临时停车怎么收费", "utter_parking_tariff",
         {"free": "30", "hour": "3元", "cap": "20元", "month": "300元"}),
        ("朋友的车停了三个半小时，多少钱", "utter_parking_estimate",
         {"stay": "三个半小时", "fee": "12元"}),
        ("停五天多少钱", "utter_parking_estimate", {"stay": "五天", "fee": "100元"}),
        ("半个小时内免费吗", "utter_parking_tariff",
         {"free": "30", "hour": "3元", "cap": "20元", "month": "300元"}),
    ],
)  # fmt: skip
async def test_tariff_is_told_to_anybody(
    unbound: Stage, words: str, response: str, values: dict[str, str]
) -> None:
    assert await query(unbound, words) == [response]
    assert unbound.values(response) == values


@pytest.mark.parametrize("words", ["闸机扣了我两次钱", "停车费能开发票不", "停车卡余额"])
async def test_what_only_the_desk_sees_is_passed_on_if_wanted(unbound: Stage, words: str) -> None:
    assert await query(unbound, words) == ["utter_parking_ask_desk"]
    stage = unbound
    stage.hear("转给工作人员", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.acts == [{"name": "handoff", "reason": "asked", "words": words, "slots": {}}]


async def test_price_of_a_space_is_told_to_anybody(unbound: Stage, village: Village) -> None:
    await add_lot(village, "B1-04")
    assert await query(unbound, "车位租金涨了没有") == ["utter_parking_rent"]
    assert unbound.values("utter_parking_rent") == {"count": "1", "price": "350元"}


async def test_own_car_needs_a_home(unbound: Stage) -> None:
    assert await query(unbound, "停车费还有好久到期") == ["utter_bind_first"]


async def test_no_car_is_said(stage: Stage) -> None:
    assert await query(stage, "停车费还有好久到期") == ["utter_parking_no_cars"]


async def test_many_cars_are_told_three_at_a_time(
    stage: Stage, village: Village, home: Home
) -> None:
    for plate in ("京A11111", "京A22222", "京A33333", "京A44444"):
        await add_car(village, home, plate)
    said = await query(stage, "我家的车都是哪天到期")
    assert said == ["utter_parking_by_hour"] * 3 + ["utter_parking_more"]
    assert stage.values("utter_parking_more") == {"count": "1"}


async def test_renewing_is_at_the_page_for_payers_and_at_the_counter_for_all(
    stage: Stage, village: Village, home: Home, wang: Party
) -> None:
    await add_car(village, home, "京A12345", days=6)
    tenant = Stage(village, (await village.account(home, person=1)).conversation_id)
    assert await query(stage, "月卡怎么续") == ["utter_parking_card", "utter_parking_renew_counter"]
    village.pay_url = "https://pay.example/"
    wiring.use(village.ctx)
    assert await query(stage, "月卡怎么续") == ["utter_parking_card", "utter_parking_renew_page"]
    assert stage.values("utter_parking_renew_page") == {"page": "https://pay.example/"}
    assert await query(tenant, "月卡怎么续") == [
        "utter_parking_card",
        "utter_parking_renew_counter",
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("想租个车位", "rent"), ("换了新车,车牌改一下", "plate"), ("车牌写错了", "plate"),
        ("帮我加一辆车", "add"), ("开通月租", "add"), ("车位退租", "return"),
        ("车位不租了", "return"), ("解绑豫A0Y715，车报废了", "remove"), ("车位排队我排第几", "line"),
        ("登记车牌", "add"), ("我买了车，咋登记", "add"), ("租车位的申请取消", "cancel"),
        ("我要换个车位，旁边那柱子老刮", "desk"), ("原来的牌照注销了，换冀A3ZK19", "plate"),
        ("车牌从京A12345换成京AD54321", "plate"), ("车卖了，月卡退掉", "remove"),
    ],
)  # fmt: skip
def test_what_is_asked_for(words: str, kind: str) -> None:
    assert kind_of(words) == kind


async def test_space_is_held_and_looked_at_when_its_time_is_over(
    stage: Stage, village: Village, wang: Party
) -> None:
    await add_lot(village, "B1-04")
    assert await request(stage, "想租个车位") == ["parking_form"]
    assert await say(stage, "想租个车位") == [
        "utter_parking_free",
        "utter_parking_ask_plate_or_none",
    ]
    assert stage.values("utter_parking_free") == {"count": "1", "price": "350元"}
    plate = entity("plate", "京A幺二三四五")
    assert await say(stage, "京A幺二三四五", "correct_info", plate) == ["utter_parking_ask_confirm"]
    assert stage.values("utter_parking_ask_confirm") == {
        "what": "租车位", "details": "，车牌京A12345",
    }  # fmt: skip
    assert await apply(stage) == ["utter_parking_reserved"]
    assert stage.values("utter_parking_reserved") == {
        "no": "1001", "space": "B1-04", "until": "11月6日 14:05",
    }  # fmt: skip
    assert stage.known("parking") == {}
    ((held, _),) = await parking.mine(village.ctx, wang)
    assert await timers(village) == [("parking_line:1001", held.held_until, "pending")]


async def test_without_a_free_space_the_home_waits_in_line(stage: Stage) -> None:
    said = await say(stage, "想租个车位")
    assert said == ["utter_parking_none_free", "utter_parking_ask_plate_or_none"]
    assert stage.values("utter_parking_none_free") == {"waiting": "0"}
    assert await say(stage, "还没有车", "deny") == ["utter_parking_ask_confirm"]
    assert stage.values("utter_parking_ask_confirm") == {"what": "租车位", "details": ""}
    assert await apply(stage) == ["utter_parking_waiting"]
    for words in ("车位排队我排第几", "想租个车位"):
        assert await request(stage, words) == ["utter_parking_waiting"]
        assert stage.values("utter_parking_waiting") == {"no": "1001", "place": "1"}


async def test_plate_that_is_none_is_asked_again_without_losing_anything(stage: Stage) -> None:
    await say(stage, "想租个车位")
    for _ in range(3):
        assert await say(stage, "京A12", "nlu_fallback") == ["utter_parking_plate_shape"]
    assert (stage.slots[REQUESTED], stage.known("parking")) == ("parking_plate", {"kind": "rent"})


async def test_only_car_is_the_one_whose_plate_changes(
    stage: Stage, village: Village, home: Home
) -> None:
    await add_car(village, home, "京A12345", days=6)
    assert await say(stage, "换了新车，车牌改一下") == ["utter_parking_ask_plate"]
    assert await say(stage, "京AD54321", "nlu_fallback") == ["utter_parking_ask_confirm"]
    assert stage.values("utter_parking_ask_confirm") == {
        "what": "换车牌", "details": "，原车牌京A12345，车牌京AD54321",
    }  # fmt: skip
    assert await apply(stage) == ["utter_parking_pending"]
    assert stage.values("utter_parking_pending") == {"no": "1001", "what": "换车牌"}
    (car,) = await parking.cars(village.ctx, await stage.hearing().party())
    assert car.plate == "京A12345"


async def test_which_of_two_cars_is_asked(stage: Stage, village: Village, home: Home) -> None:
    await add_car(village, home, "京A12345")
    await add_car(village, home, "京B22222")
    assert await say(stage, "新车牌京AD54321") == ["utter_parking_ask_old"]
    said = await say(stage, "京C99999那辆", "nlu_fallback")
    assert said == ["utter_parking_not_yours", "utter_parking_ask_old"]
    assert await say(stage, "京B22222那辆", "nlu_fallback") == ["utter_parking_ask_confirm"]
    assert stage.known("parking") == {"kind": "plate", "old": "京B22222", "plate": "京AD54321"}


async def test_both_plates_in_one_sentence(stage: Stage, village: Village, home: Home) -> None:
    await add_car(village, home, "京A12345")
    assert await say(stage, "车牌从京A12345换成京AD54321") == ["utter_parking_ask_confirm"]
    assert stage.known("parking") == {"kind": "plate", "old": "京A12345", "plate": "京AD54321"}


async def test_changed_plate_of_a_home_without_cars_is_a_new_one(stage: Stage) -> None:
    assert await say(stage, "新车牌京AD54321，换一下") == ["utter_parking_ask_confirm"]
    assert stage.known("parking") == {"kind": "add", "plate": "京AD54321"}


async def test_correction_at_the_summary_changes_the_plate(stage: Stage) -> None:
    await say(stage, "登记车牌京A12345")
    said = await say(stage, "不对，是京A12346", "correct_info")
    assert said == ["utter_form_amended", "utter_parking_ask_confirm"]
    assert stage.known("parking") == {"kind": "add", "plate": "京A12346"}
    assert await say(stage, "不对", "deny") == ["utter_parking_what_to_change"]


async def test_another_homes_car_cannot_be_struck(
    stage: Stage, village: Village, next_door: Home
) -> None:
    await add_car(village, next_door, "京B54321")
    said = await say(stage, "解绑京B54321，车报废了")
    assert said == ["utter_parking_not_yours", "utter_parking_ask_plate"]


async def test_space_is_returned_at_the_desk(stage: Stage, village: Village, home: Home) -> None:
    assert await request(stage, "车位退租") == ["utter_parking_no_space"]
    await add_lot(village, "B1-01", home)
    await add_lot(village, "B1-02", home)
    assert await request(stage, "想租个车位") == ["utter_parking_enough_spaces"]
    assert await request(stage, "车位退租") == ["parking_form"]
    assert await say(stage, "车位退租") == ["utter_parking_ask_space"]
    assert await say(stage, "b1-02", "nlu_fallback") == ["utter_parking_ask_confirm"]
    assert stage.values("utter_parking_ask_confirm") == {"what": "退车位", "details": "，车位B1-02"}
    assert await apply(stage) == ["utter_parking_pending"]


async def test_application_is_made_once_per_turn_and_a_second_is_said(
    stage: Stage, village: Village
) -> None:
    await say(stage, "想租个车位，京A12345")
    slots, said = dict(stage.slots), []
    for turn_id in ("turn_77", "turn_77", "turn_78"):
        stage.slots |= slots
        said.append(await apply(stage, turn_id))
    assert said == [
        ["utter_parking_waiting"],
        ["utter_parking_waiting"],
        ["utter_parking_asked_before"],
    ]
    assert await village.count(parking_request) == 1


@pytest.mark.parametrize("words", ["车位不租了", "租车位的申请取消"])
async def test_application_is_taken_back_on_yes_and_the_line_looked_at(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    assert await request(stage, "租车位的申请取消") == ["utter_parking_no_request"]
    await say(stage, "想租个车位，京A12345")
    await apply(stage)
    assert await request(stage, words) == ["utter_parking_ask_cancel"]
    assert stage.values("utter_parking_ask_cancel") == {"no": "1001", "what": "租车位"}
    stage.hear("不要了", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.values("utter_parking_cancelled") == {"no": "1001"}
    assert await parking.mine(village.ctx, wang) == []
    assert await timers(village) == [("parking_line:now", village.clock.now(), "pending")]


async def test_held_space_is_taken_back_with_its_timer_and_the_same_yes_again_says_so_again(
    stage: Stage, village: Village
) -> None:
    await add_lot(village, "B1-04")
    await say(stage, "想租个车位，京A12345")
    before = dict(stage.slots)
    await apply(stage)
    await request(stage, "租车位的申请取消")
    slots = dict(stage.slots)
    for _ in range(2):
        stage.slots |= slots
        stage.hear("不要了", "affirm", turn_id="turn_78")
        await stage.run(ActionAnswerOffer())
        assert stage.said == ["utter_parking_cancelled"]
    states = {key: state for key, _, state in await timers(village)}
    assert states == {"parking_line:1001": "cancelled", "parking_line:now": "pending"}
    stage.slots |= before
    assert await apply(stage) == ["utter_parking_over"]
    assert stage.values("utter_parking_over") == {
        "no": "1001", "what": "租车位", "state": "已取消",
    }  # fmt: skip


async def test_space_is_returned_though_another_is_asked_for(
    stage: Stage, village: Village, home: Home, wang: Party
) -> None:
    await add_lot(village, "B1-01", home)
    await parking.request(village.ctx, wang, turn_id="t1", kind="rent")
    assert await request(stage, "车位退租") == ["parking_form"]


async def test_swap_of_spaces_is_passed_on_if_wanted(stage: Stage) -> None:
    assert await request(stage, "两家换车位可以吗") == ["utter_parking_ask_desk"]
    assert stage.slots["offer"] == {
        "kind": "handoff", "reason": "asked", "words": "两家换车位可以吗",
    }  # fmt: skip


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    assert await request(unbound, "登记车牌京A12345") == ["parking_form"]
    told = [await say(unbound, "登记车牌京A12345")]
    for words in ("3号楼2单元501", "35010001"):
        told.append(await say(unbound, words, "nlu_fallback"))
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_parking_ask_confirm"],
    ]  # fmt: skip
