"""Transactions on a real SQLite file: whole or not at all, and patient with other writers."""

from __future__ import annotations

import asyncio
import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from community.errors import Code, StoreError
from community.store import sqlite
from community.store.database import Database
from community.store.schema import counter, resident

WORDS = "厨房水管漏水13812348000"


async def set_to(db: Database, value: int, *, then: Exception | None = None) -> None:
    async with db.write() as conn:
        await conn.execute(update(counter).values(value=value))
        if then is not None:
            raise then


async def add_one(db: Database) -> None:
    """Read, let others run, write: lost unless writers wait for each other."""
    async with db.write() as conn:
        value = (await conn.execute(select(counter.c.value))).scalar_one()
        await asyncio.sleep(0)
        await conn.execute(update(counter).values(value=value + 1))


async def value_of(db: Database) -> int | None:
    async with db.read() as conn:
        found = (await conn.execute(select(counter.c.value))).scalar()
        return None if found is None else int(found)


@pytest.fixture
async def counted(db: Database) -> Database:
    """With one number in it, 0."""
    async with db.write() as conn:
        await conn.execute(insert(counter).values(name="n", value=0))
    return db


@pytest.fixture
def another_process(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection to the same file."""
    connection = sqlite3.connect(data_dir / "linsheng.db", isolation_level=None)
    yield connection
    connection.close()


async def test_block_that_ends_is_committed_and_one_that_raises_leaves_nothing(
    counted: Database, another_process: sqlite3.Connection
) -> None:
    await set_to(counted, 1)
    assert another_process.execute("SELECT value FROM counter").fetchall() == [(1,)]
    with pytest.raises(KeyError):
        await set_to(counted, 2, then=KeyError("anything"))
    assert another_process.execute("SELECT value FROM counter").fetchall() == [(1,)]
    await set_to(counted, 3)
    assert await value_of(counted) == 3


async def test_reader_sees_one_state_whatever_is_written_meanwhile(counted: Database) -> None:
    async with counted.read() as conn:
        before = (await conn.execute(select(counter.c.value))).scalar()
        await set_to(counted, 7)
        after = (await conn.execute(select(counter.c.value))).scalar()
    assert (before, after, await value_of(counted)) == (0, 0, 7)


async def test_writers_of_two_processes_lose_nothing(counted: Database, data_dir: Path) -> None:
    other = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    await asyncio.gather(*(add_one(db) for db in [counted, other] * 20))
    await other.close()
    assert await value_of(counted) == 40


async def test_reading_waits_for_no_writer(
    counted: Database, another_process: sqlite3.Connection
) -> None:
    another_process.execute("BEGIN IMMEDIATE")
    another_process.execute("UPDATE counter SET value = 9")
    assert await asyncio.wait_for(value_of(counted), 2) == 0
    another_process.execute("COMMIT")
    assert await value_of(counted) == 9


async def test_lock_of_three_seconds_is_waited_for(
    counted: Database, another_process: sqlite3.Connection
) -> None:
    another_process.execute("BEGIN IMMEDIATE")
    another_process.execute("UPDATE counter SET value = 41")
    writing = asyncio.create_task(add_one(counted))
    finished, _ = await asyncio.wait({writing}, timeout=3)
    assert finished == set()
    another_process.execute("COMMIT")
    await asyncio.wait_for(writing, 5)
    assert await value_of(counted) == 42


async def test_lock_that_stays_is_a_store_error_and_the_next_try_works(
    counted: Database,
    data_dir: Path,
    another_process: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)  # the clock of the driver
    impatient = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    another_process.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as refused:
        await set_to(impatient, 1)
    assert (refused.value.code, refused.value.retryable) == (Code.STORE_UNAVAILABLE, True)
    another_process.execute("COMMIT")
    await set_to(impatient, 1)
    assert await value_of(impatient) == 1
    await impatient.close()


async def test_every_connection_is_durable_patient_and_strict(db: Database) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    for transaction, patience_ms in ((db.read, 10_000), (db.write, 0)):  # it waits on the loop
        async with transaction() as conn:
            found = [(await conn.execute(text(f"PRAGMA {name}"))).scalar() for name in pragmas]
        assert found == ["wal", 2, 1, patience_ms]


async def test_reader_can_change_nothing(counted: Database) -> None:
    with pytest.raises(StoreError):
        async with counted.read() as conn:
            await conn.execute(update(counter).values(value=1))
    assert await value_of(counted) == 0


async def test_who_reads_lets_others_run(counted: Database) -> None:
    await value_of(counted)
    ran: list[str] = []
    asyncio.get_running_loop().call_soon(ran.append, "another")
    await value_of(counted)
    assert ran == ["another"]


async def test_rows_that_were_asked_for_stay_as_they_were(counted: Database) -> None:
    async with counted.write() as conn:
        await conn.execute(insert(counter).values(name="m", value=0))
        rows = await conn.execute(select(counter.c.name).order_by(counter.c.name))
        await conn.execute(delete(counter))
    assert rows.scalars().all() == ["m", "n"]


async def test_record_of_a_home_that_is_not_there_is_refused(db: Database) -> None:
    row = {"id": "res_1", "room_id": "room_0", "name": "王建国", "role": "owner"}
    with pytest.raises(IntegrityError):
        async with db.write() as conn:
            await conn.execute(insert(resident).values(**row))


# --- failures of the file itself, and what they tell


@pytest.mark.parametrize("path", ["text.db", "nowhere/linsheng.db"])
async def test_file_that_is_no_database_or_not_there_is_a_store_error(
    tmp_path: Path, path: str
) -> None:
    (tmp_path / "text.db").write_text("这不是数据库。" * 100)
    database = Database(f"sqlite:///{tmp_path / path}")
    with pytest.raises(StoreError) as refused:
        await value_of(database)
    await database.close()
    assert refused.value.code is Code.STORE_UNAVAILABLE


async def test_no_failure_quotes_what_was_being_written(db: Database) -> None:
    async with db.write() as conn:
        await conn.execute(text("CREATE TABLE said (words TEXT UNIQUE)"))

    async def twice(statement: str) -> None:
        async with db.write() as conn:
            await conn.execute(text(statement), {"words": WORDS})
            await conn.execute(text(statement), {"words": WORDS})

    told = []
    for statement in ("INSERT INTO said VALUES (:words)", "INSERT INTO unheard VALUES (:words)"):
        with pytest.raises((IntegrityError, StoreError)) as failed:
            await twice(statement)
        told.append("".join(traceback.format_exception(failed.value)))
    assert "UNIQUE" in told[0]
    assert "no such table" in told[1]
    assert WORDS not in "".join(told)


async def test_nothing_deleted_is_left_in_the_file_or_its_journal(
    db: Database, data_dir: Path
) -> None:
    async with db.write() as conn:
        await conn.execute(insert(counter).values(name=WORDS[:16], value=1))
    async with db.write() as conn:
        await conn.execute(update(counter).values(name="gone"))
    await db.scrub()
    traces = [file.name for file in data_dir.iterdir() if WORDS[:16].encode() in file.read_bytes()]
    assert traces == []


async def test_journal_that_is_being_read_is_scrubbed_later(db: Database) -> None:
    async with db.read() as reading:
        await reading.execute(select(counter.c.value))
        async with db.write() as conn:
            await conn.execute(insert(counter).values(name="n", value=1))
        async with asyncio.timeout(2):
            with pytest.raises(StoreError):
                await db.scrub()
    await db.scrub()


def name_row(name: str) -> object:
    return insert(counter).values(name=name, value=1)


async def names(db: Database) -> list[str]:
    async with db.read() as conn:
        return list((await conn.execute(select(counter.c.name).order_by(counter.c.name))).scalars())


async def write(db: Database, name: str, *, then: Exception | None = None) -> None:
    async with db.write() as conn:
        await conn.execute(name_row(name))
        await asyncio.sleep(0)
        if then is not None:
            raise then


async def test_writers_that_queue_are_each_whole_or_not_at_all(db: Database) -> None:
    ended = await asyncio.gather(
        *(write(db, f"n{i}", then=ValueError() if i % 3 == 0 else None) for i in range(9)),
        return_exceptions=True,
    )
    assert [isinstance(one, ValueError) for one in ended] == [i % 3 == 0 for i in range(9)]
    assert await names(db) == ["n1", "n2", "n4", "n5", "n7", "n8"]


async def test_writers_that_queue_reach_the_disk_together(db: Database, data_dir: Path) -> None:
    journal = data_dir / "linsheng.db-wal"
    await write(db, "alone")
    one = journal.stat().st_size
    await asyncio.gather(*(write(db, f"n{i}") for i in range(20)))
    assert journal.stat().st_size - one < 20 * one / 2
    assert len(await names(db)) == 21


async def test_writer_ends_though_the_one_behind_it_gave_up(db: Database) -> None:
    holding, queued = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with db.write() as conn:
            await conn.execute(name_row("first"))
            holding.set()
            await queued.wait()
            behind.cancel()

    task = asyncio.create_task(first())
    await holding.wait()
    behind = asyncio.create_task(write(db, "behind"))
    await asyncio.sleep(0)
    queued.set()
    async with asyncio.timeout(5):
        await task
        await asyncio.gather(behind, return_exceptions=True)
    assert await names(db) == ["first"]


async def test_cancelled_writer_takes_back_its_own_part_only(db: Database) -> None:
    async def hang() -> None:
        async with db.write() as conn:
            await conn.execute(name_row("hung"))
            await asyncio.sleep(60)

    hanging = asyncio.create_task(hang())
    await asyncio.sleep(0)
    later = asyncio.create_task(write(db, "later"))
    while not later.done():
        await asyncio.sleep(0)
        hanging.cancel()
    await later
    assert await names(db) == ["later"]


async def test_writer_that_gives_up_takes_no_other_with_it(db: Database) -> None:
    holding, queued = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with db.write() as conn:
            await conn.execute(name_row("first"))
            holding.set()
            await queued.wait()

    task = asyncio.create_task(first())
    await holding.wait()
    others = [asyncio.create_task(write(db, f"n{i}")) for i in range(3)]
    await asyncio.sleep(0)
    queued.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    ended = await asyncio.gather(task, *others, return_exceptions=True)
    assert ended[1:] == [None, None, None]
    assert {"n0", "n1", "n2"} <= set(await names(db))


async def test_journal_is_scrubbed_between_writers_that_queue(db: Database) -> None:
    async with asyncio.timeout(5):
        await asyncio.gather(write(db, "a"), db.scrub(), write(db, "b"), return_exceptions=False)
    assert await names(db) == ["a", "b"]
