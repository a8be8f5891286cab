"""An account that is erased: no reminder, no question, no word that waited, and nobody is alarmed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.reminders import handlers
from community.services import wellbeing
from community.services.medication import Taker
from community.store.database import Database
from community.store.identities import Party
from community.store.schema import checkin_plan, medication_plan, timer
from community.times import FixedClock
from conversation import care, forgetting, outbox, telling, timers
from conversation.forgetting import ERASED
from conversation.messages import Draft
from tests.community.care import add_plan, make_guardian, read_all
from tests.community.village import Village

HOUR = 3600
TO_EIGHT = 5 * HOUR + 55 * 60


@pytest.fixture
def village(db: Database, clock: FixedClock) -> Village:
    return Village(db, clock)


@pytest.fixture
async def elder(village: Village) -> Party:
    home = await village.home(1, 1, "101", ("张敏", "owner", None), code="1")
    return await village.account(home, person=0)


@pytest.fixture
async def daughter(village: Village, elder: Party) -> Party:
    home = await village.home(1, 1, "301", ("胡海燕", "owner", None), code="2")
    account = await village.account(home, person=0)
    await make_guardian(village, elder, account, "medication", "alarm")
    return account


async def erase(village: Village, who: Party) -> None:
    async with village.db.write() as conn:
        await forgetting.erase(
            conn, village.clock, who.conversation_id, without_phones=lambda text: text
        )


async def after(village: Village, seconds: float) -> None:
    village.clock.advance(seconds)
    for _ in range(2):
        await timers.fire_due(village.db, village.clock, handlers(village.clock))
    await read_all(village)


async def said(village: Village, who: Party) -> list[str]:
    """What is there to be read, without what was erased."""
    async with village.db.read() as conn:
        found = await outbox.transcript(conn, who.conversation_id)
    return [one.text for one in found if one.text != ERASED]


async def all_of(village: Village, *columns: Any) -> list[tuple[Any, ...]]:
    async with village.db.read() as conn:
        return [tuple(row) for row in await conn.execute(select(*columns))]


async def ask_daily(village: Village, who: Party) -> None:
    async def arm(conn: Any, resident_id: str) -> None:
        await care.arm_checkin(conn, village.clock, resident_id)

    assert await wellbeing.ask_daily(village.ctx, who, wellbeing.asks_at(), arm=arm)


async def test_medicines_of_somebody_who_is_gone_are_silent_and_erased(
    village: Village, elder: Party, daughter: Party
) -> None:
    await add_plan(village, elder)
    await after(village, TO_EIGHT)
    await erase(village, elder)
    for _ in range(26):
        await after(village, HOUR)
    assert (await said(village, elder), await said(village, daughter)) == ([], [])
    assert await all_of(village, medication_plan.c.drug, medication_plan.c.state) == [
        (ERASED, "stopped")
    ]


async def test_plan_that_a_guardian_set_up_stays_the_guardians(
    village: Village, elder: Party, daughter: Party
) -> None:
    await add_plan(village, daughter, who=Taker(elder.resident_id, "mother"))
    await erase(village, elder)
    await after(village, TO_EIGHT)
    assert await said(village, elder) == []
    assert await said(village, daughter) == [
        "到点了，该给妈妈吃药了：降压药一片。吃好了跟我说一声“吃了”。"
    ]


async def test_person_with_another_account_is_reminded_there(
    village: Village, elder: Party
) -> None:
    assert elder.home
    other = await village.account(elder.home, person=0)
    await add_plan(village, elder)
    await erase(village, elder)
    await after(village, TO_EIGHT)
    assert await said(village, elder) == []
    assert len(await said(village, other)) == 1


async def test_question_and_its_ladder_end(village: Village, elder: Party, daughter: Party) -> None:
    await ask_daily(village, elder)
    await after(village, 18 * HOUR + 55 * 60)
    await erase(village, elder)
    for _ in range(30):
        await after(village, HOUR)
    assert (await said(village, elder), await said(village, daughter)) == ([], [])
    assert [ended for (ended,) in await all_of(village, checkin_plan.c.ended_at)] != [None]


async def test_words_that_wait_for_the_morning_are_erased(village: Village, elder: Party) -> None:
    village.clock.advance(10 * HOUR)
    async with village.db.write() as conn:
        drafts = [Draft("您的电话13812348000登记好了")]
        await telling.tell(conn, village.clock, [elder.conversation_id], drafts, key="k")
    await erase(village, elder)
    assert await all_of(village, timer.c.payload) == []


async def test_whoever_is_gone_is_told_nothing_by_whoever_knows_the_conversation(
    village: Village, elder: Party
) -> None:
    await erase(village, elder)
    async with village.db.write() as conn:
        await telling.tell(conn, village.clock, [elder.conversation_id], [Draft("到了")], key="k")
    assert await said(village, elder) == []
    assert await all_of(village, timer.c.key) == []
