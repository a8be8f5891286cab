"""Forgetting: nothing personal stays, numbers and work orders do, and nobody in need is dropped."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select, update

from community.store.schema import (
    help_request,
    identity,
    inbound,
    matter,
    medication_plan,
    message,
    note,
    outbox,
    queue_case,
    room,
    ticket,
    ticket_event,
    volunteer,
)
from conversation import audit, forgetting, queue
from conversation.forgetting import ERASED
from conversation.inbox import Turn
from conversation.queue import Lane
from tests.conversation.talk import Talk


async def erase(talk: Talk, conversation_id: str) -> timedelta | None:
    async with talk.db.write() as conn:
        return await forgetting.erase(
            conn, talk.clock, conversation_id,
            without_phones=lambda text: text.replace("13812348000", ERASED),
        )  # fmt: skip


async def said(talk: Talk, text: str) -> Turn:
    """A turn that has ended."""
    turn, _ = await talk.hear(text)
    await talk.finish(turn)
    return turn


async def rows(talk: Talk, *columns: object) -> list[tuple[object, ...]]:
    async with talk.db.read() as conn:
        return [tuple(row) for row in await conn.execute(select(*columns))]  # type: ignore[call-overload]


async def order_of(talk: Talk, conversation_id: str) -> None:
    """A work order of the account, with a telephone in its words and in its history."""
    (account,) = await rows(talk, identity.c.id)
    now = talk.clock.now()
    async with talk.db.write() as conn:
        await conn.execute(
            insert(ticket).values(
                id="t1", no=1001, kind="repair", state="accepted", identity_id=account[0],
                conversation_id=conversation_id, description="水管漏水，打13812348000",
                urgency="high", phone="13812348000", anonymous=False, reopened=0, urged=0,
                version=1, created_at=now, updated_at=now,
            )
        )  # fmt: skip
        await conn.execute(
            insert(ticket_event).values(
                ticket_id="t1", seq=1, kind="create", actor="resident", state="pending",
                note="电话13812348000", at=now,
            )
        )  # fmt: skip


async def test_words_and_account_are_erased_and_the_numbers_stay(talk: Talk) -> None:
    turn = await said(talk, "我叫王建国，电话13812348000")
    await talk.say(turn.conversation_id, "记下了", epoch=0)
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, message.c.seq, message.c.text) == [(1, ERASED), (2, ERASED)]
    assert await rows(talk, inbound.c.text, inbound.c.channel_key) == [(ERASED, f"gone:{turn.id}")]
    ((user_key, room_id, resident_id),) = await rows(
        talk, identity.c.user_key, identity.c.room_id, identity.c.resident_id
    )
    assert str(user_key).startswith("gone:")
    assert (room_id, resident_id) == (None, None)
    assert await rows(talk, outbox.c.state) == [("refused",)]
    async with talk.db.read() as conn:
        (entry,) = await audit.of_object(conn, turn.conversation_id)
    assert (entry.actor, entry.act, entry.detail) == ("resident", "account.erase", {})


async def test_work_order_stays_without_name_and_telephone(talk: Talk) -> None:
    turn = await said(talk, "水管漏水")
    await order_of(talk, turn.conversation_id)
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, ticket.c.state, ticket.c.description, ticket.c.phone) == [
        ("accepted", f"水管漏水，打{ERASED}", None)
    ]
    assert await rows(talk, ticket_event.c.note) == [(f"电话{ERASED}",)]


async def test_waiting_case_is_withdrawn_and_its_summary_erased(talk: Talk, wang: str) -> None:
    turn = await said(talk, "找人工")
    case = await talk.open(turn.conversation_id, words="我电话13812348000")
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, queue_case.c.state, queue_case.c.summary) == [("closed", {})]
    assert (await talk.case(case)).resolution == "withdrawn"


async def test_nothing_is_erased_while_a_person_works_at_it(talk: Talk, wang: str) -> None:
    turn = await said(talk, "找人工")
    case = await talk.open(turn.conversation_id)
    await talk.claim(case, wang)
    async with talk.db.write() as conn:
        await conn.execute(
            insert(note).values(
                case_id=case.id, staff_id=wang, text="老人独居", client_key="n", at=talk.clock.now()
            )
        )
    assert await erase(talk, turn.conversation_id) == forgetting.CASE_IS_OPEN
    assert await rows(talk, message.c.text) == [("找人工",)]
    await talk.resolve(case, wang)
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, note.c.text) == [(ERASED,)]


async def test_open_emergency_keeps_what_helpers_need(talk: Talk, wang: str) -> None:
    turn = await said(talk, "着火了")
    await talk.open(turn.conversation_id, Lane.EMERGENCY, reason="emergency", place="3号楼")
    assert await erase(talk, turn.conversation_id) == forgetting.CASE_IS_OPEN
    ((summary,),) = await rows(talk, queue_case.c.summary)
    assert summary["place"] == "3号楼"  # type: ignore[index]
    async with talk.db.read() as conn:
        assert await queue.open_cases(conn, turn.conversation_id)


async def test_erasing_again_changes_nothing(talk: Talk) -> None:
    turn = await said(talk, "你好")
    assert await erase(talk, turn.conversation_id) is None
    before = await rows(talk, message.c.text, message.c.seq)
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, message.c.text, message.c.seq) == before


async def test_nothing_is_erased_while_a_turn_runs_that_would_write_it_back(talk: Talk) -> None:
    turn, _ = await talk.hear("我叫王建国")
    assert await erase(talk, turn.conversation_id) == forgetting.TURN_RUNS
    await talk.finish(turn)
    assert await erase(talk, turn.conversation_id) is None


async def test_erasing_again_is_noted_once(talk: Talk) -> None:
    turn = await said(talk, "你好")
    await erase(talk, turn.conversation_id)
    await erase(talk, turn.conversation_id)
    async with talk.db.read() as conn:
        assert len(await audit.of_object(conn, turn.conversation_id)) == 1


async def test_services_keep_numbers_and_nothing_of_the_person(talk: Talk) -> None:
    turn = await said(talk, "我要走了")
    (account,) = await rows(talk, identity.c.id)
    now = talk.clock.now()
    own = {"identity_id": account[0], "room_id": "r", "created_at": now}
    timed = own | {"starts_at": now, "ends_at": now, "conversation_id": turn.conversation_id}
    async with talk.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r", building=1, unit=1, number="101", label="1号楼1单元101")
        )
        await conn.execute(
            insert(volunteer).values(
                id="v", name="王建国", kinds=[], days="", part="", state="active",
                conversation_id=turn.conversation_id, **own,
            )
        )  # fmt: skip
        await conn.execute(
            insert(help_request).values(
                id="h", no=1001, kind="carry", task="扛米，打13812348000", state="posted", **timed
            )
        )
        await conn.execute(
            insert(medication_plan).values(
                id="m", no=1002, version=1, identity_id=account[0], drug="降压药", regimen={},
                starts_on=now.date(), state="active", created_at=now,
            )
        )  # fmt: skip
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, volunteer.c.name, volunteer.c.state) == [(None, "withdrawn")]
    assert await rows(talk, help_request.c.no, help_request.c.task) == [(1001, f"扛米，打{ERASED}")]
    assert await rows(talk, medication_plan.c.drug, medication_plan.c.state) == [
        (ERASED, "stopped")
    ]


async def test_report_of_what_all_share_stays_without_a_telephone_in_its_place(talk: Talk) -> None:
    turn = await said(talk, "路灯不亮")
    await order_of(talk, turn.conversation_id)
    async with talk.db.write() as conn:
        await conn.execute(
            update(ticket).values(kind="grid", state="new", place="3号楼下，打13812348000")
        )
        await conn.execute(insert(matter).values(ticket_id="t1", category="litter"))
    assert await erase(talk, turn.conversation_id) is None
    assert await rows(talk, ticket.c.no, ticket.c.place, ticket.c.conversation_id) == [
        (1001, f"3号楼下，打{ERASED}", None)
    ]
    assert await rows(talk, matter.c.category) == [("litter",)]
