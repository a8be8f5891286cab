"""Counters: slots are offered where none was said, and nothing that was said is lost."""

from __future__ import annotations

from typing import Any

import pytest

from actions.appointment import ActionAppointmentBook, ValidateAppointmentForm
from actions.forms import REQUESTED
from community.services import appointment
from community.store import schema
from community.store.appointments import Appointment
from community.store.identities import Party
from tests.actions.stage import Stage, entity
from tests.community.counters import add_bookables
from tests.community.estate import at
from tests.community.village import Village

FORM = ValidateAppointmentForm()


@pytest.fixture(autouse=True)
async def bookables(village: Village) -> None:
    await add_bookables(village)


async def say(stage: Stage, words: str, intent: str = "book_appointment", *found: Any) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    return stage.said


async def confirm(stage: Stage, turn_id: str = "turn_77") -> None:
    stage.hear("对", "affirm", turn_id=turn_id)
    await stage.run(ActionAppointmentBook())


async def book(
    village: Village, who: Party, day: int, hour: int, minute: int = 0, what: str = "b1"
) -> Appointment:
    return await appointment.book(
        village.ctx, who, turn_id=village.next("turn"), bookable_id=what,
        start=at(day, hour, minute),
    )  # fmt: skip


async def test_half_a_day_is_answered_with_its_free_slots(stage: Stage, village: Village) -> None:
    assert await say(stage, "帮我约个社保窗口，礼拜三上午") == ["utter_seat_free"]
    assert stage.values("utter_seat_free") == {
        "name": "社保窗口", "free": "后天（周三）上午9点、9点半、10点",
    }  # fmt: skip
    assert await say(stage, "第二个", "affirm") == ["utter_seat_ask_confirm"]
    assert stage.values("utter_seat_ask_confirm") == {
        "name": "社保窗口", "time": "后天（周三）上午9点半", "person": "您本人", "place": "1号窗口",
    }  # fmt: skip
    await confirm(stage)
    assert stage.said == ["utter_seat_booked", "utter_seat_bring", "utter_seat_until"]
    assert stage.values("utter_seat_booked") == {
        "no": "1001", "name": "社保窗口", "time": "后天（周三）上午9点半", "turn": "1",
        "place": "1号窗口",
    }  # fmt: skip
    assert stage.values("utter_seat_bring") == {"bring": "身份证"}
    assert stage.known("appointment") == {}


async def test_point_of_time_goes_straight_to_the_yes(stage: Stage) -> None:
    assert await say(stage, "明天下午三点去社保窗口") == ["utter_seat_ask_confirm"]
    assert stage.values("utter_seat_ask_confirm")["time"] == "明天（周二）下午3点"


async def test_minute_inside_a_slot_means_that_slot(stage: Stage) -> None:
    await say(stage, "明天下午三点一刻去社保窗口")
    assert stage.values("utter_seat_ask_confirm")["time"] == "明天（周二）下午3点"


async def test_without_a_time_the_first_three_are_offered(stage: Stage) -> None:
    assert await say(stage, "我要约社保") == ["utter_seat_free"]
    assert stage.values("utter_seat_free")["free"] == "今天下午2点半、3点、3点半"


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("三点", "今天下午3点"), ("头一个吧", "今天下午2点半"), ("最后那个", "今天下午3点半"),
        ("哪个都行", "今天下午2点半"), ("明天上午十点", "明天（周二）上午10点"), ("四点半", "今天下午4点半"),
    ],
)  # fmt: skip
async def test_offered_slot_is_chosen_in_many_ways(stage: Stage, words: str, time: str) -> None:
    await say(stage, "我要约社保")
    assert await say(stage, words, "affirm") == ["utter_seat_ask_confirm"]
    assert stage.values("utter_seat_ask_confirm")["time"] == time


