"""Law 6: timers are rows; each fires once, after a restart too, and holds no other up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from community.errors import StoreError
from community.store.database import Database
from community.store.schema import counter, timer
from community.times import FixedClock
from conversation import timers


class Bell:
    """Timers that ring, and what was heard of them."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.db = db
        self.clock = clock
        self.heard: list[str] = []
        self.fails: dict[str, Exception] = {}

    async def set(self, key: str, in_s: float, **named: Any) -> None:
        due_at = self.clock.now() + timedelta(seconds=in_s)
        named = {"kind": "bell", "payload": {"key": key}} | named
        async with self.db.write() as conn:
            await timers.set_timer(conn, key=key, due_at=due_at, **named)

    async def cancel(self, key: str) -> None:
        async with self.db.write() as conn:
            await timers.cancel(conn, key)

    async def ring(self, conn: Any, payload: dict[str, Any]) -> None:
        """The handler: writes a row, then fails if it is told to."""
        await conn.execute(insert(counter).values(name=payload["key"], value=1))
        if error := self.fails.get(payload["key"]):
            raise error
        self.heard.append(payload["key"])

    async def fire(
        self, handlers: Mapping[str, timers.Handler] | None = None, db: Database | None = None
    ) -> int:
        return await timers.fire_due(db or self.db, self.clock, handlers or {"bell": self.ring})

    async def written(self) -> list[str]:
        """What the handlers committed."""
        async with self.db.read() as conn:
            return list((await conn.execute(select(counter.c.name))).scalars())

    async def states(self) -> dict[str, str]:
        async with self.db.read() as conn:
            rows = (await conn.execute(select(timer.c.key, timer.c.state))).all()
        return {row.key: row.state for row in rows}


@pytest.fixture
def bell(db: Database, clock: FixedClock) -> Bell:
    return Bell(db, clock)


@pytest.fixture
async def restarted(db: Database, data_dir: Path) -> AsyncIterator[Database]:
    """Another process on the same database."""
    other = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    yield other
    await other.close()


async def test_timer_fires_at_its_time_not_before_and_once(bell: Bell) -> None:
    await bell.set("a", 10)
    bell.clock.advance(9.999)
    assert await bell.fire() == 0
    bell.clock.advance(0.001)
    assert [await bell.fire(), await bell.fire()] == [1, 0]
    assert (bell.heard, await bell.states()) == (["a"], {"a": "fired"})


async def test_timers_fire_in_the_order_of_their_times(bell: Bell) -> None:
    for key, in_s in (("b", 2), ("c", 3), ("a", 1)):
        await bell.set(key, in_s)
    bell.clock.advance(10)
    assert await bell.fire() == 3
    assert bell.heard == ["a", "b", "c"]


async def test_timer_fires_after_a_restart_and_once_in_all(bell: Bell, restarted: Database) -> None:
    await bell.set("a", 10)
    await bell.db.close()
    bell.clock.advance(3600)
    assert await bell.fire(db=restarted) == 1
    assert await bell.fire(db=restarted) == 0
    assert bell.heard == ["a"]


async def test_of_two_processes_at_once_one_fires_it(bell: Bell, restarted: Database) -> None:
    for i in range(10):
        await bell.set(str(i), 0)
    fired = await asyncio.gather(bell.fire(), bell.fire(db=restarted), bell.fire())
    assert sum(fired) == 10
    assert sorted(bell.heard) == [str(i) for i in range(10)]


# --- a handler that fails


async def test_failed_work_is_undone_and_tried_again_after_its_time(bell: Bell) -> None:
    await bell.set("a", 0)
    bell.fails["a"] = KeyError("unforeseen")
    assert await bell.fire() == 0
    assert (await bell.written(), await bell.states()) == ([], {"a": "pending"})
    del bell.fails["a"]
    bell.clock.advance(timers.RETRY_S - 1)
    assert await bell.fire() == 0
    bell.clock.advance(1)
    assert await bell.fire() == 1
    assert (await bell.written(), bell.heard) == (["a"], ["a"])


