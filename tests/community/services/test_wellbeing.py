"""Wellbeing: what is noted and by whom, absences and their limits, and what staff may see."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from community.errors import BadInput, NotBound, NotFound
from community.registers import Register
from community.services import wellbeing
from community.store import checkins
from community.store.identities import Home, Party
from community.store.schema import absence
from community.times import local
from tests.community.care import make_guardian
from tests.community.village import Village


def hours(village: Village, start: float, end: float) -> tuple[datetime, datetime]:
    now = village.clock.now()
    return now + timedelta(hours=start), now + timedelta(hours=end)


async def arm(conn: Any, resident_id: str) -> None:
    """No timers here."""


async def noted(village: Village) -> list[tuple[str, str]]:
    async with village.db.read() as conn:
        found = await checkins.of_day(conn, local(village.clock.now()).date())
    return [(one.name, one.state) for one in found]


async def test_last_word_of_the_day_counts(village: Village, wang: Party) -> None:
    assert await wellbeing.note(village.ctx, wang, checkins.UNWELL)
    assert await wellbeing.note(village.ctx, wang, checkins.WELL)
    assert await noted(village) == [("王建国", "well")]


async def test_nothing_is_noted_of_a_person_who_is_not_known(
    village: Village, household: Party, stranger: Party
) -> None:
    for who in (household, stranger):
        assert not await wellbeing.note(village.ctx, who, checkins.WELL)
    assert await noted(village) == []


@pytest.mark.parametrize(("right", "kept"), [("alarm", True), ("meals", False)])
async def test_only_a_guardian_for_alarms_reports_of_the_elder(
    village: Village, wang: Party, neighbour: Party, right: str, kept: bool
) -> None:
    await make_guardian(village, wang, neighbour, right)
    done = await wellbeing.note(village.ctx, neighbour, checkins.WELL, elder_id=wang.resident_id)
    assert done is kept
    assert await noted(village) == ([("王建国", "well")] if kept else [])


async def test_absence_covers_its_time_and_no_more(village: Village, wang: Party) -> None:
    await wellbeing.leave(village.ctx, wang, turn_id="t", window=hours(village, 1, 3))
    now = village.clock.now()
    async with village.db.read() as conn:
        found = [
            await checkins.away(conn, wang.resident_id or "", now + timedelta(hours=at)) is not None
            for at in (0.9, 1, 2.9, 3)
        ]
        empty = await checkins.is_empty(conn, "room_3_2_501", now + timedelta(hours=2))
        full = await checkins.is_empty(conn, "room_3_2_502", now + timedelta(hours=2))
    assert found == [False, True, True, False]
    assert (empty, full) == (True, False)


async def test_same_turn_is_one_absence(village: Village, wang: Party) -> None:
    window = hours(village, 0, 5)
    await asyncio.gather(
        *(wellbeing.leave(village.ctx, wang, turn_id="t", window=window) for _ in range(20))
    )
    assert await village.count(absence) == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [(-5, -1), (3, 2), (-1, 0), (0, 24 * 91)],
    ids=["over", "turned", "now", "long"],
)
async def test_time_that_cannot_be_meant_is_refused(
    village: Village, wang: Party, start: float, end: float
) -> None:
    with pytest.raises(BadInput):
        await wellbeing.leave(village.ctx, wang, turn_id="t", window=hours(village, start, end))
    assert await village.count(absence) == 0


async def test_absence_needs_a_home(village: Village, stranger: Party) -> None:
    with pytest.raises(NotBound):
        await wellbeing.leave(village.ctx, stranger, turn_id="t", window=hours(village, 0, 1))


async def test_coming_back_ends_ones_own_absence_alone(
    village: Village, wang: Party, neighbour: Party
) -> None:
    for who in (wang, neighbour):
        await wellbeing.leave(
            village.ctx, who, turn_id=village.next("t"), window=hours(village, 0, 9)
        )
    village.clock.advance(60)
    assert await wellbeing.come_back(village.ctx, wang)
    assert not await wellbeing.come_back(village.ctx, wang)
    async with village.db.read() as conn:
        now = village.clock.now()
        assert await checkins.away(conn, wang.resident_id or "", now) is None
        assert await checkins.away(conn, neighbour.resident_id or "", now) is not None


async def test_wish_to_be_asked_needs_a_home_and_a_person(
    village: Village, wang: Party, household: Party, stranger: Party
) -> None:
    assert await wellbeing.ask_daily(village.ctx, wang, 540, arm=arm)
    assert not await wellbeing.ask_daily(village.ctx, household, 540, arm=arm)
    with pytest.raises(NotBound):
        await wellbeing.ask_daily(village.ctx, stranger, 540, arm=arm)


async def test_items_are_the_absence_and_the_question(village: Village, wang: Party) -> None:
    assert await wellbeing.open_items(village.ctx, wang) == []
    await wellbeing.leave(village.ctx, wang, turn_id="t", window=hours(village, 0, 2))
    await wellbeing.ask_daily(village.ctx, wang, 540, arm=arm)
    assert await wellbeing.open_items(village.ctx, wang) == [
        ("", "外出报备", "11月3日 14:05到16:05"),
        ("", "每日问候", "每天问一次"),
    ]


async def test_register_shows_who_was_heard_of_and_who_is_away(
    village: Village, wang: Party, neighbour: Party, next_door: Home
) -> None:
    await wellbeing.note(village.ctx, wang, checkins.UNWELL)
    await wellbeing.leave(village.ctx, neighbour, turn_id="t", window=hours(village, 0, 2))
    day = local(village.clock.now()).date()
    assert await wellbeing.register(village.ctx, day) == Register(
        "每日平安",
        ("房号", "姓名", "情况", "时间"),
        (
            ("3号楼2单元501", "王建国", "不太舒服", "14:05"),
            (next_door.label, "", "外出", "11月3日 14:05到16:05"),
        ),
    )
    assert (await wellbeing.register(village.ctx, day + timedelta(days=1))).rows == ()


def test_ladder_is_repeat_family_visit() -> None:
    assert [(one.do, one.after_minutes) for one in wellbeing.ladder()] == [
        ("repeat", 120), ("family", 60), ("visit", 60),
    ]  # fmt: skip


async def test_coming_back_leaves_an_absence_that_is_still_to_come(
    village: Village, wang: Party
) -> None:
    await wellbeing.leave(village.ctx, wang, turn_id="t", window=hours(village, 24, 48))
    assert not await wellbeing.come_back(village.ctx, wang)
    async with village.db.read() as conn:
        later = village.clock.now() + timedelta(hours=30)
        assert await checkins.away(conn, wang.resident_id or "", later) is not None


async def test_absence_of_an_elder_of_others_is_refused(
    village: Village, wang: Party, neighbour: Party
) -> None:
    with pytest.raises(NotFound):
        await wellbeing.leave(
            village.ctx, wang, turn_id="t", window=hours(village, 0, 5),
            elder_id=neighbour.resident_id,
        )  # fmt: skip
    assert await village.count(absence) == 0
