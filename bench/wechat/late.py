"""G6: a bot that is late, with and without the right to push: every answer reaches its reader."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Any

from bench.errors import BenchError
from bench.goal import Extent, Result, percentile, tell
from bench.wechat.bot import Bot
from bench.wechat.gateway import Place, inside, until

AT_ONCE = 32
"As many calls to the bot as the gateway makes at once"
LATE_BY_S = 1.0
WITHIN_S = 120.0


def g6(extent: Extent) -> Result:
    """A bot that takes 6 to 60 s: each answer follows through the API within a second of it.

    An account that may not push has it ready for whatever the reader writes next.
    """
    return asyncio.run(_measure_late(extent.of(192, 6), extent.of(64, 2), extent.of(60, 7)))


async def _measure_late(pushing: int, asking: int, longest_s: int) -> Result:
    late = await _followed_up(_late_bot(pushing, longest_s), longest_s)
    fetched = await _asked_for(_late_bot(asking, longest_s), longest_s)
    measured: dict[str, float | int | str | None] = {
        "messages": pushing,
        "answered_once_by_api": sum(one.right for one in late),
        "after_the_bot_p50_s": percentile([one.after_s for one in late], 50),
        "after_the_bot_max_s": max(one.after_s for one in late),
        "without_the_right": asking,
        "had_with_the_next_message": sum(fetched),
    }
    in_time = max(one.after_s for one in late) <= LATE_BY_S
    right = all(one.right for one in late) and all(fetched)
    line = "100 % by the API ≤ 1 s after the bot; without it 100 % with the next message"
    return Result("G6", line, measured, right, fast=in_time)


@dataclass(frozen=True)
class Followed:
    """An answer that came through the API."""

    right: bool
    "It, once, and nothing else"
    after_s: float
    "After the bot had it"


class LateBot(Bot):
    """A bot with a time of its own for each of so many texts, and none for any other."""

    def __init__(self, delays: dict[str, float]) -> None:
        super().__init__(delay_s=lambda text: delays.get(text, 0.0))
        self.texts = list(delays)


def _late_bot(count: int, longest_s: float) -> LateBot:
    dice = random.Random(6)  # noqa: S311 - repeatable
    return LateBot({f"第{number}条": dice.uniform(6.0, longest_s) for number in range(count)})


async def _followed_up(bot: LateBot, longest_s: float) -> list[Followed]:
    found: list[Followed] = []
    queue = iter(enumerate(bot.texts))
    async with inside(bot, **_patient(longest_s)) as place:

        async def work() -> None:
            for number, said in queue:
                openid = f"reader-{number}"
                answer = await place.push(place.said(openid, said, number))
                after_s = await _seen_at(place, openid) - bot.ready_at[said]
                shown = [one.content for one in place.sim.transcript(openid)]
                found.append(Followed(answer.words is None and shown == [f"答{said}"], after_s))
                if len(found) % AT_ONCE == 0:
                    tell(f"G6: {len(found)} of {len(bot.texts)} answers")

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return found


async def _asked_for(bot: LateBot, longest_s: float) -> list[bool]:
    """Whether each answer, and that to the reader's next message, was seen once."""
    found: list[bool] = []
    queue = iter(enumerate(bot.texts))
    async with inside(bot, wechat_can_push=False, **_patient(longest_s)) as place:

        async def work() -> None:
            for number, said in queue:
                found.append(await _is_fetched(place, said, number))
                if len(found) % AT_ONCE == 0:
                    tell(f"G6: {len(found)} of {len(bot.texts)} without the right to push")

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return found


async def _is_fetched(place: Place, said: str, number: int) -> bool:
    """Say one thing, wait until the bot has an answer, and say the next."""
    openid, next_one = f"reader-{number}", f"{said}呢"
    seen = await _seen_of(place, openid, said, 2 * number)
    try:
        await until(lambda: said in place.bot.ready_at, WITHIN_S)
    except BenchError:
        return False
    await asyncio.sleep(LATE_BY_S)
    seen += await _seen_of(place, openid, next_one, 2 * number + 1)
    lines = "\n".join(seen).splitlines()
    return [lines.count(f"答{one}") for one in (said, next_one)] == [1, 1]


def _patient(longest_s: float) -> dict[str, Any]:
    """Settings under which nothing gives up on the bot."""
    return {"engine_timeout_s": longest_s + 10, "silence_s": longest_s * 4}


async def _seen_of(place: Place, openid: str, said: str, number: int) -> list[str]:
    """Push it; what the reader sees at once."""
    answer = await place.push(place.said(openid, said, number))
    return [answer.words] if answer.words is not None else []


async def _seen_at(place: Place, openid: str) -> float:
    """When something came through the API. Raises BenchError when nothing does."""
    await until(lambda: bool(place.sim.transcript(openid)), WITHIN_S)
    return time.monotonic()
