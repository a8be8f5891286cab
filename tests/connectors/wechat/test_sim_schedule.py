"""Time that a test moves by hand wakes each at its own moment, and real time is real."""

import asyncio

import pytest

from connectors.wechat.sim.schedule import RealTime, VirtualTime


@pytest.fixture
def time(clock):
    return VirtualTime(clock)


async def test_pauses_end_in_the_order_of_their_moments(time, clock, until):
    began, ended = clock.now(), []

    async def wait(seconds):
        await time.pause(seconds)
        ended.append(seconds)

    waits = [asyncio.create_task(wait(seconds)) for seconds in (3, 1, 2)]
    await until(lambda: time.waiting == 3)
    time.advance(2)
    await until(lambda: len(ended) == 2)
    assert (ended, time.waiting, (clock.now() - began).total_seconds()) == ([1, 2], 1, 2.0)
    time.advance(1)
    await asyncio.gather(*waits)
    assert (ended, time.waiting, time.elapsed_s()) == ([1, 2, 3], 0, 3.0)


@pytest.mark.parametrize("seconds", [0, -1])
async def test_a_pause_of_nothing_ends_at_once(time, seconds):
    await time.pause(seconds)
    await RealTime().pause(seconds)
    assert time.waiting == 0


async def test_what_is_cut_off_raises_and_what_is_done_in_time_does_not(time, until):
    async def hang():
        async with time.cut(5):
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await until(lambda: time.waiting == 1)
    time.advance(5)
    with pytest.raises(TimeoutError):
        await hanging
    async with time.cut(5):
        pass
    assert time.waiting == 0


async def test_a_cancelled_wait_is_forgotten(time, until):
    waiting = asyncio.create_task(time.pause(5))
    await until(lambda: time.waiting == 1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert time.waiting == 0


async def test_real_time_cuts_off_too():
    time = RealTime()
    began_s = time.elapsed_s()
    with pytest.raises(TimeoutError):
        async with time.cut(0.01):
            await asyncio.Event().wait()
    assert time.elapsed_s() - began_s >= 0.01
