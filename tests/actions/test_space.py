"""Borrowing rooms: free hours are said where they are asked for, and nothing that was said is lost."""

from __future__ import annotations

from typing import Any

import pytest

from actions.forms import REQUESTED
from actions.offers import ActionAnswerOffer
from actions.space import ActionSpaceBook, ActionSpaceRequest
from actions.space_form import ValidateSpaceForm
from actions.space_times import hours_words, people_of, time_of
from community.services import space
from community.store.identities import Party
from community.store.schema import space_booking
from tests.actions.stage import Stage, entity
from tests.community.estate import add_rooms, at, family
from tests.community.village import Village

FORM = ValidateSpaceForm()
NOW = at(3, 14, 5)


@pytest.fixture(autouse=True)
async def rooms(village: Village) -> None:
    await add_rooms(village)


async def say(stage: Stage, words: str, intent: str = "book_space", *found: Any) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    return stage.said


async def confirm(stage: Stage, turn_id: str = "turn_77") -> None:
    stage.hear("对", "affirm", turn_id=turn_id)
    await stage.run(ActionSpaceBook())


async def request(stage: Stage, words: str) -> list[Any]:
    stage.hear(words, "book_space")
    return await stage.run(ActionSpaceRequest())


async def book(village: Village, who: Party, day: int, hour: int, turn: str = "b", **more) -> None:
    values = {"name": "活动室"} | more
    await space.book(village.ctx, who, turn_id=turn, start=at(day, hour), end=at(day, hour + 1),
                     **values)  # fmt: skip


async def test_one_sentence_fills_everything_but_the_yes(stage: Stage) -> None:
    assert await say(stage, "周六下午两点到四点借乒乓球台") == ["utter_space_ask_confirm"]
    assert stage.values("utter_space_ask_confirm") == {
        "name": "乒乓球台", "time": "11月8日（周六）下午2点到4点", "price": "一共10元",
    }  # fmt: skip
    await confirm(stage)
    assert stage.values("utter_space_booked") == {
        "no": "1001", "name": "乒乓球台", "time": "11月8日 14:00到16:00", "price": "一共10元",
    }  # fmt: skip
    assert stage.known("space") == {}


