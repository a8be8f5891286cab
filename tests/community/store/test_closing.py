"""A database that was closed leaves nothing running, whatever was cancelled before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import text

from community.store.database import Database

SLOW = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) "
    "SELECT count(*) FROM n"
)


def drivers() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if "_connection_worker" in one.name}


async def test_thread_of_a_cancelled_statement_ends_before_close_returns(
    data_dir: Path, until: Callable[[Callable[[], object]], Awaitable[None]]
) -> None:
    before, started = drivers(), list[object]()
    database = Database(f"sqlite:///{data_dir / 'linsheng.db'}")

    async def ask() -> None:
        async with database.read() as connection:
            started.append(connection)
            await connection.execute(SLOW)

    asking = [asyncio.create_task(ask()) for _ in range(6)]
    await until(lambda: len(started) == len(asking))
    for _ in range(2):  # the second time while SQLAlchemy waits for the statement to end
        for task in asking:
            task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*asking, return_exceptions=True)

    await database.close()

    assert drivers() - before == set()


async def test_closing_twice_is_harmless(data_dir: Path) -> None:
    database = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    async with database.read() as connection:
        await connection.execute(text("SELECT 1"))
    await database.close()
    await database.close()
