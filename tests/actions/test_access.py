"""Doors by words: one's own is opened, all else is refused with somebody who can help."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from actions.access import ActionDoorOpen
from actions.offers import ActionAnswerOffer
from community.store.identities import Home
from community.store.schema import door_opening, identity
from tests.actions.stage import Stage, entity
from tests.community.homes import doors
from tests.community.village import Village


@pytest.fixture(autouse=True)
async def gated(village: Village, home: Home) -> None:
    await doors(village, (3, 2), (13, 2))


async def say(stage: Stage, words: str, door: str = "") -> None:
    stage.hear(words, "open_door", *([entity("door", door)] if door else []))
    await stage.run(ActionDoorOpen())


@pytest.mark.parametrize(
    ("words", "door", "opened"),
    [
        ("开门", "", "3号楼2单元门"), ("开下单元门，我提着菜", "单元门", "3号楼2单元门"),
        ("开门", "门", "3号楼2单元门"), ("东门开一下", "东门", "东门"), ("开下单员门", "单员门", "3号楼2单元门"),
        ("不是我家门，是下面的大门", "下面的大门", "3号楼2单元门"),
        ('/open_door{"door": "南门"}', "南门", "南门"),
    ],
)  # fmt: skip
async def test_own_door_is_opened_and_told_by_name(
    stage: Stage, words: str, door: str, opened: str
) -> None:
    await say(stage, words, door)
    assert stage.said == ["utter_access_opened"]
    assert stage.values("utter_access_opened") == {"door": opened}


@pytest.mark.parametrize(
    ("words", "door"), [("开十三号楼单元门", "十三号楼单元门"), ("天台门能开一下吗", "天台门")]
)
async def test_door_of_others_and_one_that_is_not_there_are_told_alike(
    stage: Stage, village: Village, words: str, door: str
) -> None:
    await say(stage, words, door)
    assert stage.said == ["utter_access_not_yours"]
    assert stage.buttons("utter_access_not_yours")[0] == (
        "3号楼2单元门", '/open_door{"door": "3号楼2单元门"}',
    )  # fmt: skip
    assert await village.count(door_opening) == 0


async def test_door_that_does_not_answer_is_told_with_the_guard_and_a_person(stage: Stage) -> None:
    await say(stage, "开一下北门", "北门")
    assert stage.said == ["utter_access_failed"]
    assert stage.values("utter_access_failed") == {"door": "北门", "phone": "0000-0110"}
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.acts == [
        {"name": "handoff", "reason": "asked", "words": "开一下北门", "slots": {}}
    ]


async def test_stranger_is_refused_with_the_guard_and_a_person(
    unbound: Stage, village: Village
) -> None:
    await say(unbound, "开门")
    assert unbound.said == ["utter_access_stranger"]
    assert unbound.values("utter_access_stranger")["phone"] == "0000-0110"
    assert unbound.slots["offer"] == {"kind": "handoff", "reason": "asked", "words": "开门"}
    assert await village.count(door_opening) == 0


async def test_loudspeaker_is_refused(stage: Stage, village: Village) -> None:
    async with village.db.write() as conn:
        await conn.execute(update(identity).values(channel="speaker"))
    await say(stage, "开下单元门", "单元门")
    assert stage.said == ["utter_access_shared"]
    assert await village.count(door_opening) == 0


@pytest.mark.parametrize("words", ["开一下我家门", "把入户门打开", "我家的门开一下"])
async def test_home_door_is_not_opened(stage: Stage, village: Village, words: str) -> None:
    await say(stage, words)
    assert stage.said == ["utter_access_home_door"]
    assert await village.count(door_opening) == 0


async def test_sixth_time_in_ten_minutes_is_refused_kindly(stage: Stage) -> None:
    for _ in range(5):
        await say(stage, "开门")
        assert stage.said == ["utter_access_opened"]
    await say(stage, "开门")
    assert stage.said == ["utter_access_too_many"]