async def test_day_alone_is_answered_with_its_free_hours(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await book(village, neighbour, 8, 12)
    assert await say(stage, "周六想借活动室打牌") == ["utter_space_free", "utter_space_ask_time"]
    assert stage.values("utter_space_free") == {
        "name": "活动室", "free": "11月8日（周六）8点到12点、13点到21点", "price": "不收费",
    }  # fmt: skip
    assert await say(stage, "三点到五点吧", "nlu_fallback") == ["utter_space_ask_confirm"]
    assert stage.values("utter_space_ask_confirm")["time"] == "11月8日（周六）下午3点到5点"


async def test_correcting_words_answer_the_question_they_are_asked(stage: Stage) -> None:
    await say(stage, "周六想借活动室打牌")
    assert await say(stage, "下午三点", "correct_info") == ["utter_space_ask_confirm"]
    assert stage.known("space")["time"] == "11月8日（周六）下午3点"


async def test_asking_only_tells_what_is_free_next(stage: Stage) -> None:
    assert await say(stage, "乒乓球台有空没") == ["utter_space_free", "utter_space_ask_time"]
    assert stage.values("utter_space_free")["free"] == (
        "今天15点到21点、明天（周二）8点到21点、后天（周三）8点到21点"
    )


async def test_full_time_is_answered_with_the_next_free_ones(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await book(village, neighbour, 4, 9)
    said = await say(stage, "明天上午九点借活动室")
    assert said == ["utter_space_taken", "utter_space_free", "utter_space_ask_time"]
    assert stage.values("utter_space_free")["free"] == "明天（周二）8点到9点、10点到21点"
    assert await say(stage, "那就十点", "nlu_fallback") == ["utter_space_ask_confirm"]
    assert stage.known("space") == {"name": "活动室", "time": "明天（周二）上午10点"}


@pytest.mark.parametrize(
    ("words", "why", "values"),
    [
        ("2月31号上午九点借活动室", "utter_space_no_such_day", {}),
        ("昨天下午三点借活动室", "utter_space_past", {}),
        ("12月20号上午九点借活动室", "utter_space_too_far", {"days": "14"}),
        ("明天晚上十点借活动室", "utter_space_closed",
         {"name": "活动室", "opens": "8", "closes": "21"}),
        ("明天上午八点到十二点借活动室", "utter_space_too_long", {"hours": "3"}),
    ],
)  # fmt: skip
async def test_time_that_cannot_be_is_said_kindly_and_the_room_is_kept(
    stage: Stage, words: str, why: str, values: dict[str, str]
) -> None:
    assert await say(stage, words) == [why, "utter_space_free", "utter_space_ask_time"]
    assert stage.values(why) == values
    assert stage.known("space")["name"] == "活动室"
    assert stage.slots[REQUESTED] == "space_time"


@pytest.mark.parametrize(
    ("words", "why"),
    [("这个月二十号借活动室", "utter_space_too_far"), ("昨天下午借活动室", "utter_space_past"),
     ("每周二四晚七点借活动室", "utter_space_once")],
)  # fmt: skip
async def test_day_out_of_reach_is_not_called_full(stage: Stage, words: str, why: str) -> None:
    assert await say(stage, words) == [why, "utter_space_free", "utter_space_ask_time"]
    assert stage.values("utter_space_free")["free"].startswith("今天15点到21点")
    assert stage.known("space") == {"name": "活动室"}


async def test_week_that_is_used_up_is_said(stage: Stage, village: Village, wang: Party) -> None:
    for hour in range(8, 12):
        await book(village, wang, 8, hour, f"b{hour}")
    said = await say(stage, "周日上午九点到十二点借活动室")
    assert said == ["utter_space_too_many", "utter_space_free", "utter_space_ask_time"]
    assert stage.values("utter_space_too_many") == {"hours": "6", "left": "2"}
    for hour in range(12, 14):
        await book(village, wang, 8, hour, f"b{hour}")
    said = await say(stage, "九点", "nlu_fallback")
    assert said == ["utter_space_week_full", "utter_space_free", "utter_space_ask_time"]


async def test_full_day_leads_to_other_days(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    who = [neighbour, await village.account(await family(village)),
           await village.account(await village.home(9, 1, "1", code="91"))]  # fmt: skip
    for hour in range(8, 21):
        await book(village, who[hour % 3], 8, hour, f"b{hour}")
    said = await say(stage, "周六借活动室")
    assert said == ["utter_space_full", "utter_space_free", "utter_space_ask_time"]
    assert stage.values("utter_space_full") == {"name": "活动室", "time": "11月8日（周六）全天"}
    assert stage.values("utter_space_free")["free"].startswith("今天15点到21点、明天（周二）")


async def test_room_that_is_not_there_is_said_and_another_asked_for(stage: Stage) -> None:
    said = await say(stage, "想借泳池", "book_space", entity("space", "泳池"))
    assert said == ["utter_space_unknown", "utter_space_ask_name"]
    assert stage.values("utter_space_unknown") == {"name": "泳池", "names": "活动室、乒乓球台"}
    assert await say(stage, "那活动室吧") == ["utter_space_free", "utter_space_ask_time"]


async def test_too_many_people_are_led_to_a_larger_room(stage: Stage) -> None:
    said = await say(stage, "我们十个人明天上午九点打乒乓")
    assert said == ["utter_space_small", "utter_space_ask_confirm"]
    assert stage.values("utter_space_small") == {"name": "乒乓球台", "capacity": "4"}
    assert stage.known("space")["name"] == "活动室"
    assert await say(stage, "改成30个人", "correct_info") == [
        "utter_form_not_understood", "utter_space_ask_confirm",
    ]  # fmt: skip


async def test_crowd_that_fits_nowhere_is_asked_again(stage: Stage) -> None:
    said = await say(stage, "借活动室，我们999个人")
    assert said == ["utter_space_small", "utter_space_ask_name"]
    assert await say(stage, "那就活动室吧") == ["utter_space_free", "utter_space_ask_time"]


@pytest.mark.parametrize(
    ("words", "changed"),
    [("改成周日上午十点", {"time": "11月9日（周日）上午10点"}), ("换乒乓球台", {"name": "乒乓球台"}),
     ("改成五点", {"time": "明天（周二）下午5点"})],
)  # fmt: skip
async def test_correction_at_the_summary_changes_its_part(
    stage: Stage, words: str, changed: dict[str, str]
) -> None:
    await say(stage, "明天下午三点借活动室")
    before = stage.known("space")
    said = await say(stage, words, "correct_info")
    assert said == ["utter_form_amended", "utter_space_ask_confirm"]
    assert stage.known("space") == before | changed


async def test_no_is_asked_what_to_change(stage: Stage) -> None:
    await say(stage, "明天下午三点借活动室")
    assert await say(stage, "不对", "deny") == ["utter_space_what_to_change"]
    assert await say(stage, "四点", "nlu_fallback") == [
        "utter_form_amended", "utter_space_ask_confirm",
    ]  # fmt: skip


async def test_booking_is_made_once_per_turn(stage: Stage, village: Village) -> None:
    await say(stage, "明天下午三点借活动室")
    slots, numbers = dict(stage.slots), []
    for _ in range(2):
        stage.slots |= slots
        await confirm(stage)
        numbers.append(stage.values("utter_space_booked")["no"])
    assert numbers == ["1001", "1001"]
    assert await village.count(space_booking) == 1


async def test_who_was_slower_keeps_the_room_and_is_asked_for_another_time(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await say(stage, "明天下午三点借活动室")
    await book(village, neighbour, 4, 15)
    await confirm(stage)
    assert stage.said == ["utter_space_taken", "utter_space_full", "utter_space_free",
                          "utter_space_ask_other"]  # fmt: skip
    assert stage.known("space") == {"name": "活动室"}
    stage.hear("换个时间", "affirm")
    events = await stage.run(ActionAnswerOffer())
    assert [event["name"] for event in events if event["event"] == "followup"] == ["space_form"]


async def test_account_without_a_home_hears_what_is_free_and_is_bound_to_book(
    unbound: Stage,
) -> None:
    await request(unbound, "乒乓球台有空没")
    assert unbound.said == ["utter_space_free", "utter_bind_first"]
    told = [await say(unbound, "明天下午三点借活动室")]
    for words in ("3号楼2单元501", "35010001"):
        told.append(await say(unbound, words, "nlu_fallback"))
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_space_ask_confirm"],
    ]  # fmt: skip


async def test_plain_request_begins_the_form(stage: Stage) -> None:
    for words in ("借个屋子", "乒乓球台有空没"):
        events = await request(stage, words)
        assert [event["name"] for event in events] == ["space_no", "space_form"]
        assert stage.said == []


async def test_giving_back_is_offered_and_done_on_yes(
    stage: Stage, village: Village, wang: Party
) -> None:
    await book(village, wang, 5, 9, "b1", name="乒乓球台")
    await book(village, wang, 8, 9, "b2")
    await request(stage, "那个活动室不借了")
    assert stage.values("utter_space_ask_cancel") == {
        "no": "1002", "name": "活动室", "time": "11月8日 09:00到10:00",
    }  # fmt: skip
    stage.hear("退掉", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.values("utter_space_cancelled") == {"name": "活动室", "no": "1002"}
    assert [one.no for one in await space.mine(village.ctx, wang)] == [1001]


async def test_nothing_booked_is_said(stage: Stage) -> None:
    for words in ("那个活动室不借了", "我订的是几点来着"):
        await request(stage, words)
        assert stage.said == ["utter_space_none_booked"]


async def test_own_bookings_are_told_three_at_most(
    stage: Stage, village: Village, wang: Party
) -> None:
    for hour in range(9, 13):
        await book(village, wang, 8, hour, f"b{hour}")
    await request(stage, "我订的是几点来着")
    assert stage.said == ["utter_space_mine"] * 3
    assert stage.values("utter_space_mine") == {
        "no": "1001", "name": "活动室", "time": "11月8日 09:00到10:00",
    }  # fmt: skip


async def test_moving_asks_and_then_has_only_the_new_hours(
    stage: Stage, village: Village, wang: Party
) -> None:
    await book(village, wang, 8, 9)
    words = "活动室周六上午那个换到周日上午十点"
    events = await request(stage, words)
    assert [event["name"] for event in events] == ["space_no", "space_name", "space_form"]
    assert await say(stage, words) == ["utter_space_ask_move"]
    assert stage.values("utter_space_ask_move") == {
        "old": "活动室", "when": "11月8日 09:00到10:00", "name": "活动室",
        "time": "11月9日（周日）上午10点到11点", "price": "不收费",
    }  # fmt: skip
    await confirm(stage)
    assert [one.starts_at for one in await space.mine(village.ctx, wang)] == [at(9, 10)]


async def move(stage: Stage, *words: str) -> dict[str, Any]:
    """What the question at the end of a move names, after these words."""
    await request(stage, words[0])
    await say(stage, words[0])
    for said in words[1:]:
        await say(stage, said, "nlu_fallback")
    assert stage.said[-1] == "utter_space_ask_move"
    asked = stage.values("utter_space_ask_move")
    return {name: asked[name] for name in ("old", "name", "time")}


ROOM, TABLE = "活动室", "乒乓球台"


@pytest.mark.parametrize(
    ("has_table", "words", "old", "new"),
    [
        (False, ["活动室改个时间", "周日上午十点"], ROOM, ROOM),
        (False, ["活动室改个时间", "周日上午十点，乒乓球台"], ROOM, TABLE),
        (True, ["改个时间", "周日上午十点，乒乓球台"], TABLE, TABLE),
        (True, ["乒乓球台改个时间", "周日上午十点"], TABLE, TABLE),
        (True, ["活动室改成乒乓球台，周日上午十点"], ROOM, TABLE),
        (True, ["活动室那个换到周日上午十点"], ROOM, ROOM),
    ],
)
async def test_room_named_while_a_booking_is_moved(
    stage: Stage, village: Village, wang: Party, has_table: bool, words: list[str], old: str,
    new: str,
) -> None:  # fmt: skip
    await book(village, wang, 7, 9)
    if has_table:
        await book(village, wang, 8, 9, "b2", name=TABLE)
    assert await move(stage, *words) == {
        "old": old, "name": new, "time": "11月9日（周日）上午10点到11点",
    }  # fmt: skip
    await confirm(stage)
    stays = [(ROOM, at(7, 9))] if old == TABLE else [(TABLE, at(8, 9))] if has_table else []
    assert [(one.name, one.starts_at) for one in await space.mine(village.ctx, wang)] == [
        *stays, (new, at(9, 10)),
    ]  # fmt: skip


async def test_another_room_at_the_end_of_a_move_points_to_the_booking_there(
    stage: Stage, village: Village, wang: Party
) -> None:
    await book(village, wang, 7, 9)
    await book(village, wang, 8, 9, "b2", name=TABLE)
    await move(stage, "改个时间", "周日上午十点")
    assert await say(stage, "不对，是乒乓球台", "correct_info") == [
        "utter_form_amended", "utter_space_ask_move",
    ]  # fmt: skip
    assert stage.values("utter_space_ask_move")["old"] == TABLE


async def test_move_of_what_is_given_back_meanwhile_is_a_new_booking(
    stage: Stage, village: Village, wang: Party
) -> None:
    await book(village, wang, 7, 9)
    await request(stage, "活动室改个时间")
    await say(stage, "活动室改个时间")
    await space.cancel(village.ctx, wang, 1001)
    assert await say(stage, "周日上午十点", "nlu_fallback") == ["utter_space_ask_confirm"]


async def test_nothing_to_move_is_said_and_a_move_that_was_left_is_forgotten(
    stage: Stage, village: Village, wang: Party
) -> None:
    await request(stage, "活动室改个时间")
    assert stage.said == ["utter_space_none_booked"]
    await book(village, wang, 7, 9)
    await request(stage, "活动室改个时间")
    assert stage.slots["space_no"] == 1001
    await request(stage, "再借个活动室")
    assert stage.slots["space_no"] is None


async def test_booking_that_was_given_back_is_not_said_to_stand_by_the_same_turn(
    stage: Stage, village: Village, wang: Party
) -> None:
    await say(stage, "明天下午三点借活动室")
    slots = dict(stage.slots)
    await confirm(stage)
    await request(stage, "那个活动室不借了")
    offered = dict(stage.slots)
    for _ in range(2):
        stage.slots |= offered
        stage.hear("退掉", "affirm")
        await stage.run(ActionAnswerOffer())
        assert stage.said == ["utter_space_cancelled"]
    stage.slots |= slots
    await confirm(stage)
    assert stage.said == ["utter_space_cancelled"]


@pytest.mark.parametrize(
    ("words", "start", "end", "exact"),
    [
        ("明天上午九点", at(4, 9), at(4, 9), True),
        ("明天三点到五点", at(4, 15), at(4, 17), True),
        ("现在", NOW, NOW, True),
        ("明天上午", at(4, 8), at(4, 12), False),
        ("周六", at(8, 0), at(9, 0), False),
        ("明天三点以后", at(4, 15), at(4, 18), False),
        ("2号羽毛球场后天晚上8点", at(5, 20), at(5, 20), True),
    ],
)
def test_hours_are_told_from_days(words: str, start: Any, end: Any, exact: bool) -> None:
    found = time_of(words, NOW)
    assert found is not None
    assert (found["start"], found["exact"]) == (start.isoformat(), exact)
    assert exact is False or found["end"] == end.isoformat()


def test_clock_time_alone_is_of_the_day_that_was_talked_about() -> None:
    day = {"start": at(8, 0).isoformat()}
    said = {words: time_of(words, NOW, day) for words in ("三点", "八点", "明天三点")}
    assert {words: one["start"] if one else None for words, one in said.items()} == {
        "三点": at(8, 15).isoformat(), "八点": at(8, 8).isoformat(), "明天三点": at(4, 15).isoformat(),
    }  # fmt: skip
    today = {"start": at(3, 0).isoformat()}
    late = time_of("八点", NOW, today)
    assert late is not None
    assert late["start"] == at(3, 20).isoformat()


@pytest.mark.parametrize(
    ("words", "people"),
    [("我们二十来个人", 20), ("四个人打牌", 4), ("十几口人", 10), ("借活动室", 0), ("30人", 30)],
)
def test_how_many_will_come(words: str, people: int) -> None:
    assert people_of(words) == people


def test_free_hours_are_said_three_at_most_and_the_day_once() -> None:
    found = [
        (at(3, 15), at(3, 16)),
        (at(3, 18), at(4, 0)),
        (at(8, 8), at(8, 9)),
        (at(9, 8), at(9, 9)),
    ]
    assert hours_words(found, NOW) == "今天15点到16点、18点到24点、11月8日（周六）8点到9点"
