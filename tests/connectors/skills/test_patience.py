"""Both kinds of patience keep one contract: the work's result in time, else nothing and no work left."""

from __future__ import annotations

import asyncio

import pytest

from connectors.skills.patience import HandPatience, RealPatience


async def value():
    return "done"


async def failure():
    raise ValueError("of the work")


@pytest.mark.parametrize("patience", [HandPatience(), RealPatience()], ids=["by hand", "real"])
class TestContract:
    async def test_work_in_time_gives_its_result(self, patience):
        assert await patience.within(value(), 5.0) == "done"

    async def test_failure_of_the_work_is_raised(self, patience):
        with pytest.raises(ValueError, match="of the work"):
            await patience.within(failure(), 5.0)

    async def test_late_work_is_cancelled(self, patience):
        cancelled = asyncio.Event()

        async def endless():
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        waiting = asyncio.create_task(patience.within(endless(), 0.01))
        await asyncio.sleep(0)
        if isinstance(patience, HandPatience):
            patience.advance(0.01)
        assert await waiting is None
        assert cancelled.is_set()

    async def test_work_with_no_time_left_is_not_waited_for(self, patience):
        waiting = asyncio.create_task(patience.within(asyncio.Event().wait(), -1.0))
        await asyncio.sleep(0)
        if isinstance(patience, HandPatience):
            patience.advance(0.0)
        assert await waiting is None

    def test_time_does_not_run_backwards(self, patience):
        assert patience.now_s() <= patience.now_s()


async def test_time_by_hand_passes_only_when_it_is_let():
    patience = HandPatience()
    waiting = asyncio.create_task(patience.within(asyncio.Event().wait(), 1.5))
    await asyncio.sleep(0)
    patience.advance(1.49)
    await asyncio.sleep(0)
    assert (patience.waiting, waiting.done(), patience.now_s()) == (1, False, 1.49)
    patience.advance(0.02)
    assert await waiting is None
    assert patience.waiting == 0