async def test_more_are_read_when_none_suits(stage: Stage) -> None:
    await say(stage, "我要约社保")
    assert await say(stage, "还有别的吗", "check_material") == ["utter_seat_free"]
    assert stage.values("utter_seat_free")["free"] == "今天下午4点、4点半、明天（周二）上午9点"
    await say(stage, "第三个", "affirm")
    assert stage.values("utter_seat_ask_confirm")["time"] == "明天（周二）上午9点"


async def test_as_soon_as_possible_takes_the_first(stage: Stage) -> None:
    assert await say(stage, "约民政窗口，越早越好") == ["utter_seat_ask_confirm"]
    assert stage.values("utter_seat_ask_confirm")["time"] == "今天下午2点半"


@pytest.mark.parametrize(
    ("words", "why", "free"),
    [
        ("社保窗口，昨天上午", "utter_seat_past", "今天下午2点半、3点、3点半"),
        ("社保窗口，2月31号", "utter_seat_no_such_day", "今天下午2点半、3点、3点半"),
        ("社保窗口，12月20号", "utter_seat_too_far", "今天下午2点半、3点、3点半"),
        ("社保窗口，12月20号上午九点", "utter_seat_too_far", "今天下午2点半、3点、3点半"),
        ("社保窗口，周六上午", "utter_seat_closed", "11月10日（周一）上午9点、9点半、10点"),
        ("社保窗口，周六上午九点", "utter_seat_closed", "11月10日（周一）上午9点、9点半、10点"),
        ("社保窗口，后天中午十二点", "utter_seat_closed", "后天（周三）下午1点半、2点、2点半"),
        ("社保窗口，今天下午两点", "utter_seat_past", "今天下午2点半、3点、3点半"),
    ],
)
async def test_time_that_cannot_be_had_is_told_with_the_next_free(
    stage: Stage, words: str, why: str, free: str
) -> None:
    assert await say(stage, words) == [why, "utter_seat_free"]
    assert stage.values("utter_seat_free")["free"] == free
    assert stage.slots[REQUESTED] == "appointment_time"


async def test_full_slot_is_told_with_the_next_free(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await book(village, neighbour, 5, 9)
    assert await say(stage, "民政窗口，周三上午九点") == ["utter_seat_full", "utter_seat_free"]
    assert stage.values("utter_seat_free")["free"] == "后天（周三）上午9点半、10点、10点半"


async def test_full_half_day_is_told_once(stage: Stage, village: Village, neighbour: Party) -> None:
    for hour, minute in ((9, 0), (9, 30), (10, 0), (10, 30), (11, 0)):
        await book(village, neighbour, 5, hour, minute)
    assert await say(stage, "民政窗口，周三上午") == ["utter_seat_full", "utter_seat_free"]
    assert stage.values("utter_seat_free")["free"] == "后天（周三）下午1点半、2点、2点半"


async def test_last_free_slot_of_a_half_day_is_taken_at_once(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    for hour, minute in ((9, 0), (9, 30), (10, 0), (10, 30)):
        await book(village, neighbour, 5, hour, minute)
    assert await say(stage, "民政窗口，周三上午") == ["utter_seat_ask_confirm"]
    assert stage.values("utter_seat_ask_confirm")["time"] == "后天（周三）上午11点"


async def test_person_who_is_busy_then_is_told(stage: Stage, village: Village, wang: Party) -> None:
    await book(village, wang, 5, 9)
    said = await say(stage, "社保窗口，周三上午九点")
    assert said == ["utter_seat_duplicate", "utter_seat_free"]


async def test_what_for_is_asked_and_more_is_read_out(stage: Stage) -> None:
    assert await say(stage, "帮我约个号") == ["utter_appointment_ask_name"]
    assert stage.values("utter_appointment_ask_name") == {"names": "社保窗口、民政窗口"}
    assert await say(stage, "还有什么", "nlu_fallback") == ["utter_appointment_ask_name"]
    assert await say(stage, "低保", "query_guide") == ["utter_seat_free"]
    assert stage.known("appointment")["item"] == "低保"


async def test_matter_that_no_counter_has_is_said(stage: Stage) -> None:
    said = await say(stage, "约个护照的号", "book_appointment", entity("matter", "护照"))
    assert said == ["utter_seat_unknown", "utter_appointment_ask_name"]
    assert stage.values("utter_seat_unknown") == {"name": "护照"}


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("改成后天上午十点", {"time": "后天（周三）上午10点"}),
        ("九点半的", {"time": "明天（周二）上午9点半"}),
        ("换成民政窗口", {"name": "民政窗口", "place": "3号窗口"}),
        ("不对，是给我老伴约", {"person": "您老伴"}),
    ],
)
async def test_correction_at_the_summary_changes_its_part(
    stage: Stage, words: str, values: dict[str, str]
) -> None:
    await say(stage, "明天上午十点社保窗口")
    before = stage.values("utter_seat_ask_confirm")
    assert await say(stage, words, "correct_info") == [
        "utter_form_amended",
        "utter_seat_ask_confirm",
    ]
    assert stage.values("utter_seat_ask_confirm") == before | values


