"""A booked appointment: told, moved, given back; asked which when several may be meant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rasa_sdk.events import FollowupAction
from sqlalchemy import select

from actions.rebooking import ActionAppointmentChange, ActionAppointmentRebook, ValidateRebookForm
from actions.seat_reminder import due
from community.services import appointment
from community.store import schema
from community.store.identities import Party
from tests.actions.stage import Stage, entity
from tests.community.counters import add_bookables
from tests.community.estate import at
from tests.community.village import Village

FORM, INTENT = ValidateRebookForm(), "change_appointment"


@pytest.fixture(autouse=True)
async def bookables(village: Village) -> None:
    await add_bookables(village)


async def book(village: Village, who: Party, start: datetime, what: str = "b0") -> int:
    made = await appointment.book(
        village.ctx, who, turn_id=village.next("turn"), bookable_id=what, start=start
    )
    return made.no


async def ask(stage: Stage, words: str, *found: Any) -> list[str]:
    """The first words; the form is begun where it would follow."""
    stage.hear(words, INTENT, *found)
    events = await stage.run(ActionAppointmentChange())
    if FollowupAction("rebook_form") in events:
        stage.loop = FORM.form
        await stage.run(FORM)
        stage.loop = FORM.form if stage.slots.get("requested_slot") else None
        if stage.loop is None:
            await stage.run(ActionAppointmentRebook())
    return stage.said


async def say(stage: Stage, words: str, intent: str = "nlu_fallback", *found: Any) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    if stage.loop is None:
        await stage.run(ActionAppointmentRebook())
    return stage.said


async def state(village: Village, who: Party, no: int) -> tuple[str, datetime]:
    one = await appointment.find(village.ctx, who, no)
    return one.state, one.starts_at


async def test_when_mine_is_told_with_who_waits_before(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await book(village, neighbour, at(5, 9))
    await book(village, wang, at(5, 9))
    assert await ask(stage, "我那预约是几点") == ["utter_rebook_one", "utter_rebook_ahead"]
    assert stage.values("utter_rebook_one") == {
        "no": "1002", "name": "社保窗口", "time": "后天（周三）上午9点", "place": "1号窗口",
        "turn": "2", "state": "已约好",
    }  # fmt: skip
    assert stage.values("utter_rebook_ahead") == {"count": "1"}


async def test_three_are_told_and_the_rest_counted(
    stage: Stage, village: Village, wang: Party
) -> None:
    for day in (4, 5, 6, 7):
        await book(village, wang, at(day, 9))
    assert await ask(stage, "查一下我的预约") == ["utter_rebook_one"] * 3 + ["utter_rebook_more"]


async def test_only_one_is_given_back_on_yes(stage: Stage, village: Village, wang: Party) -> None:
    no = await book(village, wang, at(5, 9))
    assert await ask(stage, "那个号取消吧") == ["utter_rebook_ask_cancel"]
    assert stage.values("utter_rebook_ask_cancel") == {
        "no": "1001", "name": "社保窗口", "old": "后天（周三）上午9点",
    }  # fmt: skip
    assert await state(village, wang, no) == ("booked", at(5, 9))
    assert await say(stage, "对", "affirm") == ["utter_rebook_cancelled"]
    assert await state(village, wang, no) == ("cancelled", at(5, 9))
    assert stage.known("rebook") == {}


async def test_no_keeps_it(stage: Stage, village: Village, wang: Party) -> None:
    no = await book(village, wang, at(5, 9))
    await ask(stage, "那个号取消吧")
    assert await say(stage, "不要", "deny") == ["utter_rebook_kept"]
    assert await state(village, wang, no) == ("booked", at(5, 9))


async def test_it_is_moved_on_yes_and_keeps_its_number(
    stage: Stage, village: Village, wang: Party
) -> None:
    no = await book(village, wang, at(5, 9))
    assert await ask(stage, "我约的周三去不了了，换周五上午十点") == ["utter_rebook_ask_move"]
    assert stage.values("utter_rebook_ask_move") == {
        "no": "1001", "name": "社保窗口", "old": "后天（周三）上午9点", "time": "11月7日（周五）上午10点",
    }  # fmt: skip
    assert await say(stage, "对", "affirm") == ["utter_rebook_moved"]
    assert await state(village, wang, no) == ("booked", at(7, 10))


async def test_day_alone_offers_its_slots(stage: Stage, village: Village, wang: Party) -> None:
    no = await book(village, wang, at(5, 9))
    assert await ask(stage, "预约改到后天") == ["utter_seat_free"]
    assert await say(stage, "第三个", "affirm") == ["utter_rebook_ask_move"]
    assert await say(stage, "改成周四上午九点", "correct_info") == [
        "utter_form_amended", "utter_rebook_ask_move",
    ]  # fmt: skip
    await say(stage, "对", "affirm")
    assert await state(village, wang, no) == ("booked", at(6, 9))


@pytest.mark.parametrize(
    ("words", "free"),
    [
        ("能不能往后推一天", "11月6日（周四）上午9点、9点半、10点"),
        ("窗口那个号往后错两天", "11月7日（周五）上午9点、9点半、10点"),
        ("提前一天行吗", "明天（周二）上午9点、9点半、10点"),
    ],
)
async def test_shift_by_days_offers_that_day(
    stage: Stage, village: Village, wang: Party, words: str, free: str
) -> None:
    await book(village, wang, at(5, 9))
    assert await ask(stage, words) == ["utter_seat_free"]
    assert stage.values("utter_seat_free")["free"] == free


@pytest.mark.parametrize("words", ["1002", "第二个", "民政那个", "周四的"])
async def test_of_several_it_is_asked_which(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    await book(village, wang, at(5, 9))
    no = await book(village, wang, at(6, 9), "b1")
    assert await ask(stage, "把预约取消") == ["utter_rebook_one"] * 2 + ["utter_rebook_which"]
    assert await say(stage, words) == ["utter_rebook_ask_cancel"]
    assert stage.values("utter_rebook_ask_cancel")["no"] == str(no)


@pytest.mark.parametrize(
    ("words", "no"),
    [("周四的预约不要了", "1002"), ("社保那个号退掉", "1001"), ("1002那个预约取消", "1002")],
)
async def test_words_single_one_out(
    stage: Stage, village: Village, wang: Party, words: str, no: str
) -> None:
    await book(village, wang, at(5, 9))
    await book(village, wang, at(6, 9), "b1")
    assert await ask(stage, words) == ["utter_rebook_ask_cancel"]
    assert stage.values("utter_rebook_ask_cancel")["no"] == no


async def test_number_of_another_home_is_not_found(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    no = await book(village, neighbour, at(5, 9))
    await book(village, wang, at(5, 9))
    for said in (str(no), "A0317"):
        words = f"预约号{said}取消"
        assert await ask(stage, words, entity("order_no", said)) == ["utter_rebook_not_found"]
    assert await state(village, neighbour, no) == ("booked", at(5, 9))


async def test_late_change_is_refused_kindly(stage: Stage, village: Village, wang: Party) -> None:
    no = await book(village, wang, at(3, 15))
    assert await ask(stage, "预约取消") == ["utter_rebook_late"]
    assert await ask(stage, "预约改到后天") == ["utter_rebook_late"]
    assert await state(village, wang, no) == ("booked", at(3, 15))
    assert stage.known("rebook") == {}


async def test_one_that_is_over_is_told_so(stage: Stage, village: Village, wang: Party) -> None:
    no = await book(village, wang, at(5, 9))
    await appointment.cancel(village.ctx, wang, no, turn_id="t")
    assert await ask(stage, "1001那个预约取消") == ["utter_rebook_over"]


async def test_seat_that_went_meanwhile_keeps_the_old(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    no = await book(village, wang, at(5, 9), "b1")
    await ask(stage, "预约改到周五上午九点")
    await book(village, neighbour, at(7, 9), "b1")
    stage.hear("对", "affirm")
    await stage.run(ActionAppointmentRebook())
    assert stage.said == ["utter_seat_full", "utter_seat_ask_other"]
    assert stage.slots["offer"] == {"kind": "resume", "form": "rebook_form"}
    assert await state(village, wang, no) == ("booked", at(5, 9))


async def test_yes_to_a_seat_that_went_is_no_yes_to_the_next(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    no = await book(village, wang, at(5, 9), "b1")
    await ask(stage, "预约改到周五上午九点")
    await book(village, neighbour, at(7, 9), "b1")
    assert await say(stage, "对", "affirm") == ["utter_seat_full", "utter_seat_free"]
    assert await say(stage, "第一个", "affirm") == ["utter_rebook_ask_move"]
    assert await state(village, wang, no) == ("booked", at(5, 9))


async def test_without_any_it_is_said(stage: Stage, unbound: Stage) -> None:
    assert await ask(stage, "我那预约是几点") == ["utter_rebook_none"]
    assert await ask(unbound, "我那预约是几点") == ["utter_bind_first"]


@pytest.mark.parametrize(
    "words", ["还有两个小时，现在取消来得及吗", "我预约成功没有", "预约取消了没"]
)
async def test_question_changes_nothing(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    await book(village, wang, at(5, 9))
    assert await ask(stage, words) == ["utter_rebook_one", "utter_rebook_ahead"]


async def test_question_in_between_is_answered_and_the_form_goes_on(
    stage: Stage, village: Village, wang: Party
) -> None:
    await book(village, wang, at(5, 9))
    await ask(stage, "预约改到后天")
    stage.hear("我那预约是几点来着", INTENT)
    assert [event["event"] for event in await stage.run(FORM)] == ["action_execution_rejected"]
    await stage.run(ActionAppointmentChange())
    assert stage.said == ["utter_rebook_one", "utter_rebook_ahead"]
    await stage.run(FORM)
    assert stage.said == ["utter_form_come_back", "utter_seat_free"]


@pytest.mark.parametrize(
    ("starts", "reminded"),
    [
        (at(5, 9), at(4, 18)), (at(4, 9), at(3, 18)), (at(3, 16, 30), at(3, 14, 30)),
        (at(3, 15), None),
    ],
)  # fmt: skip
def test_reminder_comes_the_evening_before_or_two_hours(
    starts: datetime, reminded: datetime | None
) -> None:
    assert due(starts, at(3, 14, 5)) == reminded


async def test_reminder_follows_the_appointment(
    stage: Stage, village: Village, wang: Party
) -> None:
    async def timer() -> list[tuple[str, str, datetime]]:
        columns = (schema.timer.c.key, schema.timer.c.state, schema.timer.c.due_at)
        async with village.db.read() as conn:
            return [(row[0], row[1], row[2]) for row in await conn.execute(select(*columns))]

    await book(village, wang, at(5, 9))
    await ask(stage, "预约改到周五上午十点")
    await say(stage, "对", "affirm")
    assert await timer() == [("appointment:1001", "pending", at(6, 18))]
    await ask(stage, "预约取消")
    await say(stage, "对", "affirm")
    assert await timer() == [("appointment:1001", "cancelled", at(6, 18))]
