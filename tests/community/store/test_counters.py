"""Numbers that residents say aloud: one series, from 1001, without gaps."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from community.store import counters
from community.store.database import Database


async def take(db: Database, *name: str, then: Exception | None = None) -> int:
    async with db.write() as conn:
        number = await counters.next_number(conn, *name)
        if then is not None:
            raise then
        return number


async def test_numbers_have_no_gap_under_two_processes_writers_at_once(
    db: Database, data_dir: Path
) -> None:
    other = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    taken = await asyncio.gather(*(take(one) for one in [db, other] * 25))
    await other.close()
    assert sorted(taken) == list(range(1001, 1051))


async def test_number_of_a_transaction_that_fails_is_given_again(db: Database) -> None:
    assert await take(db) == 1001
    with pytest.raises(KeyError):
        await take(db, then=KeyError("anything"))
    assert await take(db) == 1002


async def test_series_do_not_meet(db: Database) -> None:
    assert [await take(db), await take(db, "case"), await take(db)] == [1001, 1001, 1002]