async def test_failing_timer_holds_no_other_up(
    bell: Bell, caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("a", "b", "c"):
        await bell.set(key, 0)
    bell.fails["a"] = KeyError("保险柜密码")
    assert await bell.fire() == 2
    assert bell.heard == ["b", "c"]
    assert "kind=bell failed" in caplog.text


async def test_hundred_failing_timers_do_not_starve_the_next(bell: Bell) -> None:
    for i in range(100):
        await bell.set(f"bad{i}", 0)
        bell.fails[f"bad{i}"] = KeyError("unforeseen")
    await bell.set("good", 1)
    bell.clock.advance(2)
    await bell.fire()
    await bell.fire()
    assert bell.heard == ["good"]


async def test_timer_is_due_at_once_again_when_the_database_was_away(bell: Bell) -> None:
    await bell.set("a", 0)
    bell.fails["a"] = StoreError("locked")
    with pytest.raises(StoreError):
        await bell.fire()
    del bell.fails["a"]
    assert await bell.fire() == 1


async def test_crash_between_the_work_and_the_commit_fires_it_again_from_the_beginning(
    bell: Bell,
) -> None:
    await bell.set("a", 0)
    begun = asyncio.Event()

    async def hang(conn: Any, payload: dict[str, Any]) -> None:
        await conn.execute(insert(counter).values(name="half", value=1))
        begun.set()
        await asyncio.Event().wait()

    dying = asyncio.create_task(bell.fire({"bell": hang}))
    await begun.wait()
    dying.cancel()
    await asyncio.wait([dying])
    assert (await bell.written(), await bell.states()) == ([], {"a": "pending"})
    assert await bell.fire() == 1


async def test_timer_of_another_kind_waits_for_who_knows_it(bell: Bell) -> None:
    await bell.set("a", 0, kind="ladder")
    assert await bell.fire() == 0
    assert await bell.fire({"ladder": bell.ring}) == 1


# --- cancelled and moved


async def test_cancelled_timer_stays_silent(bell: Bell) -> None:
    await bell.set("a", 10)
    await bell.cancel("a")
    bell.clock.advance(20)
    assert await bell.fire() == 0
    assert await bell.states() == {"a": "cancelled"}


async def test_cancelling_is_nothing_to_an_unknown_and_to_a_fired_timer(bell: Bell) -> None:
    await bell.set("a", 0)
    await bell.fire()
    await bell.cancel("a")
    await bell.cancel("b")
    assert await bell.states() == {"a": "fired"}


@pytest.mark.parametrize("in_s", [5, 20])
async def test_timer_set_again_is_moved_with_its_new_work(bell: Bell, in_s: float) -> None:
    await bell.set("a", 10)
    await bell.set("a", in_s, payload={"key": "new"})
    bell.clock.advance(in_s - 0.001)
    assert await bell.fire() == 0
    bell.clock.advance(0.001)
    assert await bell.fire() == 1
    bell.clock.advance(60)
    assert await bell.fire() == 0
    assert bell.heard == ["new"]


@pytest.mark.parametrize("end", ["fire", "cancel"])
async def test_timer_that_is_over_can_be_set_anew(bell: Bell, end: str) -> None:
    await bell.set("a", 0, payload={"key": "first"})
    await (bell.fire() if end == "fire" else bell.cancel("a"))
    await bell.set("a", 10, payload={"key": "second"})
    async with bell.db.read() as conn:
        assert (await conn.execute(select(timer.c.fired_at))).scalar() is None
    bell.clock.advance(10)
    assert await bell.fire() == 1
    assert bell.heard[-1:] == ["second"]


async def test_handler_may_set_its_own_timer_again(bell: Bell) -> None:
    async def every_minute(conn: Any, payload: dict[str, Any]) -> None:
        bell.heard.append("minute")
        await timers.set_timer(
            conn, kind="bell", key="a", due_at=bell.clock.now() + timedelta(seconds=60), payload={}
        )

    await bell.set("a", 0)
    for _ in range(3):
        await bell.fire({"bell": every_minute})
        bell.clock.advance(60)
    assert bell.heard == ["minute"] * 3
    assert await bell.states() == {"a": "pending"}


async def test_timer_moved_by_an_earlier_one_of_the_same_round_keeps_silent(bell: Bell) -> None:
    async def move(conn: Any, payload: dict[str, Any]) -> None:
        bell.heard.append(payload["key"])
        await timers.cancel(conn, "b")

    await bell.set("a", 0)
    await bell.set("b", 1)
    bell.clock.advance(1)
    assert await bell.fire({"bell": move}) == 1
    assert bell.heard == ["a"]


async def test_timer_that_its_owner_works_at_is_due_until_it_is_ended(
    db: Database, clock: FixedClock
) -> None:
    async def due() -> list[dict[str, object]]:
        async with db.read() as conn:
            return [one.payload for one in await timers.due(conn, clock, "forget")]

    async with db.write() as conn:
        await timers.set_timer(
            conn, kind="forget", key="a", due_at=clock.now(), payload={"conversation": "c1"}
        )
        await timers.set_timer(conn, kind="other", key="b", due_at=clock.now(), payload={})
        (one,) = await timers.due(conn, clock, "forget")
    assert await due() == [{"conversation": "c1"}]
    await timers.put_off(db, clock, one.id, timedelta(seconds=10))
    assert await due() == []
    clock.advance(10)
    assert await due() == [{"conversation": "c1"}]
    await timers.end(db, clock, one.id)
    assert await due() == []
