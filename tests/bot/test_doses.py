"""Doses by the clock: due, once more, missed; put off, answered, and never asked or counted twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from bot.reminders import handlers
from community.services import doses, medication
from community.services.medication import Taker
from community.store import medications
from community.store.database import Database
from community.store.identities import Party
from community.store.medications import Dose, Plan
from community.store.schema import identity
from community.times import FixedClock
from conversation import care, timers
from tests.community.care import EVENING, MORNING, add_plan, armer, make_guardian, told
from tests.community.village import Village

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
DUE = "到点了，该吃药了：降压药一片。吃好了跟我说一声“吃了”。"
ONCE_MORE = "再提醒一次，晚上8点的药：降压药一片。吃了没有？"
MISSED = "跟您说一声：您妈妈晚上8点的药，到现在没有回音：降压药。方便的话请问一声。"
TO_EIGHT = 5 * HOUR + 55 * MINUTE
"From the clock's 14:05 to 20:00"


@pytest.fixture
def village(db: Database, clock: FixedClock) -> Village:
    return Village(db, clock)


@pytest.fixture
async def elder(village: Village) -> Party:
    home = await village.home(1, 1, "101", ("张敏", "owner", None), code="1")
    return await village.account(home, person=0)


@pytest.fixture
async def daughter(village: Village) -> Party:
    home = await village.home(1, 1, "301", ("胡海燕", "owner", None), code="2")
    return await village.account(home, person=0)


async def fire(village: Village) -> int:
    return await timers.fire_due(village.db, village.clock, handlers(village.clock))


async def after(village: Village, seconds: float) -> None:
    """Let time pass and fire what is due, twice: the second must find nothing to do."""
    village.clock.advance(seconds)
    await fire(village)
    await fire(village)


async def every_dose(village: Village, plan: Plan) -> list[tuple[str, int, int]]:
    """(state, repeats, snoozes) of the plan's doses."""
    async with village.db.read() as conn:
        found = await medications.doses(
            conn,
            medications.of_resident(plan.resident_id or ""),
            village.clock.now().replace(year=2020),
            village.clock.now().replace(year=2030),
        )
    return [(one.state, one.repeats, one.snoozes) for one in found if one.plan.no == plan.no]


async def say(village: Village, who: Party, act: str, turn: str = "", minutes: int = 20) -> Any:
    """What the resident answers to what waits."""

    async def told_after_all(conn: Any, found: list[Dose]) -> None:
        await care.tell_of_doses(conn, village.clock, found, "taken")

    waiting = await doses.waiting(village.ctx, who)
    return await doses.answer(
        village.ctx, who, waiting, turn_id=turn or village.next("turn"), act=act, minutes=minutes,
        again=care.again, told=told_after_all,
    )  # fmt: skip


async def test_reminder_comes_at_its_minute_and_not_before(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT - 1)
    assert await told(village, elder) == []
    await after(village, 1)
    assert await told(village, elder) == [DUE]
    assert await every_dose(village, plan) == [("reminded", 0, 0)]


async def test_reminder_comes_in_the_quiet_hours_that_its_owner_chose(
    village: Village, elder: Party
) -> None:
    await add_plan(village, elder, "安眠药", 22 * 60)
    await after(village, TO_EIGHT + 2 * HOUR)
    assert len(await told(village, elder)) == 1


async def test_taken_dose_is_never_asked_again_and_the_next_day_is(
    village: Village, elder: Party
) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await say(village, elder, "taken")
    await after(village, 3 * HOUR)
    assert await told(village, elder) == [DUE]
    assert await every_dose(village, plan) == [("taken", 0, 0)]
    await after(village, 21 * HOUR)
    assert await told(village, elder) == [DUE, DUE]


