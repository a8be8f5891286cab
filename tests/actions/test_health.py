"""Community health: for whom a visit is, where it comes, and never a word of advice."""

from __future__ import annotations

from typing import Any

import pytest

from actions.forms import REQUESTED
from actions.health import ActionHealthBook, ValidateHealthForm
from community.services import appointment
from community.store.identities import Home, Party
from tests.actions.stage import Stage, entity
from tests.community.counters import add_bookables
from tests.community.village import Village

FORM = ValidateHealthForm()


@pytest.fixture(autouse=True)
async def bookables(village: Village) -> None:
    await add_bookables(village)


async def say(
    stage: Stage, words: str, intent: str = "book_health_service", *found: Any
) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    return stage.said


async def test_visit_comes_home_for_whom_it_was_asked(
    stage: Stage, village: Village, wang: Party
) -> None:
    assert await say(stage, "约护士上门给我妈换药，明天上午九点") == ["utter_seat_ask_confirm_home"]
    assert stage.values("utter_seat_ask_confirm_home") == {
        "name": "护士上门", "time": "明天（周二）上午9点", "person": "您妈妈", "place": "3号楼2单元501",
    }  # fmt: skip
    stage.hear("对", "affirm", turn_id="turn_77")
    await stage.run(ActionHealthBook())
    assert stage.said == ["utter_seat_booked_home", "utter_seat_ready", "utter_seat_until"]
    (made,) = await appointment.mine(village.ctx, wang)
    assert (made.person, made.item, made.name) == ("妈妈", "护士", "护士上门")


@pytest.mark.parametrize(
    ("words", "person"),
    [("我老伴", "您老伴"), ("我自己", "您本人"), ("周敏", "周敏"), ("是给我妈妈约的", "您妈妈")],
)
async def test_visit_asks_for_whom(stage: Stage, village: Village, words: str, person: str) -> None:
    assert await say(stage, "约护士打针，明天上午九点") == ["utter_seat_ask_person"]
    intent = "chitchat" if words == "周敏" else "book_appointment"
    assert await say(stage, words, intent) == ["utter_seat_ask_confirm_home"]
    assert stage.values("utter_seat_ask_confirm_home")["person"] == person


async def test_name_of_nobody_of_the_home_is_no_person(stage: Stage) -> None:
    await say(stage, "约护士打针，明天上午九点")
    assert await say(stage, "李宏伟", "nlu_fallback") == [
        "utter_form_not_understood", "utter_seat_ask_person",
    ]  # fmt: skip


async def test_consultation_is_for_oneself_at_the_clinic(stage: Stage) -> None:
    assert await say(stage, "约社区医生量个血压") == ["utter_seat_free"]
    await say(stage, "第一个", "affirm")
    assert stage.values("utter_seat_ask_confirm") == {
        "name": "社区医生门诊", "time": "今天下午2点15分", "person": "您本人", "place": "1诊室",
    }  # fmt: skip


async def test_words_of_illness_are_answered_once_and_without_advice(stage: Stage) -> None:
    said = await say(stage, "头晕老不好，给我约个内科", "book_health_service")
    assert said == ["utter_health_unwell", "utter_seat_free"]
    assert await say(stage, "头还疼，要第一个", "affirm") == ["utter_seat_ask_confirm"]


@pytest.mark.parametrize("words", ["约个疼痛科", "约个内科"])
async def test_name_of_a_department_is_no_illness(stage: Stage, words: str) -> None:
    assert "utter_health_unwell" not in await say(stage, words)


async def test_department_that_is_not_there_is_said(stage: Stage) -> None:
    said = await say(stage, "挂个皮肤科", "book_health_service", entity("service", "皮肤科"))
    assert said == ["utter_seat_unknown", "utter_health_ask_name"]
    assert stage.values("utter_health_ask_name") == {"names": "社区医生门诊、护士上门"}


async def test_no_such_day_keeps_the_rest(stage: Stage) -> None:
    said = await say(stage, "我想约护士上门给我妈打针，2月31号")
    assert said == ["utter_seat_no_such_day", "utter_seat_free"]
    assert stage.known("health")["person"] == "您妈妈"
    assert stage.slots[REQUESTED] == "health_time"


async def test_account_without_a_home_is_bound_before_a_visit(unbound: Stage, home: Home) -> None:
    assert await say(unbound, "约护士上门给我妈打针") == ["utter_bind_ask_room"]
    assert unbound.known("health")["person"] == "您妈妈"
