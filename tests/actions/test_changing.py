"""改到后天下午 names nothing: it is about the repair or the appointment that was spoken of last."""

from __future__ import annotations

import pytest

from actions.changing import ActionChangeRequest
from community.services import appointment, hotline, space
from community.store.identities import Party
from tests.actions.stage import Stage, entity
from tests.community.counters import add_bookables
from tests.community.estate import add_rooms, at
from tests.community.village import Village

WORDS = "改到后天下午"


@pytest.fixture(autouse=True)
async def bookables(village: Village) -> None:
    await add_bookables(village)


async def booked(village: Village, who: Party) -> None:
    await appointment.book(
        village.ctx, who, turn_id=village.next("turn"), bookable_id="b0", start=at(5, 9)
    )


async def leads_to(stage: Stage, words: str, *found: dict[str, object]) -> str:
    stage.hear(words, "change_repair", *found)
    (event,) = await stage.run(ActionChangeRequest())
    return str(event["name"])


def spoke_of(stage: Stage, action: str) -> None:
    stage.events.append({"event": "action", "name": action})


@pytest.mark.parametrize("last", ["action_appointment_change", "action_health_book", "rebook_form"])
async def test_appointment_that_was_spoken_of_last_is_changed(
    stage: Stage, village: Village, wang: Party, last: str
) -> None:
    await booked(village, wang)
    await village.order(wang)
    spoke_of(stage, "action_repair_query")
    spoke_of(stage, last)
    assert await leads_to(stage, WORDS) == "rebook_form"


async def test_repair_that_was_spoken_of_last_is_changed(
    stage: Stage, village: Village, wang: Party
) -> None:
    await booked(village, wang)
    await village.order(wang)
    spoke_of(stage, "action_appointment_book")
    spoke_of(stage, "action_repair_create")
    assert await leads_to(stage, WORDS) == "change_form"


@pytest.mark.parametrize(
    ("words", "found"),
    [("师傅改到后天下午来", []), ("1001号改到后天下午", [entity("order_no", "1001")])],
)
async def test_repair_that_is_named_is_changed_whatever_was_spoken_of(
    stage: Stage, village: Village, wang: Party, words: str, found: list[dict[str, object]]
) -> None:
    await booked(village, wang)
    spoke_of(stage, "action_appointment_book")
    assert await leads_to(stage, words, *found) == "change_form"


async def test_only_one_that_is_open_is_changed_when_nothing_was_spoken_of(
    stage: Stage, village: Village, wang: Party
) -> None:
    assert await leads_to(stage, WORDS) == "change_form"
    await booked(village, wang)
    assert await leads_to(stage, WORDS) == "rebook_form"
    await village.order(wang)
    assert await leads_to(stage, WORDS) == "change_form"


async def test_room_that_was_spoken_of_last_is_moved(
    stage: Stage, village: Village, wang: Party
) -> None:
    await booked(village, wang)
    spoke_of(stage, "action_appointment_book")
    spoke_of(stage, "action_space_book")
    assert await leads_to(stage, WORDS) == "change_form"
    await add_rooms(village)
    await space.book(
        village.ctx, wang, turn_id="t_space", name="活动室", start=at(5, 14), end=at(5, 16)
    )
    assert await leads_to(stage, WORDS) == "action_space_request"


async def test_time_that_is_moved_takes_no_report_back(
    stage: Stage, village: Village, wang: Party
) -> None:
    await hotline.submit(
        village.ctx, wang, turn_id="t_city", words="马路塌了个坑", place="解放大道", anonymous=False
    )
    assert await leads_to(stage, WORDS) == "change_form"
    stage.hear("那个12345撤回吧", "change_repair")
    await stage.run(ActionChangeRequest())
    assert stage.said == ["utter_matter_ask_withdraw"]


async def test_account_without_a_home_is_led_to_the_repair(unbound: Stage) -> None:
    assert await leads_to(unbound, WORDS) == "change_form"
