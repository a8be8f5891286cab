"""Doses by the clock: due, once more, missed; put off, answered, and never asked or counted twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.reminders import handlers
from community.services import dose_times, doses, medication
from community.services.medication import Taker
from community.store import medications
from community.store.database import Database
from community.store.identities import Party
from community.store.medications import Dose, Plan
from community.store.schema import guardianship, identity
from community.store.schema import outbox as outbox_table
from community.times import FixedClock
from conversation import care, outbox, timers
from conversation.ownership import Owner, move
from language.schedules import Regimen
from tests.community.care import EVENING, MORNING, add_plan, armer, make_guardian, read_all, told
from tests.community.village import Village

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
DUE = "到点了，该吃药了：降压药一片。吃好了跟我说一声“吃了”。"
ONCE_MORE = "再提醒一次，晚上8点的药：降压药一片。吃了没有？"
LATE = (
    "对不起，{time}的药我没能按时提醒：降压药一片。"
    "吃过了跟我说一声；没吃的话，现在还该不该补，请问医生或药师。"
)
UNTOLD = "跟您说一声：您妈妈{time}的药，我没能提醒到：降压药。方便的话请问一声，看吃了没有。"
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
    await read_all(village)


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


async def test_news_of_a_dose_are_not_for_every_ear_at_the_guardians_speaker(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    await add_plan(village, elder)
    for seconds in (TO_EIGHT, 30 * MINUTE, 30 * MINUTE):
        await after(village, seconds)
    async with village.db.read() as conn:
        found = await conn.execute(
            select(outbox_table.c.private).where(
                outbox_table.c.conversation_id == daughter.conversation_id
            )
        )
    assert found.scalars().all() == [True]


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
    assert await told(village, elder) == [LATE.format(time="下午4点")]
    assert await told(village, daughter) == [UNTOLD.format(time="下午4点")]
    assert await every_dose(village, plan) == [("untold", 0, 0)]


async def test_outage_of_days_is_caught_up_without_a_flood(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    village.clock.advance(TO_EIGHT + 3 * DAY + 3 * HOUR)
    while await fire(village):
        pass
    assert await told(village, elder) == []  # it is night
    await after(village, 9 * HOUR)
    assert await told(village, elder) == [LATE.format(time="晚上8点")]
    assert await every_dose(village, plan) == [("untold", 0, 0)] * 4
    await after(village, 12 * HOUR)
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


async def test_reminder_that_reached_nobody_is_owned_up_to_and_not_missed(
    village: Village, elder: Party, daughter: Party
) -> None:
    """The speaker was off: no repeat piles up, and the taker is not said to have missed anything."""
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder)
    village.clock.advance(TO_EIGHT)
    await fire(village)
    for _ in range(2):
        village.clock.advance(30 * MINUTE)
        await fire(village)
    assert await every_dose(village, plan) == [("untold", 0, 0)]
    assert await handed_over(village, elder) == [LATE.format(time="晚上8点")]
    assert await told(village, daughter) == [UNTOLD.format(time="晚上8点")]
    await say(village, elder, "taken")
    assert await every_dose(village, plan) == [("taken", 0, 0)]
    assert (await told(village, daughter))[1:] == ["您妈妈说，晚上8点的药已经吃了：降压药。"]


async def test_reminder_that_is_read_late_goes_on_from_there(
    village: Village, elder: Party
) -> None:
    plan = await add_plan(village, elder)
    village.clock.advance(TO_EIGHT)
    await fire(village)
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == [DUE]
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == [DUE, ONCE_MORE]
    assert await every_dose(village, plan) == [("reminded", 1, 0)]


async def handed_over(village: Village, who: Party) -> list[str]:
    async with village.db.write() as conn:
        return [one.text for one in (await outbox.deliver(conn, who.conversation_id, after=0))[0]]


async def test_reminder_waits_while_a_person_has_the_conversation_and_so_does_its_grace(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder)
    await claimed(village, elder)
    await after(village, TO_EIGHT)
    for _ in range(9):
        await after(village, 10 * MINUTE)
    assert (await told(village, elder), await every_dose(village, plan)) == ([], [])
    await given_back(village, elder)
    await after(village, 10 * MINUTE)
    assert await told(village, elder) == [DUE]
    assert await every_dose(village, plan) == [("reminded", 0, 0)]
    await after(village, 30 * MINUTE)
    assert await told(village, daughter) == []


async def test_reminder_that_a_person_held_up_too_long_is_not_missed(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder, "降压药", 17 * 60)
    await claimed(village, elder)
    await after(village, 2 * HOUR + 55 * MINUTE)
    for _ in range(13):
        await after(village, 10 * MINUTE)
    assert await every_dose(village, plan) == [("untold", 0, 0)]
    assert await told(village, daughter) == [UNTOLD.format(time="下午5点")]


async def claimed(village: Village, who: Party) -> None:
    async with village.db.write() as conn:
        await move(
            conn, village.clock, who.conversation_id, Owner.CLAIMED, actor="staff", cause="test"
        )


async def given_back(village: Village, who: Party) -> None:
    async with village.db.write() as conn:
        for state in (Owner.WITH_HUMAN, Owner.WRAP_UP, Owner.RESOLVED, Owner.BOT):
            await move(conn, village.clock, who.conversation_id, state, actor="staff", cause="test")


async def test_news_of_the_night_is_not_told_in_the_morning_when_it_is_over(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    await add_plan(village, elder, "安眠药", 21 * 60)
    await add_plan(village, elder, "钙片", 21 * 60 + 5)
    for seconds in (TO_EIGHT + HOUR, 30 * MINUTE, 45 * MINUTE):
        await after(village, seconds)
    assert await told(village, daughter) == []
    await after(village, 20 * MINUTE)
    waiting = await doses.waiting(village.ctx, elder)
    await doses.answer(
        village.ctx, elder, [one for one in waiting if one.plan.drug == "钙片"], turn_id="t",
        act="taken", again=care.again, told=_nothing,
    )  # fmt: skip
    await after(village, 9 * HOUR)
    assert await told(village, daughter) == [
        "跟您说一声：您妈妈晚上9点的药，到现在没有回音：安眠药。方便的话请问一声。"
    ]


async def _nothing(conn: Any, found: list[Dose]) -> None:
    """Whoever worried hears of it elsewhere."""


async def change(village: Village, who: Party, plan: Plan, *times: int, **more: Any) -> Plan:
    regimen = Regimen(times) if times else None
    return await medication.change(
        village.ctx, who, plan.no, turn_id=village.next("c"), dose=more.get("dose"),
        regimen=regimen, arm=armer(village),
    )  # fmt: skip


async def test_stopped_plan_leaves_no_dose_open(
    village: Village, elder: Party, daughter: Party
) -> None:
    await make_guardian(village, elder, daughter, "medication")
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await medication.stop(village.ctx, elder, plan.no, arm=armer(village))
    assert await doses.waiting(village.ctx, elder) == []
    for _ in range(3):
        await after(village, 30 * MINUTE)
    assert await told(village, elder) == [DUE]
    assert await told(village, daughter) == []
    assert await every_dose(village, plan) == [("closed", 0, 0)]


async def test_changed_time_closes_the_dose_that_was_open(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await change(village, elder, plan, 21 * 60)
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == [DUE]
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == [DUE, DUE]
    assert await every_dose(village, plan) == [("closed", 0, 0), ("reminded", 0, 0)]


async def test_changed_amount_leaves_the_dose_open_and_asks_of_it_once(
    village: Village, elder: Party
) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await change(village, elder, plan, dose="半片")
    await after(village, 30 * MINUTE)
    assert (await told(village, elder))[1:] == ["再提醒一次，晚上8点的药：降压药半片。吃了没有？"]
    await say(village, elder, "taken")
    assert await every_dose(village, plan) == [("taken", 1, 0)]


@pytest.mark.parametrize("times", [(), (EVENING,), (21 * 60,)])
async def test_dose_of_today_that_is_answered_is_not_asked_again_after_a_change(
    village: Village, elder: Party, times: tuple[int, ...]
) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT - HOUR)
    await say(village, elder, "taken")
    new = await change(village, elder, plan, *times, dose="半片")
    assert (await dose_times.to_come(village.ctx, [new]))[0][0] > village.clock.now() + timedelta(
        hours=12
    )
    await after(village, HOUR)
    await after(village, HOUR)
    assert await told(village, elder) == []
    await after(village, DAY)
    assert len(await told(village, elder)) == 1


async def test_second_dose_of_the_day_comes_after_a_change(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder, "降压药", 15 * 60, EVENING)
    await after(village, HOUR)
    await say(village, elder, "taken")
    await change(village, elder, plan, 15 * 60, 21 * 60)
    await after(village, TO_EIGHT)
    assert len(await told(village, elder)) == 2


async def test_next_dose_is_meant_before_the_one_after_it(village: Village, elder: Party) -> None:
    await add_plan(village, elder, "降压药", 15 * 60)
    await add_plan(village, elder, "钙片", 15 * 60 + 30)
    waiting = await doses.waiting(village.ctx, elder)
    assert [one.plan.drug for one in waiting] == ["降压药", "钙片"]


async def test_early_dose_that_is_put_off_comes_at_its_time_and_is_not_missed_before(
    village: Village, elder: Party
) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT - HOUR)
    done = await say(village, elder, "later")
    assert (done.doses, [one.plan.drug for one in done.early]) == ([], ["降压药"])
    assert await every_dose(village, plan) == []
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == []
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == [DUE]


async def test_early_dose_is_put_off_beyond_its_time(village: Village, elder: Party) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT - HOUR)
    await say(village, elder, "later", minutes=90)
    await after(village, HOUR)
    assert await told(village, elder) == []
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == ["您刚才说等会儿再吃，现在该吃药了：降压药一片。"]
    assert await every_dose(village, plan) == [("reminded", 0, 1)]


async def test_buttons_name_their_act_and_their_doses(village: Village, elder: Party) -> None:
    await add_plan(village, elder)
    await add_plan(village, elder, "钙片", dose="一粒")
    await after(village, TO_EIGHT)
    waiting = sorted(await doses.waiting(village.ctx, elder), key=lambda one: one.plan.no)
    refs = " ".join(one.id for one in waiting)
    async with village.db.read() as conn:
        offered = await outbox.last_choices(conn, elder.conversation_id)
    assert [(one.label, one.payload) for one in offered] == [
        (words, f'/confirm_medication{{"choice":"{act}","order_no":"{refs}"}}')
        for words, act in (("吃了", "taken"), ("等会儿再吃", "later"), ("这顿不吃", "skipped"))
    ]


async def test_doses_of_others_are_as_good_as_absent_by_name(
    village: Village, elder: Party, daughter: Party
) -> None:
    await add_plan(village, elder)
    await after(village, TO_EIGHT)
    (waiting,) = await doses.waiting(village.ctx, elder)
    assert await doses.of_refs(village.ctx, daughter, [waiting.ref]) == []
    assert await doses.of_refs(
        village.ctx, elder, [waiting.ref, "dose_x", "1@2025-11-03T12:00:00+00:00"]
    ) == [waiting]


async def test_news_for_a_whole_home_do_not_come_to_the_elder_who_lives_there(
    village: Village,
) -> None:
    home = await village.home(
        2, 1, "101", ("李奶奶", "owner", None), ("李梅", "member", None), code="5"
    )
    mother, child = [await village.account(home, person=person) for person in (0, 1)]
    await make_guardian(village, mother, child, "medication", whole_home=True)
    await add_plan(village, mother)
    for seconds in (TO_EIGHT, 30 * MINUTE, 30 * MINUTE):
        await after(village, seconds)
    assert await told(village, mother) == [DUE, ONCE_MORE]
    assert await told(village, child) == [MISSED]


async def test_guardian_who_is_one_no_more_is_not_reminded(
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
    async with village.db.write() as conn:
        await conn.execute(update(guardianship).values(ended_at=village.clock.now()))
    await after(village, TO_EIGHT)
    assert await told(village, daughter) == []


async def test_dose_that_was_put_off_waits_too_while_a_person_has_the_conversation(
    village: Village, elder: Party
) -> None:
    plan = await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await say(village, elder, "later")
    await claimed(village, elder)
    await after(village, 20 * MINUTE)
    await after(village, 10 * MINUTE)
    assert await every_dose(village, plan) == [("snoozed", 0, 1)]
    await given_back(village, elder)
    await after(village, 10 * MINUTE)
    assert (await told(village, elder))[1:] == ["您刚才说等会儿再吃，现在该吃药了：降压药一片。"]
