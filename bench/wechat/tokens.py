"""G9: one token for however many ask, and no storm when WeChat refuses it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.goal import Extent, Result
from bench.wechat.gateway import client
from community.config import Secret
from community.times import FixedClock
from connectors.wechat.client import Client
from connectors.wechat.errors import WeChatError
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.faults import Refuse
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.token import Credentials, TokenBroker, stable_token

READER = "reader"
COLD_CALLS = 100
REFUSED_CALLS = 20
OPEN_S = 1.0
"What calls may take together that the breaker keeps back"
DAY_S = 24 * 3600
API, TOKEN = "message/custom/typing", "stable_token"


@dataclass(frozen=True)
class Side:
    """A client that has no token yet, and the simulated WeChat that it calls."""

    sim: Simulator
    clock: FixedClock
    client: Client

    async def calls(self, count: int) -> int:
        """Call so often at once; returns how many were refused."""
        return sum(await asyncio.gather(*(self._call() for _ in range(count))))

    async def _call(self) -> bool:
        try:
            await self.client.typing(READER)
        except WeChatError:
            return True
        return False


@asynccontextmanager
async def cold() -> AsyncIterator[Side]:
    """A client on a clock of our own."""
    clock = FixedClock(datetime(2025, 11, 3, 6, tzinfo=UTC))
    sim = Simulator(clock)
    sim.user_said(READER)
    credentials = Credentials(sim.appid, Secret(sim.secret))
    async with serving(sim) as url, client() as session:
        broker = TokenBroker(clock, stable_token(session, credentials, url))
        try:
            yield Side(sim, clock, Client(session, broker, credentials, base_url=url))
        finally:
            await broker.close()


def g9(extent: Extent) -> Result:
    """Cold calls at once, a token that is refused for good, and a day with a call each minute."""
    return asyncio.run(_measure(60 if not extent.quick else 600))


async def _measure(apart_s: int) -> Result:
    async with cold() as side:
        failed = await side.calls(COLD_CALLS)
        at_once = side.sim.calls[TOKEN]
    async with cold() as side:
        side.sim.inject(API, Refuse(40001), times=10 * REFUSED_CALLS)
        refused = await side.calls(1)
        one_call, fetches_of_one = side.sim.calls[API], side.sim.calls[TOKEN]
        began = time.monotonic()
        refused += await side.calls(REFUSED_CALLS - 1)
        open_s = time.monotonic() - began
        fetches, requests = side.sim.calls[TOKEN], side.sim.calls[API]
    async with cold() as side:
        for _ in range(DAY_S // apart_s):
            failed += await side.calls(1)
            side.clock.advance(apart_s)
        in_a_day = side.sim.calls[TOKEN]
    measured: dict[str, float | int | str | None] = {
        "fetches_by_100_cold_calls": at_once,
        "calls_that_failed": failed,
        "requests_of_a_refused_call": one_call,
        "fetches_of_a_refused_call": fetches_of_one,
        "refused_calls": refused,
        "fetches_of_all_refused": fetches,
        "requests_of_all_refused": requests,
        "calls_under_the_breaker_s": open_s,
        "fetches_in_24_h": in_a_day,
    }
    calm = one_call == 2 and fetches <= 2 and refused == REFUSED_CALLS
    right = at_once == 1 and failed == 0 and calm and in_a_day <= 16
    line = "1 fetch cold; ≤ 2 and 1 retry on 40001; ≤ 16 in 24 h"
    return Result("G9", line, measured, right, fast=open_s < OPEN_S)
