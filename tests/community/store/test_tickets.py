"""Tickets as records: every move an event under the version that was seen, and who finds what."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from community.errors import Code, Conflict, NotFound
from community.store import tickets
from community.store.database import Database
from community.store.identities import Party
from community.store.schema import ticket_event
from community.store.tickets import Ticket, TicketEvent
from tests.community.village import Village
from tests.conftest import add_staff


async def create(village: Village, **fields: Any) -> Ticket:
    values = {
        "kind": "repair", "state": "pending", "actor": "staff_fang", "turn_id": None,
        "description": "单元门坏了", "urgency": "normal",
    } | fields  # fmt: skip
    async with village.db.write() as conn:
        return await tickets.create(conn, village.clock, **values)


async def advance(village: Village, seen: Ticket, kind: str = "urged", **more: Any) -> Ticket:
    async with village.db.write() as conn:
        return await tickets.advance(
            conn, village.clock, seen, kind, **({"actor": "resident"} | more)
        )


async def test_ticket_of_no_household_has_its_number_and_its_first_event(village: Village) -> None:
    one = await create(village)
    assert (one.no, one.room_id, one.room_label, one.identity_id, one.anonymous, one.version) == (
        1001, None, None, None, False, 1,
    )  # fmt: skip
    assert await village.history(one) == [
        TicketEvent(1, "created", "staff_fang", "pending", "", village.clock.now())
    ]


async def test_tickets_without_a_turn_are_never_taken_for_the_same(village: Village) -> None:
    assert [(await create(village)).no for _ in range(3)] == [1001, 1002, 1003]


async def test_unknown_ticket_is_not_found(village: Village) -> None:
    with pytest.raises(NotFound):
        async with village.db.read() as conn:
            await tickets.get(conn, "tkt_0")


async def test_move_changes_what_is_named_and_writes_one_event(
    village: Village, db: Database
) -> None:
    liu = await add_staff(db, "staff_liu", "刘师傅")
    one = await create(village)
    village.clock.advance(60)
    moved = await advance(
        village, one, "dispatch", actor="staff_fang", state="accepted", note="带梯子",
        assignee_id=liu,
    )  # fmt: skip
    assert (moved.state, moved.assignee_name, moved.version) == ("accepted", "刘师傅", 2)
    assert moved.updated_at - moved.created_at == timedelta(seconds=60)
    assert (await village.history(one))[1:] == [
        TicketEvent(2, "dispatch", "staff_fang", "accepted", "带梯子", village.clock.now())
    ]


async def test_move_under_an_older_version_is_refused_and_leaves_no_event(village: Village) -> None:
    one = await create(village)
    moved = await advance(village, one)
    with pytest.raises(Conflict) as refused:
        await advance(village, one, "withdrawn", state="withdrawn")
    assert refused.value.code is Code.STALE
    assert await village.now(one) == moved
    assert len(await village.history(one)) == 2


async def test_of_two_processes_that_saw_the_same_version_one_moves(
    village: Village, db: Database, data_dir
) -> None:
    other = Village(Database(f"sqlite:///{data_dir / 'linsheng.db'}"), village.clock)
    one = await create(village)
    results = await asyncio.gather(
        *(advance(place, one) for place in [village, other] * 4), return_exceptions=True
    )
    await other.db.close()
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 7 + ["Ticket"]
    assert [event.seq for event in await village.history(one)] == [1, 2]


async def test_same_turn_and_kind_again_changes_nothing_whatever_version_was_seen(
    village: Village,
) -> None:
    one = await create(village)
    moved = await advance(village, one, turn_id="turn_1", urged=1)
    for seen in (one, moved):
        assert await advance(village, seen, turn_id="turn_1", urged=2) == moved
    assert (await advance(village, moved, "rescheduled", turn_id="turn_1")).version == 3


async def test_one_turn_cannot_be_written_twice_into_the_history(village: Village) -> None:
    one = await create(village, turn_id="turn_1")
    event = {
        "ticket_id": one.id, "seq": 2, "kind": "created", "actor": "-", "state": "-", "note": "",
        "turn_id": "turn_1", "at": village.clock.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError):
        async with village.db.write() as conn:
            await conn.execute(insert(ticket_event).values(**event))


# --- who finds what


async def found_by(
    village: Village, account: Party, kinds: Sequence[str], **more: Any
) -> list[int]:
    async with village.db.read() as conn:
        found = await tickets.of_party(
            conn, kinds, room_id=account.home.room_id if account.home else None,
            identity_id=account.identity_id, **more,
        )  # fmt: skip
    return [one.no for one in found]


async def test_party_finds_its_homes_and_its_own_tickets_of_the_kinds_asked_for(
    village: Village, wang: Party, household: Party, neighbour: Party, stranger: Party
) -> None:
    await village.order(wang)
    await village.order(household, state="closed")
    await village.complaint(household, anonymous=True)
    await village.order(neighbour)
    await village.complaint(stranger)
    both = ("repair", "complaint")
    assert [
        await found_by(village, account, both) for account in (wang, household, neighbour, stranger)
    ] == [[1002, 1001], [1003, 1002, 1001], [1004], [1005]]
    assert await found_by(village, wang, ["complaint"]) == []
    assert await found_by(village, wang, both, states=["closed"]) == [1002]
    assert await found_by(village, wang, both, no=1004) == []
    assert await found_by(village, wang, both, limit=1) == [1002]


async def test_account_that_moved_keeps_what_it_filed_and_loses_the_old_homes_others(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    await village.order(wang)
    await village.order(household)
    moved = Party(**vars(wang) | {"home": neighbour.home})
    assert await found_by(village, moved, ["repair"]) == [1001]


async def test_staff_see_what_is_due_first(village: Village, wang: Party, db: Database) -> None:
    liu = await add_staff(db, "staff_liu", "刘师傅")
    for words in ("灯不亮", "水管漏水", "柜门有点松", "水管爆了"):
        await village.order(wang, words)
    mine = await village.order(wang, "马桶堵了", state="accepted")
    await advance(village, mine, "dispatch", assignee_id=liu)
    async with db.read() as conn:
        found = await tickets.all_of_kind(conn, "repair")
        open_ones = await tickets.all_of_kind(conn, "repair", states=["pending"], limit=2)
        his = await tickets.all_of_kind(conn, "repair", assignee_id=liu)
        assert await tickets.all_of_kind(conn, "complaint") == []
    assert [one.no for one in found] == [1004, 1002, 1005, 1001, 1003]
    assert [one.no for one in open_ones] == [1004, 1002]
    assert [one.no for one in his] == [1005]