async def test_silence_is_asked_once_more_then_missed_and_the_guardian_told(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await after(village, 29 * MINUTE)
    assert await told(village, elder) == [DUE]
    await after(village, MINUTE)
    assert await told(village, elder) == [DUE, ONCE_MORE]
    assert await told(village, daughter) == []
    await after(village, 30 * MINUTE)
    assert await every_dose(village, plan) == [("missed", 1, 0)]
    assert await told(village, daughter) == [MISSED]
    await after(village, HOUR)
    assert await told(village, daughter) == [MISSED]
    assert await told(village, elder) == [DUE, ONCE_MORE]


async def test_guardian_without_the_right_is_not_told(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "alarm", "meals")
    await add_plan(village, elder)
    for seconds in (TO_EIGHT, 30 * MINUTE, 30 * MINUTE):
        await after(village, seconds)
    assert await told(village, daughter) == []


async def test_missed_dose_that_was_taken_after_all_is_told_to_who_worried(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder)
    for seconds in (TO_EIGHT, 30 * MINUTE, 30 * MINUTE):
        await after(village, seconds)
    await say(village, elder, "taken")
    assert await every_dose(village, plan) == [("taken", 1, 0)]
    assert await told(village, daughter) == [MISSED, "您妈妈说，晚上8点的药已经吃了：降压药。"]


async def test_dose_that_was_missed_long_ago_is_not_reported_any_more(
    village: Village, elder: Party
) -> None:
    await add_plan(village, elder)
    for seconds in (TO_EIGHT, 30 * MINUTE, 30 * MINUTE, 5 * HOUR + MINUTE):
        await after(village, seconds)
    assert await doses.waiting(village.ctx, elder) == []


async def test_put_off_dose_comes_back_at_its_time(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await say(village, elder, "later", minutes=20)
    assert await every_dose(village, plan) == [("snoozed", 0, 1)]
    await after(village, 19 * MINUTE)
    assert await told(village, elder) == [DUE]
    await after(village, MINUTE)
    assert (await told(village, elder))[1:] == ["您刚才说等会儿再吃，现在该吃药了：降压药一片。"]
    await after(village, 29 * MINUTE)  # the first reminder's own follow-up has nothing to say
    assert len(await told(village, elder)) == 2
    await after(village, MINUTE)
    assert (await told(village, elder))[2:] == [ONCE_MORE]


async def test_dose_is_put_off_twice_at_most(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    for _ in range(2):
        await say(village, elder, "later")
        await after(village, 20 * MINUTE)
    done = await say(village, elder, "later")
    assert (done.doses, [one.plan.drug for one in done.refused]) == ([], ["降压药"])
    assert await every_dose(village, plan) == [("reminded", 0, 2)]


@pytest.mark.parametrize(("minutes", "comes_after"), [(0, 5), (1, 5), (500, 120)])
async def test_wait_is_held_within_reason(
    village: Village, elder: Party, minutes: int, comes_after: int
) -> None:
    await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await say(village, elder, "later", minutes=minutes)
    await after(village, comes_after * MINUTE - 1)
    assert len(await told(village, elder)) == 1
    await after(village, 1)
    assert len(await told(village, elder)) == 2


async def test_of_twenty_answers_at_once_one_counts(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    waiting = await doses.waiting(village.ctx, elder)

    done = await asyncio.gather(
        *(
            doses.answer(
                village.ctx, elder, waiting, turn_id=f"t{i}", act="taken" if i % 2 else "skipped",
                again=care.again, told=_nobody,
            )
            for i in range(20)
        )
    )  # fmt: skip
    assert sum(len(one.doses) for one in done) == 1
    assert len(await every_dose(village, plan)) == 1


async def test_early_doses_of_twenty_at_once_one_counts(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    village.clock.advance(TO_EIGHT - HOUR)
    waiting = await doses.waiting(village.ctx, elder)
    assert [one.id for one in waiting] == [""]
    done = await asyncio.gather(
        *(
            doses.answer(
                village.ctx, elder, waiting, turn_id=f"t{i}", act="taken", again=care.again,
                told=_nobody,
            )
            for i in range(20)
        )
    )  # fmt: skip
    assert sum(len(one.doses) for one in done) == 1
    await after(village, HOUR)
    assert await told(village, elder) == []
    assert await every_dose(village, plan) == [("taken", 0, 0)]


async def _nobody(conn: Any, found: list[Dose]) -> None:
    raise AssertionError("nobody had worried")


async def test_same_turn_again_changes_nothing(village: Village, elder: Party) -> None:
    await add_plan(village, elder)
    await after(village, TO_EIGHT)
    first = await say(village, elder, "taken", turn="t")
    again = await say(village, elder, "taken", turn="t")
    assert [one.id for one in again.doses] == [one.id for one in first.doses]


async def test_nothing_due_is_nothing_to_answer(village: Village, elder: Party) -> None:
    await add_plan(village, elder)
    assert await doses.waiting(village.ctx, elder) == []


async def test_medicines_of_one_moment_are_one_message(village: Village, elder: Party) -> None:
    await add_plan(village, elder, "降压药")
    await add_plan(village, elder, "钙片", dose="一粒")
    await add_plan(village, elder, "眼药水", MORNING)
    await after(village, TO_EIGHT)
    assert await told(village, elder) == [
        "到点了，该吃药了：降压药一片、钙片一粒。吃好了跟我说一声“吃了”。"
    ]
    await after(village, 30 * MINUTE)
    assert len(await told(village, elder)) == 2


async def test_stopped_plan_is_silent_and_a_changed_one_comes_at_its_new_time(
    village: Village, elder: Party
) -> None:
    stopped = await add_plan(village, elder, "钙片")
    moved = await add_plan(village, elder)
    await medication.stop(village.ctx, elder, stopped.no, arm=armer(village))
    regimen = type(moved.regimen)((21 * 60,))
    await medication.change(
        village.ctx, elder, moved.no, turn_id="c", dose=None, regimen=regimen, arm=armer(village)
    )
    await after(village, TO_EIGHT)
    assert await told(village, elder) == []
    await after(village, HOUR)
    assert await told(village, elder) == [DUE]


async def test_course_ends_after_its_days(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    regimen = type(plan.regimen)((EVENING,), for_days=2)
    await medication.change(
        village.ctx, elder, plan.no, turn_id="c", dose=None, regimen=regimen, arm=armer(village)
    )
    await after(village, TO_EIGHT)
    for _ in range(4):
        await say(village, elder, "taken")
        await after(village, DAY)
    assert await told(village, elder) == [DUE, DUE]


async def test_dose_that_a_short_outage_held_up_is_reminded_once(
    village: Village, elder: Party
) -> None:
    await add_plan(village, elder)
    await after(village, TO_EIGHT + 90 * MINUTE)
    assert await told(village, elder) == [DUE]


async def test_dose_of_a_long_outage_is_owned_up_to_and_left_to_a_doctor(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder, "降压药", 16 * 60)
    await after(village, 5 * HOUR)
    late = "对不起，刚才我停了一阵，下午4点的药没能提醒您：降压药一片。现在还该不该补，请问医生或药师。"
    assert await told(village, elder) == [late]
    assert len(await told(village, daughter)) == 1
    assert await every_dose(village, plan) == [("missed", 0, 0)]


async def test_outage_of_days_is_caught_up_without_a_flood(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    village.clock.advance(TO_EIGHT + 3 * DAY + 3 * HOUR)
    while await fire(village):
        pass
    assert len(await told(village, elder)) == 1
    assert await every_dose(village, plan) == [("missed", 0, 0)] * 4
    await after(village, 21 * HOUR)
    assert (await told(village, elder))[1:] == [DUE]


async def test_new_process_goes_on_where_the_old_one_was(
    village: Village, elder: Party, clock: FixedClock
) -> None:
    await add_plan(village, elder)
    await after(village, TO_EIGHT)
    later = Village(village.db, clock)
    await after(later, 30 * MINUTE)
    await after(later, 0)
    assert await told(later, elder) == [DUE, ONCE_MORE]


async def test_elder_without_an_account_is_reminded_through_who_set_it_up(
    village: Village, daughter: Party
) -> None:
    home = await village.home(1, 1, "201", ("李奶奶", "owner", None), code="3")
    mother = await village.account(home, person=0)
    await make_guardian(village, mother, daughter, "medication")
    async with village.db.write() as conn:
        await conn.execute(
            update(identity).where(identity.c.id == mother.identity_id).values(resident_id=None)
        )
    await add_plan(village, daughter, who=Taker(mother.resident_id, "mother"))
    await after(village, TO_EIGHT)
    assert await told(village, daughter) == [
        "到点了，该给妈妈吃药了：降压药一片。吃好了跟我说一声“吃了”。"
    ]


async def test_guardian_answers_for_the_elder_and_a_stranger_does_not(
    village: Village, elder: Party, daughter: Party
) -> None:
    other = await village.account(
        await village.home(9, 9, "1", ("某", "owner", None), code="9"), person=0
    )
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    waiting = await doses.waiting(village.ctx, elder)
    assert await doses.waiting(village.ctx, other) == []
    done = await doses.answer(
        village.ctx, other, waiting, turn_id="x", act="taken", again=care.again, told=_nobody
    )
    assert (done.doses, await every_dose(village, plan)) == ([], [("reminded", 0, 0)])
    await make_guardian(village, elder, daughter, "medication")
    await say(village, daughter, "taken")
    assert await every_dose(village, plan) == [("taken", 0, 0)]


async def test_dose_put_off_does_not_lose_the_one_beside_it(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    pill = await add_plan(village, elder, "降压药")
    other = await add_plan(village, elder, "钙片", dose="一粒")
    await after(village, TO_EIGHT)
    waiting = await doses.waiting(village.ctx, elder)
    await doses.answer(
        village.ctx, elder, [one for one in waiting if one.plan.no == pill.no], turn_id="later",
        act="later", minutes=5, again=care.again, told=_nobody,
    )  # fmt: skip
    waiting = await doses.waiting(village.ctx, elder)
    assert [one.plan.drug for one in waiting] == ["钙片", "降压药"]
    for _ in range(13):
        await after(village, 5 * MINUTE)
    assert await every_dose(village, pill) == [("missed", 1, 1)]
    assert await every_dose(village, other) == [("missed", 1, 0)]
    assert await told(village, elder) == [
        "到点了，该吃药了：降压药一片、钙片一粒。吃好了跟我说一声“吃了”。",
        "您刚才说等会儿再吃，现在该吃药了：降压药一片。",
        "再提醒一次，晚上8点的药：钙片一粒。吃了没有？",
        "再提醒一次，晚上8点的药：降压药一片。吃了没有？",
    ]
    assert len(await told(village, daughter)) == 2


async def test_doses_put_off_together_come_back_in_one_message(
    village: Village, elder: Party
) -> None:
    await add_plan(village, elder, "降压药")
    await add_plan(village, elder, "钙片", dose="一粒")
    await after(village, TO_EIGHT)
    await say(village, elder, "later")
    await after(village, 20 * MINUTE)
    assert (await told(village, elder))[1:] == [
        "您刚才说等会儿再吃，现在该吃药了：降压药一片、钙片一粒。"
    ]