async def test_another_time_opens_the_question_again(stage: Stage) -> None:
    await say(stage, "明天上午十点社保窗口")
    assert await say(stage, "换个时间", "change_repair") == [
        "utter_form_amended",
        "utter_seat_free",
    ]


async def test_no_asks_what_to_change(stage: Stage) -> None:
    await say(stage, "明天上午十点社保窗口")
    assert await say(stage, "不对", "deny") == ["utter_seat_what_to_change"]
    assert await say(stage, "十点半", "out_of_scope") == [
        "utter_form_amended", "utter_seat_ask_confirm",
    ]  # fmt: skip
    assert stage.values("utter_seat_ask_confirm")["time"] == "明天（周二）上午10点半"


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("给我妈约个民政窗口，明天上午十点", "您妈妈"),
        ("我儿子开车送我，约民政窗口明天上午十点", "您本人"),
    ],
)  # fmt: skip
async def test_counter_is_for_oneself_unless_said_otherwise(
    stage: Stage, words: str, person: str
) -> None:
    await say(stage, words)
    assert stage.values("utter_seat_ask_confirm")["person"] == person


async def test_seat_that_went_meanwhile_keeps_all_but_the_slot(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await say(stage, "民政窗口，周三上午九点")
    await book(village, neighbour, 5, 9)
    await confirm(stage)
    assert stage.said == ["utter_seat_full", "utter_seat_ask_other"]
    assert stage.slots["offer"] == {"kind": "resume", "form": "appointment_form"}
    assert stage.known("appointment") == {"name": "民政窗口", "item": ""}
    assert await village.count(schema.appointment) == 1


async def test_time_that_went_by_meanwhile_is_told(stage: Stage, village: Village) -> None:
    await say(stage, "民政窗口，今天下午三点")
    village.clock.advance(3600)
    await confirm(stage)
    assert stage.said == ["utter_seat_past", "utter_seat_ask_other"]
    assert await village.count(schema.appointment) == 0


async def test_turn_delivered_twice_books_once(stage: Stage, village: Village) -> None:
    for day in ("周三", "周四"):
        await say(stage, f"民政窗口，{day}上午九点")
        await confirm(stage)
        stage.slots[REQUESTED] = None
        assert stage.values("utter_seat_booked")["no"] == "1001"
    assert await village.count(schema.appointment) == 1


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    told = [await say(unbound, "社保窗口，周三上午九点")]
    told += [await say(unbound, words, "nlu_fallback") for words in ("3号楼2单元501", "35010001")]
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_seat_ask_confirm"],
    ]  # fmt: skip


async def test_words_that_say_nothing_are_asked_again(stage: Stage) -> None:
    await say(stage, "我要约社保")
    assert await say(stage, "嗯嗯那个", "nlu_fallback") == [
        "utter_form_not_understood", "utter_seat_free",
    ]  # fmt: skip
