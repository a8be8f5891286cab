"""G7: readers who do not wait: each is answered in order, and one whose turn hangs holds nobody up."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import fmean, median

from bench.goal import Extent, Result, percentile, tell
from bench.wechat.bot import Asked, Bot
from bench.wechat.gateway import Place, inside, until

AT_ONCE = 32
"As many calls to the bot as the gateway makes at once"
WITHIN_S = 120.0
QUICK_S = (0.01, 0.05)
HEAVY_S = 2.5
"Of three such answers the first comes in the response, the others through the API"
HASTE_S = 0.03
"Between a reader's messages"
EACH = 3
STUCK_S = 600.0
STUCK_MESSAGES = 5
CROWD = 40
"Stuck readers who take all the calls to the bot: what that does to the others is told, not judged"
OTHERS = 16
PAUSE_S = 0.2
"Between an answer and the reader's next message: at full load p99 would tell of the queue alone"
BEARABLE = 1.05
"So many times may p99 be with a stuck reader beside, or as many as two windows alone differ by"


@dataclass
class Order:
    """Of a number of readers, how many were asked and answered in order."""

    readers: int = 0
    asked: int = 0
    shown: int = 0


def g7(extent: Extent) -> Result:
    """Three quick messages of each reader, then others beside one whose turn hangs."""
    return asyncio.run(
        _measure_order(extent.of(500, 20), extent.of(32, 4), extent.of(10, 1), extent.of(7, 1))
    )


async def _measure_order(quick: int, heavy: int, window_s: float, windows: int) -> Result:
    in_haste = await _in_order(quick, QUICK_S)
    tell("G7: quick answers seen, now slow ones")
    through_the_api = await _in_order(heavy, (HEAVY_S, HEAVY_S))
    alone = [await _others(window_s, stuck=0)]
    beside: list[list[float]] = []
    for number in range(windows):
        tell(f"G7: windows beside a stuck reader and alone, {number + 1} of {windows}")
        beside.append(await _others(window_s, stuck=1))
        alone.append(await _others(window_s, stuck=0))
    crowded = await _others(window_s, stuck=CROWD)
    unlike, chance = _unlike(alone, beside)
    measured: dict[str, float | int | str | None] = {
        "readers_of_a_quick_bot": in_haste.readers,
        "of_these_asked_in_order": in_haste.asked,
        "of_these_shown_in_order": in_haste.shown,
        "readers_of_a_slow_bot": through_the_api.readers,
        "of_those_asked_in_order": through_the_api.asked,
        "of_those_shown_in_order": through_the_api.shown,
        "p99_alone_ms": percentile(list(chain(*alone)), 99) * 1000,
        "p99_beside_stuck_ms": percentile(list(chain(*beside)), 99) * 1000,
        "beside_to_alone": unlike,
        "alone_to_alone": chance,
        f"p99_beside_{CROWD}_stuck_ms": percentile(crowded, 99) * 1000,
        "p50_alone_ms": percentile(list(chain(*alone)), 50) * 1000,
        "p50_beside_stuck_ms": percentile(list(chain(*beside)), 50) * 1000,
        "load_average": os.getloadavg()[0],
    }
    both = (in_haste, through_the_api)
    in_order = all(one.readers == one.asked == one.shown for one in both)
    unmoved = unlike <= max(BEARABLE, chance)
    line = f"100 % in order, others' p99 ≤ {BEARABLE} × as without the stuck one, or by chance"
    return Result("G7", line, measured, in_order, fast=unmoved)


def _unlike(alone: list[list[float]], beside: list[list[float]]) -> tuple[float, float]:
    """How many times p99 is with a stuck reader, and how many times two windows alone differ by.

    Each window beside one is compared with the two alone before and after it, so that what else
    the machine does falls on both; medians over all.
    """
    p99 = [percentile(window, 99) for window in alone]
    around = list(pairwise(p99))
    ratios = [
        percentile(window, 99) / fmean(pair) for window, pair in zip(beside, around, strict=True)
    ]
    return median(ratios), median(max(pair) / min(pair) for pair in around)


async def _in_order(readers: int, delay_s: tuple[float, float]) -> Order:
    dice = random.Random(7)  # noqa: S311 - repeatable
    bot, seen = Bot(delay_s=lambda text: dice.uniform(*delay_s)), Order(readers)
    at_once = asyncio.Semaphore(AT_ONCE)
    async with inside(bot, silence_s=120.0) as place:

        async def speak(number: int) -> None:
            async with at_once:
                openid = f"reader-{number}"
                await asyncio.gather(*(_hasten(place, openid, n) for n in range(EACH)))
                await until(lambda: len(place.sim.transcript(openid)) >= EACH, WITHIN_S)
                shown = [one.content for one in place.sim.transcript(openid)]
                seen.shown += shown == [f"答{openid}第{n}句" for n in range(EACH)]

        await asyncio.gather(*(speak(number) for number in range(readers)))
    asked = _by_conversation(bot.asked)
    seen.asked = sum(
        [text[-2] for text in texts] == [str(n) for n in range(EACH)] for texts in asked
    )
    return seen


async def _hasten(place: Place, openid: str, number: int) -> None:
    """One of a reader's quick messages; the answer in its response is shown when it comes."""
    await asyncio.sleep(number * HASTE_S)
    answer = await place.push(place.said(openid, f"{openid}第{number}句", number))
    if answer.words is not None:
        place.sim.users[openid].see("text", answer.words)


def _by_conversation(asked: list[Asked]) -> list[list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in asked:
        found[one.conversation_id].append(one.text)
    return list(found.values())


async def _others(window_s: float, *, stuck: int) -> list[float]:
    """Seconds that answers took readers who speak in turn, while so many others' bot hangs."""
    bot = Bot(delay_s=lambda text: STUCK_S if text.startswith("卡") else 0.02)
    took_s: list[float] = []
    async with inside(bot, engine_timeout_s=STUCK_S, silence_s=STUCK_S) as place:
        hanging = [
            asyncio.create_task(place.say(f"stuck-{reader}", f"卡{reader}-{n}", n))
            for reader in range(stuck)
            for n in range(STUCK_MESSAGES)
        ]
        await asyncio.sleep(0.5)
        ends_at = time.monotonic() + window_s

        async def speak(reader: int) -> None:
            number = 0
            while time.monotonic() < ends_at:
                answer = await place.say(f"reader-{reader}", f"第{number}句", number)
                took_s.append(answer.took_s)
                number += 1
                await asyncio.sleep(PAUSE_S)

        await asyncio.gather(*(speak(reader) for reader in range(OTHERS)))
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
    return took_s
