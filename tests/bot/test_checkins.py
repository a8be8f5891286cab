"""The daily question: asked of who wished it, silenced by an answer or an absence, else the ladder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.reminders import handlers
from community.services import wellbeing
from community.store import checkins
from community.store.checkins import Checkin
from community.store.database import Database
from community.store.identities import Party
from community.times import FixedClock, local
from conversation import care, queue, timers
from conversation.ownership import Owner, move
from conversation.queue import Lane
from tests.community.care import make_guardian, told
from tests.community.village import Village
from tests.conftest import add_staff

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
TO_NINE = 18 * HOUR + 55 * MINUTE
"From the clock's 14:05 to 9:00 the next day"
ASK = "早上好，今天怎么样？回我一声“我挺好”就行。"
REPEAT = "还没听到您的回音，您今天还好吗？"
NO_ANSWER = "您妈妈今天还没有回我的问候。请打个电话问一声，联系不上我们会上门看看。"


@pytest.fixture
def village(db: Database, clock: FixedClock) -> Village:
    return Village(db, clock)


@pytest.fixture
async def elder(village: Village) -> Party:
    """Asks to be asked at nine."""
    home = await village.home(1, 1, "101", ("张敏", "owner", None), code="1")
    account = await village.account(home, person=0)
    assert await wellbeing.ask_daily(village.ctx, account, wellbeing.asks_at(), arm=arm(village))
    return account


@pytest.fixture
async def daughter(village: Village, elder: Party) -> Party:
    home = await village.home(1, 1, "301", ("胡海燕", "owner", None), code="2")
    account = await village.account(home, person=0)
    await make_guardian(village, elder, account, "alarm")
    return account


def arm(village: Village) -> wellbeing.Arm:
    async def armed(conn: Any, resident_id: str) -> None:
        await care.arm_checkin(conn, village.clock, resident_id)

    return armed


async def after(village: Village, seconds: float) -> None:
    """Let time pass and fire twice: the second must find nothing to do."""
    village.clock.advance(seconds)
    for _ in range(2):
        await timers.fire_due(village.db, village.clock, handlers(village.clock))


async def today(village: Village) -> list[Checkin]:
    async with village.db.read() as conn:
        return await checkins.of_day(conn, local(village.clock.now()).date())


async def leave(village: Village, who: Party, hours: float) -> None:
    now = village.clock.now()
    await wellbeing.leave(
        village.ctx, who, turn_id=village.next("turn"), window=(now, now + timedelta(hours=hours))
    )


async def test_question_comes_at_nine_and_the_ladder_is_climbed_once(
    village: Village, elder: Party, daughter: Party
) -> None:
    await add_staff(village.db, "duty", "值班员")
    await after(village, TO_NINE - 1)
    assert await told(village, elder) == []
    await after(village, 1)
    assert await told(village, elder) == [ASK]
    await after(village, 2 * HOUR)
    assert await told(village, elder) == [ASK, REPEAT]
    assert await told(village, daughter) == []
    await after(village, HOUR)
    assert await told(village, daughter) == [NO_ANSWER]
    await after(village, HOUR)
    async with village.db.read() as conn:
        (case,) = await queue.open_cases(conn)
    assert (case.lane, case.reason, case.room_id) == (Lane.URGENT, "checkin", "room_1_1_101")
    assert case.summary["words"] == "1号楼1单元101张敏今天没有回音，请上门看看。"
    (row,) = await today(village)
    assert (row.state, row.step, row.case_no) == ("no_answer", 3, case.no)
    await after(village, 5 * HOUR)
    assert await told(village, daughter) == [NO_ANSWER]


@pytest.mark.parametrize("waits", [0, 2 * HOUR, 3 * HOUR])
async def test_answer_at_any_step_ends_the_ladder(
    village: Village, elder: Party, daughter: Party, waits: int
) -> None:
    await after(village, TO_NINE)
    while waits > 0:
        await after(village, min(waits, HOUR))
        waits -= HOUR
    before = (await told(village, elder), await told(village, daughter))
    assert await wellbeing.note(village.ctx, elder, checkins.WELL)
    for _ in range(6):
        await after(village, HOUR)
    assert (await told(village, elder), await told(village, daughter)) == before
    async with village.db.read() as conn:
        assert await queue.open_cases(conn) == []


async def test_next_day_is_asked_again(village: Village, elder: Party) -> None:
    await after(village, TO_NINE)
    await wellbeing.note(village.ctx, elder, checkins.WELL)
    await after(village, DAY)
    assert await told(village, elder) == [ASK, ASK]


async def test_who_reported_in_the_morning_is_not_asked(village: Village, elder: Party) -> None:
    village.clock.advance(TO_NINE - HOUR)
    await wellbeing.note(village.ctx, elder, checkins.WELL)
    await after(village, HOUR)
    assert await told(village, elder) == []


async def test_away_nobody_asks_and_nobody_is_alarmed(
    village: Village, elder: Party, daughter: Party
) -> None:
    await leave(village, elder, 48)
    for _ in range(30):
        await after(village, HOUR)
    assert (await told(village, elder), await told(village, daughter)) == ([], [])
    assert [one.state for one in await today(village)] == ["away"]


async def test_who_leaves_between_question_and_answer_is_left_in_peace(
    village: Village, elder: Party, daughter: Party
) -> None:
    await after(village, TO_NINE)
    await leave(village, elder, 24)
    for _ in range(6):
        await after(village, HOUR)
    assert (await told(village, elder), await told(village, daughter)) == ([ASK], [])


async def test_after_the_absence_and_after_coming_back_the_question_is_asked(
    village: Village, elder: Party
) -> None:
    await leave(village, elder, 24 * 30)
    await after(village, TO_NINE)
    assert await told(village, elder) == []
    assert await wellbeing.come_back(village.ctx, elder)
    await after(village, DAY)
    assert await told(village, elder) == [ASK]


async def test_who_does_not_wish_it_any_more_is_not_asked(village: Village, elder: Party) -> None:
    assert await wellbeing.ask_no_more(village.ctx, elder, arm=arm(village))
    assert not await wellbeing.ask_no_more(village.ctx, elder, arm=arm(village))
    await after(village, TO_NINE)
    assert await told(village, elder) == []


async def test_question_moves_to_the_hour_that_is_wished(village: Village, elder: Party) -> None:
    await wellbeing.ask_daily(village.ctx, elder, 10 * 60, arm=arm(village))
    await after(village, TO_NINE)
    assert await told(village, elder) == []
    await after(village, HOUR)
    assert await told(village, elder) == [ASK]


async def test_outage_until_the_evening_alarms_nobody(
    village: Village, elder: Party, daughter: Party
) -> None:
    await after(village, TO_NINE + 11 * HOUR)
    for _ in range(6):
        await after(village, HOUR)
    assert (await told(village, elder), await told(village, daughter)) == ([], [])


async def test_family_without_the_right_is_not_told(village: Village, elder: Party) -> None:
    home = await village.home(1, 1, "401", ("某", "owner", None), code="4")
    other = await village.account(home, person=0)
    await make_guardian(village, elder, other, "meals", "medication")
    await after(village, TO_NINE)
    for _ in range(5):
        await after(village, HOUR)
    assert await told(village, other) == []


@pytest.mark.parametrize("minute", [22 * 60, 5 * 60])
async def test_question_is_not_put_at_night_whatever_was_wished(
    village: Village, elder: Party, minute: int
) -> None:
    await wellbeing.ask_daily(village.ctx, elder, minute, arm=arm(village))
    await after(village, TO_NINE - 91 * MINUTE)
    assert (await told(village, elder), await today(village)) == ([], [])
    await after(village, MINUTE)
    assert await told(village, elder) == [ASK]


async def test_after_a_stop_the_question_is_not_put_at_night_and_starts_no_ladder(
    village: Village, elder: Party, daughter: Party
) -> None:
    await after(village, TO_NINE + 19 * HOUR)
    assert (await told(village, elder), await today(village)) == ([], [])
    await after(village, 4 * HOUR)
    assert (await told(village, elder), await told(village, daughter)) == ([], [])
    await after(village, HOUR)
    assert await told(village, elder) == [ASK]


async def test_question_of_the_evening_leaves_the_night_in_peace(
    village: Village, elder: Party, daughter: Party
) -> None:
    await wellbeing.ask_daily(village.ctx, elder, 21 * 60, arm=arm(village))
    await after(village, 6 * HOUR + 55 * MINUTE)
    assert await told(village, elder) == [ASK]
    for _ in range(10):
        await after(village, HOUR)
    assert (await told(village, elder), await told(village, daughter)) == ([ASK], [])
    await after(village, 30 * MINUTE)
    assert await told(village, elder) == [ASK, REPEAT]


async def test_question_waits_while_a_person_has_the_conversation_and_so_does_its_ladder(
    village: Village, elder: Party, daughter: Party
) -> None:
    async with village.db.write() as conn:
        await move(
            conn, village.clock, elder.conversation_id, Owner.CLAIMED, actor="staff", cause="test"
        )
    await after(village, TO_NINE)
    for _ in range(40):
        await after(village, 10 * MINUTE)
    assert (await today(village), await told(village, daughter)) == ([], [])
