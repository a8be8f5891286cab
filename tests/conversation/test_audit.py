"""The audit: every entry is sealed with the one before it, so a chain that was touched is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from community.store.database import Database
from community.store.schema import audit as audit_table
from community.times import FixedClock
from conversation import audit
from conversation.audit import Entry


async def record(db: Database, clock: FixedClock, count: int) -> None:
    async with db.write() as conn:
        for i in range(count):
            await audit.record(
                conn, clock, actor="wang", act="case.claim", obj=f"case_{i % 2}", detail={"no": i}
            )
            clock.advance(1)


async def first_broken(db: Database) -> int | None:
    async with db.read() as conn:
        return await audit.first_broken(conn)


async def test_entries_of_a_record_are_read_back_oldest_first(
    db: Database, clock: FixedClock
) -> None:
    began = clock.now()
    await record(db, clock, 3)
    async with db.read() as conn:
        assert await audit.of_object(conn, "case_0") == [
            Entry(1, began, "wang", "case.claim", "case_0", {"no": 0}),
            Entry(3, began + timedelta(seconds=2), "wang", "case.claim", "case_0", {"no": 2}),
        ]
        assert await audit.of_object(conn, "case_9") == []


async def test_untouched_chain_is_whole(db: Database, clock: FixedClock) -> None:
    assert await first_broken(db) is None
    await record(db, clock, 5)
    assert await first_broken(db) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "li"},
        {"act": "case.view"},
        {"object": "case_9"},
        {"detail": {"no": 8}},
        {"hash": "0" * 64},
        {"at": None},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_entry_that_was_changed_is_found(
    db: Database, clock: FixedClock, change: dict[str, Any]
) -> None:
    await record(db, clock, 5)
    if "at" in change:
        change = {"at": clock.now()}
    async with db.write() as conn:
        await conn.execute(update(audit_table).where(audit_table.c.id == 3).values(**change))
    assert await first_broken(db) == 3


@pytest.mark.parametrize(("taken_out", "found"), [(1, 2), (3, 4)])
async def test_entry_that_was_taken_out_is_found_at_the_next(
    db: Database, clock: FixedClock, taken_out: int, found: int
) -> None:
    await record(db, clock, 5)
    async with db.write() as conn:
        await conn.execute(delete(audit_table).where(audit_table.c.id == taken_out))
    assert await first_broken(db) == found


async def test_entry_put_in_between_is_found(db: Database, clock: FixedClock) -> None:
    await record(db, clock, 2)
    async with db.write() as conn:
        await conn.execute(update(audit_table).where(audit_table.c.id == 2).values(id=3))
        row = (await conn.execute(audit_table.select().where(audit_table.c.id == 1))).one()
        await conn.execute(audit_table.insert().values(row._asdict() | {"id": 2}))
    assert await first_broken(db) == 2


async def test_two_entries_that_changed_places_are_found(db: Database, clock: FixedClock) -> None:
    await record(db, clock, 4)
    async with db.write() as conn:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            await conn.execute(update(audit_table).where(audit_table.c.id == old).values(id=new))
    assert await first_broken(db) == 2


async def test_chain_longer_than_a_page_is_read_to_its_end(db: Database, clock: FixedClock) -> None:
    await record(db, clock, audit.PAGE + 2)
    assert await first_broken(db) is None
    async with db.write() as conn:
        last = audit_table.c.id == audit.PAGE + 2
        await conn.execute(update(audit_table).where(last).values(actor="li"))
    assert await first_broken(db) == audit.PAGE + 2


async def test_entry_goes_with_its_transaction(db: Database, clock: FixedClock) -> None:
    await record(db, clock, 1)
    async with db.write() as conn:
        savepoint = await conn.begin_nested()
        await audit.record(conn, clock, actor="wang", act="case.claim", obj="case_9")
        await savepoint.rollback()
    await record(db, clock, 1)
    async with db.read() as conn:
        assert await audit.of_object(conn, "case_9") == []
    assert await first_broken(db) is None
