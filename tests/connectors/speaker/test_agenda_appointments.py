"""An appointment in the agenda: as its reminder will say it, when it will, to whoever is to be told."""

from __future__ import annotations

import pytest

from bot.reminders import handlers
from community.services import appointment
from community.store.appointments import Appointment
from community.store.database import Database
from community.store.identities import Party
from community.times import FixedClock
from connectors.spoken import agenda
from connectors.spoken.agenda import Item
from conversation import timers
from tests.community.counters import add_bookables
from tests.community.estate import at
from tests.community.village import Village

SOON = "提醒您：11月5日 09:00，妈妈约了社保窗口，排1号。地方在1号窗口。去不了就跟我说“取消预约”。"


@pytest.fixture
async def village(db: Database, clock: FixedClock) -> Village:
    built = Village(db, clock)
    await add_bookables(built)
    return built


async def booked(village: Village, hour: int) -> tuple[Party, Appointment]:
    """An appointment on Wednesday at nine, of which is reminded on Tuesday."""
    home = await village.home(3, 2, "501", ("王建国", "owner", None), code="35010001")
    who = await village.account(home, person=0)
    made = await appointment.book(
        village.ctx, who, turn_id="t1", bookable_id="b0", start=at(5, 9), said="mother"
    )
    async with village.db.write() as conn:
        await timers.set_timer(
            conn, kind="appointment", key=f"appointment:{made.no}", due_at=at(4, hour),
            payload={"id": made.id, "conversation_id": who.conversation_id},
        )  # fmt: skip
    return who, made


async def items(village: Village, conversation_id: str) -> list[Item]:
    async with village.db.read() as conn:
        return await agenda.items(conn, village.clock, conversation_id)


async def test_it_is_in_the_agenda_of_whoever_is_to_be_told_a_day_before(village: Village) -> None:
    who, made = await booked(village, 18)
    assert await items(village, who.conversation_id) == []
    village.clock.advance(6 * 3600)
    assert await items(village, who.conversation_id) == [
        Item(f"appointment:{made.no}:202511050100", at(4, 18), SOON, private=True)
    ]
    other = await village.account(await village.home(3, 2, "502", code="2"))
    assert await items(village, other.conversation_id) == []


async def test_what_would_come_by_night_comes_in_the_morning(village: Village) -> None:
    who, _ = await booked(village, 22)
    village.clock.advance(20 * 3600)
    (one,) = await items(village, who.conversation_id)
    assert one.at == at(5, 7, 30)


async def test_the_message_that_it_becomes_has_its_key(village: Village) -> None:
    who, _ = await booked(village, 18)
    village.clock.advance(6 * 3600)
    (one,) = await items(village, who.conversation_id)
    village.clock.advance(24 * 3600)
    await timers.fire_due(village.db, village.clock, handlers(village.clock))
    async with village.db.read() as conn:
        assert await agenda.numbers(conn, who.conversation_id, one.key) == [1]
    (waiting,) = await items(village, who.conversation_id)
    assert (waiting.key, waiting.text) == (one.key, one.text)
