"""G3: WeChat repeats every push, and one in five answers is lost; nothing runs or shows twice."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.goal import Extent, Result, tell
from bench.wechat.bot import Bot
from bench.wechat.gateway import Place, inside

LOST = 0.2
ATTEMPTS = (3, 4)
AT_ONCE = 24
READERS = 400
TELL_EVERY = 1000


@dataclass
class Seen:
    """What all the pushes of a run brought."""

    attempts: int = 0
    lost: int = 0
    unanswered: int = 0
    "Attempts to which no response came"
    differing: int = 0
    "Messages of which two attempts were answered with different words"
    shown: Counter[str] = field(default_factory=Counter)
    "By answer, how often a reader was shown it in a response"


def g3(extent: Extent) -> Result:
    """Each message is pushed three or four times, half of them before the last attempt has ended.

    The reader is shown the first answer that is not lost. Never are all of a message's answers
    lost: WeChat itself reports a fault to the reader then.
    """
    return asyncio.run(_measure(extent.of(10_000, 60)))


async def _measure(messages: int) -> Result:
    dice, seen, bot = random.Random(3), Seen(), Bot()  # noqa: S311 - repeatable
    began = time.monotonic()
    async with inside(bot) as place:
        queue = iter(range(messages))

        async def work() -> None:
            for number in queue:
                await _push(place, number, dice, seen)
                if number % TELL_EVERY == TELL_EVERY - 1:
                    tell(f"G3: {number + 1} of {messages} messages")

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        await place.settled()
        for user in place.sim.users.values():
            seen.shown.update(one.content for one in user.screen)
    runs = Counter(asked.text for asked in bot.asked)
    expected = {f"答第{number}条" for number in range(messages)}
    wrong = sum(seen.shown[answer] != 1 for answer in expected) + len(set(seen.shown) - expected)
    measured: dict[str, float | int | str | None] = {
        "messages": messages,
        "attempts": seen.attempts,
        "lost_answers": seen.lost,
        "unanswered_attempts": seen.unanswered,
        "bot_runs": len(bot.asked),
        "run_twice": sum(count > 1 for count in runs.values()),
        "not_shown_once": wrong,
        "different_answers": seen.differing,
        "attempts_per_s": seen.attempts / (time.monotonic() - began),
    }
    ok = len(bot.asked) == len(runs) == messages and wrong == seen.differing == 0
    return Result("G3", "bot runs = messages, each answer shown once", measured, ok)


async def _push(place: Place, number: int, dice: random.Random, seen: Seen) -> None:
    openid = f"reader-{number % READERS}"
    pushed = place.said(openid, f"第{number}条", number)
    count = dice.choice(ATTEMPTS)
    overlap = dice.random() < 0.5
    if overlap:
        answers = await asyncio.gather(*(place.line.attempt(pushed) for _ in range(count)))
    else:
        answers = [await place.line.attempt(pushed) for _ in range(count)]
    arriving = [answer for answer in answers if dice.random() >= LOST] or answers[-1:]
    seen.attempts += count
    seen.lost += count - len(arriving)
    seen.unanswered += sum(not answer.arrived for answer in answers)
    said = {answer.words for answer in answers if answer.words is not None}
    seen.differing += len(said) > 1
    first = next((answer.words for answer in arriving if answer.words is not None), None)
    if first is not None:
        seen.shown[first] += 1
