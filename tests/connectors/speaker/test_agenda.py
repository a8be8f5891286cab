"""The agenda of a speaker: what it is told to say without a line, and what becomes of what it has said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.reminders import handlers
from community.services import speakers
from community.store import checkins, medications
from community.store.schema import dose, resident, spoken
from community.store.schema import outbox as outbox_rows
from community.store.schema import timer as timer_rows
from community.times import SHANGHAI
from connectors.app import GATEWAY
from connectors.spoken import agenda
from connectors.spoken.talk import SpeakerTalk, talk_of
from conversation import aloud, care, outbox, telling, timers
from conversation.messages import Draft
from language.schedules import Regimen
from tests.connectors.speaker.conftest import SECRET, Connect, there
from voice.talk import Fate

MINUTE = 60
NOON = datetime(2025, 11, 3, 15, 0, tzinfo=SHANGHAI)
PILLS = "到点了，该吃药了：{}。吃好了跟我说一声“吃了”。"


async def plan(gateway: Any, drug: str, *hours: int, person: str = "p", dose: str = "一片") -> Any:
    async with gateway.db.write() as conn:
        made = await medications.add_plan(
            conn, gateway.clock, turn_id=None, regimen=Regimen(tuple(hour * 60 for hour in hours)),
            resident_id=person, identity_id=None, kin=None, drug=drug, dose=dose,
            starts_on=NOON.date(),
        )  # fmt: skip
        await care.arm(conn, made, gateway.clock.now())
    return made


async def items(gateway: Any, conversation_id: str) -> list[tuple[str, str]]:
    """(when in China, what is said)."""
    async with gateway.db.read() as conn:
        found = await agenda.items(conn, gateway.clock, conversation_id)
    return [(f"{one.at.astimezone(SHANGHAI):%d %H:%M}", one.text) for one in found]


async def talk(gateway: Any) -> SpeakerTalk:
    found = gateway.app[GATEWAY]
    one = await speakers.meet(found.context, "client:box-1", "client", "音箱", SECRET)
    return await talk_of(found, one, there)


async def fire(gateway: Any) -> None:
    await timers.fire_due(gateway.db, gateway.clock, handlers(gateway.clock))


async def states(gateway: Any) -> list[tuple[str, str | None]]:
    """(state in the outbox, fate) of each message."""
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(outbox_rows.c.state, spoken.c.fate)
            .outerjoin(
                spoken,
                (spoken.c.conversation_id == outbox_rows.c.conversation_id)
                & (spoken.c.seq == outbox_rows.c.seq),
            )
            .order_by(outbox_rows.c.seq)
        )
        return [(row.state, row.fate) for row in rows]


async def test_medicines_of_the_next_day_are_in_it_a_moments_together(
    gateway: Any, conversation_id: str
) -> None:
    await plan(gateway, "降压药", 15, 20)
    await plan(gateway, "钙片", 20, dose="两片")
    assert await items(gateway, conversation_id) == [
        ("03 15:00", PILLS.format("降压药一片")),
        ("03 20:00", PILLS.format("降压药一片、钙片两片")),
    ]


async def test_what_others_take_is_in_no_agenda_of_hers(gateway: Any, conversation_id: str) -> None:
    async with gateway.db.write() as conn:
        await conn.execute(
            insert(resident).values(id="q", room_id="r", name="李建国", role="owner", notes={})
        )
    await plan(gateway, "降糖药", 15, person="q")
    assert await items(gateway, conversation_id) == []


async def test_a_dose_that_was_put_off_and_the_daily_question_are_in_it(
    gateway: Any, conversation_id: str
) -> None:
    made = await plan(gateway, "降压药", 14)
    async with gateway.db.write() as conn:
        one = await medications.open_dose(
            conn, made.id, NOON - timedelta(hours=1), medications.SNOOZED, reminded_at=NOON
        )
        await checkins.ask_daily(conn, gateway.clock, "p", 9 * 60)
    assert one is not None
    found = await items(gateway, conversation_id)
    assert found[:2] == [
        ("03 15:00", "您刚才说等会儿再吃，现在该吃药了：降压药一片。"),
        ("04 09:00", "早上好，今天怎么样？回我一声“我挺好”就行。"),
    ]


async def test_what_was_written_and_not_played_stays_in_it_until_it_is(
    gateway: Any, conversation_id: str
) -> None:
    await plan(gateway, "降压药", 15)
    gateway.clock.advance(56 * MINUTE)
    await fire(gateway)
    assert await items(gateway, conversation_id) == [
        ("03 15:01", PILLS.format("降压药一片")), ("04 15:00", PILLS.format("降压药一片"))
    ]  # fmt: skip
    async with gateway.db.write() as conn:
        await aloud.note(conn, gateway.clock, conversation_id, 1, aloud.PLAYED)
    assert await items(gateway, conversation_id) == [("04 15:00", PILLS.format("降压药一片"))]


async def key_of_first(gateway: Any, conversation_id: str) -> str:
    async with gateway.db.read() as conn:
        return (await agenda.items(conn, gateway.clock, conversation_id))[0].key


async def test_a_reminder_that_the_device_said_alone_is_played_and_not_said_again(
    gateway: Any, conversation_id: str
) -> None:
    await plan(gateway, "降压药", 15)
    key = await key_of_first(gateway, conversation_id)
    gateway.clock.advance(60 * MINUTE)
    await fire(gateway)
    speaking = await talk(gateway)
    await speaking.was_said(key)
    assert await states(gateway) == [("sent", "played")]
    assert await speaking._take() is None
    async with gateway.db.read() as conn:
        assert await outbox.was_heard(conn, [conversation_id], NOON)
        again = select(timer_rows.c.state).where(timer_rows.c.kind == aloud.KIND)
        assert (await conn.execute(again)).scalars().all() == ["cancelled"]
    await speaking.close()


async def test_what_the_device_said_before_the_timer_fired_here_is_not_said_when_it_does(
    gateway: Any, conversation_id: str
) -> None:
    await plan(gateway, "降压药", 15)
    await plan(gateway, "钙片", 15)
    key = await key_of_first(gateway, conversation_id)
    speaking = await talk(gateway)
    await speaking.was_said(key)
    assert await states(gateway) == []
    gateway.clock.advance(60 * MINUTE)
    await fire(gateway)
    assert await speaking._take() is None
    assert await states(gateway) == [("sent", "played")]
    await speaking.close()


@pytest.mark.parametrize("given_back", [False, True])
async def test_a_reminder_that_is_answered_elsewhere_while_it_waits_may_be_said_no_more(
    gateway: Any, conversation_id: str, given_back: bool
) -> None:
    await plan(gateway, "降压药", 15)
    gateway.clock.advance(60 * MINUTE)
    await fire(gateway)
    speaking = await talk(gateway)
    said = await speaking.next()
    if given_back:
        await speaking.fate(said.seq, Fate.QUEUED)
    assert await speaking._take() is None
    assert speaking.stands(said.seq)
    async with gateway.db.write() as conn:
        await conn.execute(update(dose).values(state=medications.TAKEN))
    assert await speaking._take() is None
    assert not speaking.stands(said.seq)
    assert await states(gateway) == [("refused", "queued" if given_back else None)]
    await speaking.close()


async def test_a_reminder_that_waits_is_known_by_its_writers_key(
    gateway: Any, conversation_id: str
) -> None:
    draft = Draft("今天怎么样？", purpose="reminder")
    async with gateway.db.write() as conn:
        await telling.tell(conn, gateway.clock, [conversation_id], [draft], key="other:1")
    key = await key_of_first(gateway, conversation_id)
    assert key == "other:1"
    await (await talk(gateway)).was_said(key)
    assert await states(gateway) == [("sent", "played")]


@pytest.mark.parametrize(
    "key", ["due:", "due:x@y", "due:1@2025-11-03", "due:1@", "nothing", "#", "%"]
)
async def test_an_odd_key_marks_nothing(gateway: Any, conversation_id: str, key: str) -> None:
    async with gateway.db.write() as conn:
        await telling.tell(conn, gateway.clock, [conversation_id], [Draft("在吗？")], key="other:1")
    await (await talk(gateway)).was_said(key)
    assert await states(gateway) == [("ready", None)]


async def test_a_device_is_told_its_agenda_at_first_and_when_it_has_changed(
    gateway: Any, conversation_id: str, connect: Connect
) -> None:
    await plan(gateway, "降压药", 15)
    box = await connect()
    hello = await box.until("hello")
    assert (hello["help_phones"], hello["pace"]) == (["120"], 3)
    first = await box.until("agenda")
    assert [one["text"] for one in first["items"]] == [PILLS.format("降压药一片")]
    box.told.clear()
    await plan(gateway, "钙片", 16)
    await box.tell("say", id="1", text="在吗")
    changed = await box.until("agenda")
    assert len(changed["items"]) == 2


async def test_reports_of_a_device_are_noted_before_anything_is_said(
    gateway: Any, conversation_id: str, connect: Connect
) -> None:
    await plan(gateway, "降压药", 15)
    key = await key_of_first(gateway, conversation_id)
    gateway.clock.advance(60 * MINUTE)
    await fire(gateway)
    box = await connect(path="/speaker/v1/socket?device=box-1&spoken=1")
    await box.until("hello")
    for _ in range(30):  # time enough for a session that did not wait
        told = len(box.told)
        await box.tell("say", id="1", text="在吗")
        await box.until("stored", since=told, id="1")
    assert box.said() == []
    await box.tell("spoken", key=key, at=NOON.isoformat())
    await box.until("noted", key=key)
    await box.until("saying", text="听到，在吗。")
    assert box.said() == ["听到，在吗。"]


@pytest.mark.parametrize("reports", ["-1", "x", "", "9" * 40, "²"])
async def test_an_odd_number_of_reports_is_none(
    gateway: Any, conversation_id: str, connect: Connect, reports: str
) -> None:
    box = await connect(path=f"/speaker/v1/socket?device=box-1&spoken={reports}")
    await box.tell("say", id="1", text="在吗")
    await box.until("stored", id="1")
