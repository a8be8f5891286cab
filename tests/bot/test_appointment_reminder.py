"""The reminder of an appointment: once, to whoever booked it, and never of one that was given back."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.reminders import handlers
from community.services import appointment
from community.store.appointments import Appointment
from community.store.database import Database
from community.store.identities import Party
from community.store.schema import seat_slot
from community.times import FixedClock
from conversation import outbox, timers
from tests.community.counters import add_bookables
from tests.community.estate import at
from tests.community.village import Village


@pytest.fixture
async def village(db: Database, clock: FixedClock) -> Village:
    built = Village(db, clock)
    await add_bookables(built)
    return built


async def booked(village: Village, what: str) -> tuple[Party, Appointment]:
    """An appointment on Wednesday at nine, with its timer set for Tuesday at six."""
    home = await village.home(3, 2, "501", ("王建国", "owner", None), code="35010001")
    who = await village.account(home, person=0)
    made = await appointment.book(
        village.ctx, who, turn_id="t1", bookable_id=what, start=at(5, 9), said="mother"
    )
    async with village.db.write() as conn:
        await timers.set_timer(
            conn, kind="appointment", key=f"appointment:{made.no}", due_at=at(4, 18),
            payload={"id": made.id, "conversation_id": who.conversation_id},
        )  # fmt: skip
    return who, made


async def told(village: Village, who: Party, moment: float) -> list[str]:
    """What is said once the clock has advanced by so many seconds."""
    village.clock.advance(moment)
    await timers.fire_due(village.db, village.clock, handlers(village.clock))
    async with village.db.read() as conn:
        return [one.text for one in await outbox.transcript(conn, who.conversation_id)]


UNTIL_SIX = (at(4, 18) - at(3, 14, 5)).total_seconds()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (
            "b0",
            "提醒您：11月5日 09:00，妈妈约了社保窗口，排1号。地方在1号窗口。去不了就跟我说“取消预约”。",
        ),
        (
            "b3",
            "提醒您：11月5日 09:00，护士上门会到您家来，是给妈妈约的。不方便就跟我说“取消预约”。",
        ),
    ],
)
async def test_it_is_said_once_in_its_time(village: Village, what: str, words: str) -> None:
    who, _ = await booked(village, what)
    assert await told(village, who, UNTIL_SIX - 1) == []
    assert await told(village, who, 1) == [words]
    assert await told(village, who, 60) == [words]


async def test_one_that_was_given_back_is_not_spoken_of(village: Village) -> None:
    who, made = await booked(village, "b0")
    await appointment.cancel(village.ctx, who, made.no, turn_id="t2")
    assert await told(village, who, UNTIL_SIX) == []


async def test_one_that_has_begun_is_not_spoken_of(village: Village) -> None:
    who, _ = await booked(village, "b0")
    assert await told(village, who, (at(5, 9) - at(3, 14, 5)).total_seconds()) == []


async def test_one_that_the_night_would_hold_until_it_has_begun_is_said_at_once(
    village: Village,
) -> None:
    """After a stop the reminder is due at night, and the appointment is before the morning's end."""
    who, _ = await booked(village, "b0")
    async with village.db.write() as conn:
        await conn.execute(update(seat_slot).values(starts_at=at(5, 7)))
    assert len(await told(village, who, (at(5, 5) - at(3, 14, 5)).total_seconds())) == 1
