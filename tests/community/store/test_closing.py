"""A database that was closed leaves nothing running, whatever was cancelled before."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from community.errors import StoreError
from community.store.database import Database


def drivers() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if "_connection_worker" in one.name}


async def test_thread_of_a_cancelled_statement_ends_before_close_returns(
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
    for _ in range(2):  # the second time while SQLAlchemy waits for the statement to end
        waiting.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(waiting, return_exceptions=True)
    other.close()

    await database.close()

    assert drivers() - before == set()


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
