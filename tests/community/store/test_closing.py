"""A database that was closed leaves nothing running, whatever was cancelled before."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from community.errors import StoreError
from community.store.database import Database
from community.store.schema import counter


def drivers() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name.startswith("database")}


async def test_writer_that_was_cancelled_while_it_waited_leaves_nothing_running(
    data_dir: Path, until: Callable[[Callable[[], object]], Awaitable[None]]
) -> None:
    before = drivers()
    file = data_dir / "linsheng.db"
    database = Database(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def wait_for_the_lock() -> None:
        async with database.write() as connection:
            await connection.execute(text("SELECT 1"))

    waiting = asyncio.create_task(wait_for_the_lock())
    await until(lambda: drivers() - before)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await database.close()
    other.execute("COMMIT")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    assert waiting.cancelled()
    assert drivers() - before == set()


async def test_what_is_being_written_at_close_is_written(data_dir: Path) -> None:
    database = Database(f"sqlite:///{data_dir / 'linsheng.db'}")

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(insert(counter).values(name="n", value=1))
            closing.append(asyncio.create_task(database.close()))

    closing: list[asyncio.Task[None]] = []
    await write()
    await closing[0]
    with contextlib.closing(sqlite3.connect(data_dir / "linsheng.db")) as file:
        assert file.execute("SELECT name FROM counter").fetchall() == [("n",)]


async def test_closing_twice_is_harmless(data_dir: Path) -> None:
    database = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    async with database.read() as connection:
        await connection.execute(text("SELECT 1"))
    await database.close()
    await database.close()


async def test_nobody_opens_the_file_again_after_close(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'linsheng.db'}")
    await database.close()
    for transaction in (database.read, database.write):
        with pytest.raises(StoreError):
            await transaction().__aenter__()
    assert list(tmp_path.iterdir()) == []


async def test_whoever_is_inside_at_close_gets_a_store_error(data_dir: Path) -> None:
    database = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    before = drivers()

    async def close_inside() -> None:
        async with database.write() as connection:
            await database.close()
            await connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError):
        await close_inside()
    assert drivers() - before == set()
