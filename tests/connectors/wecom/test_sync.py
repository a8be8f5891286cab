"""Pulls that are cut off: no page is passed over, no message is taken for a second one."""

import asyncio

import pytest
from sqlalchemy import func, select

from community.errors import StoreError
from community.store.schema import inbound, message, wechat_grant, wecom_cursor
from connectors.wechat.sim.faults import Reset
from connectors.wechat.ways import Way, claim
from connectors.wecom.callback import Called
from connectors.wecom.sync import AGAIN_S, LOOK_EVERY_S, TRIES, Sync
from connectors.wecom.turns import Turns
from conversation.messages import Inbound, Sender

READER = "wmReader-0000000000000000001"
PULL = "kf/sync_msg"


class Taker:
    """Notes what it takes, and may stop at the n-th item, or fail at words."""

    def __init__(self, then=None):
        self.then = then
        self.taken = []
        self.stop_at = None
        self.fails = {}
        self.stopped = asyncio.Event()

    async def take(self, item):
        if len(self.taken) == self.stop_at:
            self.stopped.set()
            await asyncio.Event().wait()
        words = item.content["content"]
        if words in self.fails:
            raise self.fails[words]
        if self.then is not None:
            await self.then(item)
        self.taken.append(words)


@pytest.fixture
def taker():
    return Taker()


@pytest.fixture
async def start(db, clock, client):
    """Start a sync that hands on to a taker; all are closed at the end."""
    started = []

    def start(taker):
        sync = Sync(db, clock, client, taker.take)
        started.append(sync)
        return sync

    yield start
    for sync in started:
        await sync.close()


def news(sim):
    return Called(sim.open_kfid, sim.history.token())


def says(sim, count):
    for i in range(count):
        sim.says(READER, str(i))


@pytest.mark.parametrize("stop_at", range(7))
async def test_pull_killed_anywhere_loses_nothing(sim, start, taker, until, stop_at):
    sim.history.page = 2
    says(sim, 7)
    taker.stop_at = stop_at
    sync = start(taker)
    await sync.called(news(sim))
    await taker.stopped.wait()
    await sync.close()
    pages = stop_at // 2
    assert taker.taken == [str(i) for i in range(stop_at)]
    again = Taker()
    await start(again).step()
    await until(lambda: len(again.taken) == 7 - 2 * pages)
    assert again.taken == [str(i) for i in range(2 * pages, 7)]


@pytest.mark.parametrize("stop_at", [1, 2, 3])
async def test_message_that_is_read_again_is_one_turn_and_one_allowance(
    start_gateway, sim, client, start, until, stop_at
):
    gateway = await start_gateway()
    turns = Turns(gateway.parts, client)
    sim.history.page = 4
    says(sim, 4)
    killed = Taker(turns.take)
    killed.stop_at = stop_at
    sync = start(killed)
    await sync.called(news(sim))
    await killed.stopped.wait()
    await sync.close()
    async with gateway.db.write() as conn:
        await conn.execute(wechat_grant.update().values(remaining=3))
    again = Taker(turns.take)
    await start(again).step()
    await until(lambda: len(again.taken) == 4)
    await until(lambda: len(gateway.engine.asked) == 4)
    async with gateway.db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(inbound))).scalar() == 4
        said = await conn.execute(
            select(message.c.text).where(message.c.sender == "resident").order_by(message.c.seq)
        )
        assert list(said.scalars()) == ["0", "1", "2", "3"]


async def test_message_taken_before_grants_nothing_anew(start_gateway, sim, client, start, until):
    gateway = await start_gateway()
    turns = Turns(gateway.parts, client)
    says(sim, 2)
    for _ in range(2):
        taker = Taker(turns.take)
        sync = start(taker)
        await sync.called(news(sim))
        await until(lambda taker=taker: len(taker.taken) == 2)
        await sync.close()
        async with gateway.db.write() as conn:
            left = (await conn.execute(select(wechat_grant.c.remaining))).scalar()
            await conn.execute(wechat_grant.update().values(remaining=3))
            await forget_cursor(conn)
    assert left == 3


async def forget_cursor(conn):
    await conn.execute(wecom_cursor.update().values(cursor=""))


async def test_cut_pull_goes_on_where_it_was(sim, start, taker, clock, until):
    says(sim, 3)
    sim.inject(PULL, Reset(done=True))
    sync = start(taker)
    await sync.called(news(sim))
    await until(lambda: sim.calls[PULL] == 1 and not sync.is_pulling)
    await sync.step()
    assert sim.calls[PULL] == 1
    clock.advance(AGAIN_S)
    await sync.step()
    await until(lambda: len(taker.taken) == 3)
    assert taker.taken == ["0", "1", "2"]


async def test_full_database_puts_a_message_off_for_as_long_as_it_takes(
    sim, start, taker, clock, until
):
    says(sim, 3)
    taker.fails["1"] = StoreError("full")
    sync = start(taker)
    await sync.called(news(sim))
    for _ in range(2 * TRIES):
        await until(lambda: not sync.is_pulling)
        clock.advance(AGAIN_S)
        await sync.step()
    await until(lambda: not sync.is_pulling)
    assert set(taker.taken) == {"0"}
    taker.fails.clear()
    taker.taken.clear()
    clock.advance(AGAIN_S)
    await sync.step()
    await until(lambda: len(taker.taken) == 3)


async def test_message_that_breaks_us_is_left_after_three_tries(
    sim, start, taker, clock, until, watch
):
    says(sim, 3)
    taker.fails["1"] = RuntimeError(f"about {READER}")
    sync = start(taker)
    await sync.called(news(sim))
    for _ in range(TRIES - 1):
        await until(lambda: not sync.is_pulling)
        clock.advance(AGAIN_S)
        await sync.step()
    await until(lambda: taker.taken[-1] == "2")
    assert taker.taken == ["0", "0", "0", "2"]
    left = [r.getMessage() for r in watch.records if r.levelname == "ERROR"]
    assert left[-1] == "wecom item left: RuntimeError"


async def test_accounts_are_looked_at_now_and_then(sim, start, taker, clock, until):
    sync = start(taker)
    await sync.called(news(sim))
    await until(lambda: sim.calls[PULL] == 1 and not sync.is_pulling)
    for _ in range(3):
        await sync.step()
    assert sim.calls[PULL] == 1
    clock.advance(LOOK_EVERY_S)
    await sync.step()
    await until(lambda: sim.calls[PULL] == 2)


async def test_empty_page_before_others_ends_nothing(sim, start, taker, until):
    sim.history.page = 1
    for _ in range(3):
        sim.history.add({"msgtype": "event", "event": {"event_type": "of_the_future"}})
    says(sim, 1)
    await start(taker).called(news(sim))
    await until(lambda: taker.taken)
    assert (taker.taken, sim.calls[PULL]) == (["0"], 4)


async def test_message_whose_process_died_before_it_was_counted_counts_still(
    start_gateway, sim, client, clock, start, until
):
    gateway = await start_gateway()
    msgid = sim.says(READER, "0")
    sender = Sender("wecom", f"{sim.open_kfid}/{READER}")
    turn = await gateway.parts.runner.submit(Inbound(sender, msgid, "0"))
    async with gateway.db.write() as conn:
        await claim(conn, clock, turn.id, Way.API)
    taker = Taker(Turns(gateway.parts, client).take)
    await start(taker).called(news(sim))
    await until(lambda: taker.taken == ["0"])
    async with gateway.db.read() as conn:
        rows = await conn.execute(select(wechat_grant.c.source, wechat_grant.c.remaining))
        assert [tuple(row) for row in rows] == [(msgid, 5)]
