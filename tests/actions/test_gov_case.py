"""Progress of a matter: by number or by the home, with its promise, and hurried when it is late."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from actions.gov_case import ActionGovCaseQuery
from actions.offers import ActionAnswerOffer
from community.store.identities import Home, Party
from tests.actions.stage import Stage, entity
from tests.community.counters import add_case
from tests.community.village import Village


async def ask(stage: Stage, words: str, *found: Any) -> list[str]:
    stage.hear(words, "query_gov_case", *found)
    await stage.run(ActionGovCaseQuery())
    return stage.said


async def test_matter_is_told_with_its_promise(stage: Stage, village: Village, home: Home) -> None:
    await add_case(village, home, "ZW0066", "received", "reviewing", note="正在核对照片")
    said = await ask(stage, "老年卡办好没")
    assert said == ["utter_gov_case_one", "utter_gov_case_note", "utter_gov_case_promised"]
    assert [stage.values(one) for one in said] == [
        {"person": "王建国", "matter": "老年优待证", "no": "ZW0066", "state": "审核中",
         "day": "11月3日"},
        {"note": "正在核对照片"},
        {"by": "11月20日"},
    ]  # fmt: skip


async def test_number_finds_the_home_s_own_alone(
    stage: Stage, village: Village, home: Home, next_door: Home
) -> None:
    await add_case(village, home, "ZW0066", "received")
    await add_case(village, next_door, "ZW0067", "received")
    told = [
        await ask(stage, f"办件{no}", entity("order_no", no))
        for no in ("ZW0066", "ZW0067", "ZW0099")
    ]
    assert told == [
        ["utter_gov_case_one", "utter_gov_case_promised"],
        ["utter_gov_case_not_found"], ["utter_gov_case_not_found"],
    ]  # fmt: skip


async def test_late_one_is_hurried_by_a_person_on_yes(
    stage: Stage, village: Village, home: Home
) -> None:
    await add_case(village, home, "ZW0066", "received", promised=date(2025, 11, 1))
    said = await ask(stage, "怎么还没动静")
    assert said == ["utter_gov_case_one", "utter_gov_case_late", "utter_gov_case_ask_hurry"]
    assert stage.asked
    stage.hear("要", "affirm")
    await stage.run(ActionAnswerOffer())
    assert [(act["name"], act["words"]) for act in stage.acts] == [("handoff", "怎么还没动静")]


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (("received", "returned"), ["utter_gov_case_returned", "utter_gov_case_promised"]),
        (("received", "done"), ["utter_gov_case_note"]),
    ],
)  # fmt: skip
async def test_what_the_office_says_is_told(
    stage: Stage, village: Village, home: Home, states: tuple[str, ...], said: list[str]
) -> None:
    await add_case(village, home, "ZW0066", *states, note="少一张照片")
    assert await ask(stage, "我的材料批了没") == ["utter_gov_case_one", *said]
    assert stage.values(said[0])["note"] == "少一张照片"


async def test_three_are_told_and_more_on_yes(stage: Stage, village: Village, home: Home) -> None:
    for number in range(5):
        await add_case(village, home, f"ZW006{number}", "received")
    one = ["utter_gov_case_one", "utter_gov_case_promised"]
    assert await ask(stage, "我递的材料批了没") == [*one * 3, "utter_gov_case_ask_more"]
    assert stage.values("utter_gov_case_ask_more") == {"count": "2"}
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.slots["gov_case_from"] == 3
    await stage.run(ActionGovCaseQuery())
    assert stage.said == one * 2
    assert stage.slots["gov_case_from"] is None


async def test_nothing_handed_in_and_no_home(
    stage: Stage, unbound: Stage, neighbour: Party
) -> None:
    assert await ask(stage, "我递的材料批了没") == ["utter_gov_case_none"]
    assert await ask(unbound, "办件ZW0066") == ["utter_bind_first"]
