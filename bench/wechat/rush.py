"""G5: two hundred messages a second, a bot that takes 0.2 to 20 s, and WeChat's line of 5 s."""

from __future__ import annotations

import asyncio
import math
import os
import random
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.goal import Extent, Result, percentile, tell
from bench.wechat import account, load
from bench.wechat.account import CUT_S
from bench.wechat.bot import Bot
from bench.wechat.gateway import Process, client, rows
from bench.wechat.load import DUPLICATE, EVENT, Plan, Pushed
from community.times import SystemClock
from connectors.wechat.channel import ANSWER_BY_S, PATH
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.simulator import Simulator

BOT_S = (0.2, 20.0)
"Its time is spread evenly over the logarithm between these"
RATES = (200.0, 100.0, 60.0, 40.0, 20.0)
"Messages per second; each is tried until one holds"
SECONDS = 60
BESIDE = 20
P99_S, OVERHEAD_P99_S = 4.5, 0.030
GENERATOR_LATE_S = 0.05
"p99 of its lateness above which the load generator, not the gateway, is what is measured"


@dataclass(frozen=True)
class Window:
    """What one rate came to."""

    rate: float
    pushed: Pushed
    ready_at: dict[str, float]
    gateway_cpu_ms: float
    gateway_cpu_share: float
    "Of one core"
    done: int
    "Turns that were answered when the last response had come"
    load_average: float
    "Of the machine over the last minute: above its cores, others were at work too"

    def took_s(self) -> list[float]:
        return [attempts[0] for attempts in self.pushed.took_s.values()]

    def overhead_s(self) -> list[float]:
        """From the moment the answer was there, or the wait was over, to the response."""
        late = []
        for text, attempts in self.pushed.took_s.items():
            began = self.pushed.began[text]
            ready_s = self.ready_at.get(text, math.inf) - began
            late.append(attempts[0] - min(ready_s, ANSWER_BY_S))
        return late

    @property
    def is_fast(self) -> bool:
        took = self.took_s()
        return (
            percentile(took, 99) <= P99_S
            and max(took) < CUT_S
            and percentile(self.overhead_s(), 99) <= OVERHEAD_P99_S
        )

    @property
    def holds(self) -> bool:
        return self.is_fast and not self.pushed.faults

    def measured(self) -> dict[str, float | int | str | None]:
        took, overhead, pushed = self.took_s(), self.overhead_s(), self.pushed
        at_once = {name: pushed.at_once_s[name] for name in (DUPLICATE, EVENT)}
        return {
            "rate_per_s": self.rate,
            "messages": len(took),
            "response_p50_s": percentile(took, 50),
            "response_p99_s": percentile(took, 99),
            "response_max_s": max(took),
            "service_faults": len(pushed.faults),
            "answered_in_the_response": sum(said is not None for said in pushed.said.values()),
            "overhead_p50_ms": percentile(overhead, 50) * 1000,
            "overhead_p99_ms": percentile(overhead, 99) * 1000,
            "duplicates_p99_ms": percentile(at_once[DUPLICATE], 99) * 1000,
            "events_p99_ms": percentile(at_once[EVENT], 99) * 1000,
            "turns_done_at_the_end": self.done,
            "gateway_cpu_ms_per_message": self.gateway_cpu_ms / len(took),
            "gateway_of_a_core": self.gateway_cpu_share,
            "generator_of_a_core": pushed.cpu_share,
            "generator_late_p99_ms": percentile(pushed.late_s, 99) * 1000,
            "bottleneck": "generator" if self.is_generator_late else "gateway",
            "load_average": self.load_average,
        }

    @property
    def is_generator_late(self) -> bool:
        return percentile(self.pushed.late_s, 99) > GENERATOR_LATE_S


def g5(extent: Extent) -> Result:
    """The real gateway under a steady rate; when it does not hold, the highest one of RATES that does."""
    if extent.quick:
        return _result([asyncio.run(_window(10.0, 2.0))])
    windows = []
    for rate in RATES:
        window = asyncio.run(_window(rate, SECONDS))
        windows.append(window)
        tell(
            f"G5: {rate:.0f} messages a second {'hold' if window.holds else 'do not hold'}: "
            f"max {max(window.took_s()):.2f} s, "
            f"overhead p99 {percentile(window.overhead_s(), 99) * 1000:.0f} ms"
        )
        if window.holds:
            break
    return _result(windows)


def _result(windows: list[Window]) -> Result:
    first, last = windows[0], windows[-1]
    measured = first.measured()
    if last is not first:
        measured["highest_rate_that_holds_per_s"] = last.rate if last.holds else None
        measured |= {f"at_{last.rate:.0f}_{name}": value for name, value in last.measured().items()}
    line = f"200/s: p99 ≤ {P99_S} s, max < {CUT_S:.0f} s, 0 faults, overhead p99 ≤ 30 ms"
    return Result("G5", line, measured, not first.pushed.faults, fast=first.is_fast)


async def _window(rate: float, seconds: float) -> Window:
    tell(f"G5: {rate:.0f} messages a second for {seconds:.0f} s")
    dice = random.Random(5)  # noqa: S311 - repeatable
    low, high = map(math.log, BOT_S)
    bot = Bot(delay_s=lambda text: math.exp(dice.uniform(low, high)))
    sim = Simulator(SystemClock())
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="linsheng-bench-"))
        api_url = await stack.enter_async_context(serving(sim))
        engine_url = await stack.enter_async_context(bot.serving())
        session = await stack.enter_async_context(client())
        settings = account.settings_of(
            Path(folder), sim, api_url,
            engine_url=engine_url, engine_timeout_s=BOT_S[1] + 5, engine_calls=4000, silence_s=600.0,
        )  # fmt: skip
        gateway = Process(settings)
        stack.push_async_callback(gateway.stop)
        await gateway.start(session)
        cpu_ms, began = processes.cpu_ms([gateway.pid]), time.monotonic()
        plan = Plan(f"{gateway.url}{PATH}", rate, seconds, BESIDE)
        pushed = await load.in_own_process(plan)
        used_ms = processes.cpu_ms([gateway.pid]) - cpu_ms
        share = used_ms / 1000 / (time.monotonic() - began)
        done = rows(settings, "SELECT count(*) FROM inbound WHERE state = 'done'")[0][0]
        return Window(rate, pushed, bot.ready_at, used_ms, share, int(done), os.getloadavg()[0])
