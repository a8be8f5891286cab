"""Events wake other processes: each process hears what is new, once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from community.errors import StoreError
from community.store.database import Database
from community.store.schema import event
from community.times import FixedClock
from conversation import events
from conversation.events import Event, Watcher


async def publish(db: Database, clock: FixedClock, *kinds: str) -> None:
    async with db.write() as conn:
        for kind in kinds:
            await events.publish(conn, clock, kind, conversation_id="conv_1", case_id="case_1")


class Ear:
    """A watcher's listener."""

    def __init__(self, watcher: Watcher) -> None:
        self.heard: list[Event] = []
        watcher.listen(self.hear)

    async def hear(self, news: Event) -> None:
        self.heard.append(news)

    @property
    def kinds(self) -> list[str]:
        return [news.kind for news in self.heard]


@pytest.fixture
def watcher(db: Database, clock: FixedClock) -> Watcher:
    return Watcher(db, clock)


async def test_event_is_heard_whole_by_every_watcher(db: Database, clock: FixedClock) -> None:
    ears = []
    for _ in range(2):
        watcher = Watcher(db, clock)
        ears += [Ear(watcher), Ear(watcher)]
        await publish(db, clock, "ring")
        assert await watcher.step() == len(ears) / 2
    assert ears[0].heard == [Event(1, "ring", "conv_1", "case_1")]
    assert [ear.kinds for ear in ears] == [["ring"]] * 2 + [["ring", "ring"]] * 2


async def test_events_are_heard_in_order_and_once(
    db: Database, clock: FixedClock, watcher: Watcher
) -> None:
    ear = Ear(watcher)
    await publish(db, clock, "owner", "message")
    assert [await watcher.step(), await watcher.step()] == [2, 0]
    await publish(db, clock, "case")
    await watcher.step()
    assert ear.kinds == ["owner", "message", "case"]


async def test_event_of_a_transaction_that_did_not_commit_is_not_heard(
    db: Database, clock: FixedClock, watcher: Watcher
) -> None:
    ear = Ear(watcher)
    async with db.write() as conn:
        savepoint = await conn.begin_nested()
        await events.publish(conn, clock, "ring")
        await savepoint.rollback()
        await events.publish(conn, clock, "case")
        await watcher.step()
        assert ear.heard == []
    await watcher.step()
    assert ear.kinds == ["case"]


async def test_watcher_that_starts_from_now_does_not_hear_the_past(
    db: Database, clock: FixedClock, watcher: Watcher
) -> None:
    ear = Ear(watcher)
    await publish(db, clock, "message")
    await watcher.start_from_now()
    await publish(db, clock, "owner")
    await watcher.step()
    assert ear.kinds == ["owner"]


async def test_more_than_one_page_of_events_is_heard_without_a_gap(
    db: Database, clock: FixedClock, watcher: Watcher
) -> None:
    ear = Ear(watcher)
    await publish(db, clock, *(["message"] * 700))
    while await watcher.step():
        pass
    assert [news.id for news in ear.heard] == list(range(1, 701))


async def test_watcher_hears_on_after_the_database_was_away(
    db: Database,
    clock: FixedClock,
    until: Callable[[Callable[[], object]], Awaitable[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Away(Watcher):
        steps = 0

        async def step(self) -> int:
            self.steps += 1
            if self.steps == 1:
                raise StoreError("locked")
            return await super().step()

    watcher = Away(db, clock)
    ear = Ear(watcher)
    await publish(db, clock, "ring")
    running = asyncio.create_task(watcher.run())
    await until(lambda: ear.heard)
    running.cancel()
    await asyncio.wait([running])
    assert ear.kinds == ["ring"]
    assert "code=store_unavailable" in caplog.text


async def test_old_events_are_forgotten_and_their_numbers_never_used_again(
    db: Database, clock: FixedClock, watcher: Watcher
) -> None:
    ear = Ear(watcher)
    await publish(db, clock, "message", "owner")
    await watcher.step()
    clock.advance(events.KEEP_S)
    async with db.write() as conn:
        await events.forget_old(conn, clock)
        assert (await conn.execute(select(func.count()).select_from(event))).scalar() == 2
    clock.advance(1)
    async with db.write() as conn:
        await events.forget_old(conn, clock)
        assert (await conn.execute(select(func.count()).select_from(event))).scalar() == 0
    await publish(db, clock, "case")
    await watcher.step()
    assert [(news.id, news.kind) for news in ear.heard] == [
        (1, "message"), (2, "owner"), (3, "case"),
    ]  # fmt: skip
