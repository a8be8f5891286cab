"""Timers: virtual ones move only when told; deadlines hold on both."""

import asyncio

import pytest

from voice.timers import LoopTimers, VirtualTimers, pause, within


async def test_calls_are_made_in_order_at_their_own_moments():
    timers, made = VirtualTimers(), []
    for delay_s in (2.0, 1.0, 3.0):
        timers.after(delay_s, lambda delay_s=delay_s: made.append((delay_s, timers.now())))
    await timers.advance(2.5)
    assert (made, timers.now()) == ([(1.0, 1.0), (2.0, 2.0)], 2.5)


async def test_a_cancelled_call_is_not_made():
    timers, made = VirtualTimers(), []
    timer = timers.after(1.0, lambda: made.append("never"))
    timer.cancel()
    timer.cancel()
    await timers.advance(2.0)
    assert made == []


async def test_a_call_may_set_another_one():
    timers, made = VirtualTimers(), []
    timers.after(1.0, lambda: timers.after(1.0, lambda: made.append(timers.now())))
    await timers.advance(5.0)
    assert made == [2.0]


async def test_a_pause_lasts_as_long_as_it_should():
    timers = VirtualTimers()
    waiting = asyncio.create_task(pause(timers, 2.0))
    await timers.advance(1.9)
    assert not waiting.done()
    await timers.advance(0.2)
    assert waiting.done()


@pytest.mark.parametrize("make", [VirtualTimers, LoopTimers])
async def test_work_that_is_in_time_gives_its_result(make):
    async def work():
        return "done"

    assert await within(make(), 1.0, work()) == "done"


async def test_work_that_is_late_is_cancelled():
    timers, ended = VirtualTimers(), []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(timers.now())

    waiting = asyncio.create_task(within(timers, 3.0, work()))
    await timers.advance(5.0)
    with pytest.raises(TimeoutError):
        await waiting
    assert ended == [3.0]


async def test_loop_timers_are_late_too():
    with pytest.raises(TimeoutError):
        await within(LoopTimers(), 0.001, asyncio.Event().wait())


async def test_who_is_cancelled_from_outside_is_not_late():
    timers = VirtualTimers()
    waiting = asyncio.create_task(within(timers, 3.0, asyncio.Event().wait()))
    await timers.settle()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
