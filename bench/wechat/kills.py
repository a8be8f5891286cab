"""G4: the real gateway is killed at random points under load; no acknowledged message is lost."""

from __future__ import annotations

import asyncio
import random
import signal
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.goal import Extent, Result, tell
from bench.wechat import account
from bench.wechat.account import ATTEMPTS, CUT_S, Line
from bench.wechat.bot import Bot
from bench.wechat.gateway import Process, client, open_work, rows, until
from community.times import SystemClock
from connectors.wechat.channel import PATH
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.words import words

PAUSE_S = (0.2, 1.5)
"Of a reader, before the next message"
UP_S = (0.0, 4.5)
"How long a gateway that answers is left alive"
QUICK_S, SLOW_S = (0.01, 0.5), (4.0, 5.0)
"Of the bot; so slow an answer goes through the API"
LONG_SHARE, SLOW_SHARE = 0.4, 0.05
LONG = "\n明天停水。" * 150
"With it an answer goes through the API at once, in two pieces"
SETTLED_WITHIN_S = 150.0
"Messages under way when a process died are leased for a minute"
LAST_ROUNDS = 6
MARK = words("perhaps_known", text="").strip()
BY_PERSON = ("handed_off", "failed", "emergency")


@dataclass
class World:
    """Both sides of the gateway that is killed, and what its readers sent."""

    process: Process
    sim: Simulator
    line: Line
    dice: random.Random
    readers: int
    acknowledged: set[str] = field(default_factory=set)
    abandoned: set[str] = field(default_factory=set)
    "Messages of which no attempt got a response"
    stopping: bool = False

    async def say(self, reader: int, number: int) -> None:
        """Push a message up to three times, five seconds apart, as WeChat does."""
        openid, said = f"reader-{reader}", f"第{reader}人第{number}句"
        self.sim.user_said(openid)
        at_s = int(self.sim.clock.now().timestamp())
        inside = account.message(openid, account.text(said, number + 1), at_s)
        for attempt in range(ATTEMPTS):
            began = time.monotonic()
            answer = await self.line.attempt(inside)
            if answer.arrived:
                self.acknowledged.add(said)
                if answer.words is not None:
                    self.sim.users[openid].see("text", answer.words)
                return
            if attempt < ATTEMPTS - 1:
                await asyncio.sleep(CUT_S - (time.monotonic() - began))
        self.abandoned.add(said)

    async def talk(self, reader: int) -> int:
        """Say one thing after the other until the killing is over; returns how many."""
        number = 0
        while not self.stopping:
            await self.say(reader, number)
            number += 1
            await asyncio.sleep(self.dice.uniform(*PAUSE_S))
        return number

    async def settle(self) -> None:
        """Wait until every turn is done and nothing waits to be sent. Raises BenchError."""
        await until(lambda: not open_work(self.process.settings), SETTLED_WITHIN_S)


def g4(extent: Extent) -> Result:
    """Kill it with -9 while readers speak, start it again, and at the end let everyone write once more."""
    dice = random.Random(4)  # noqa: S311 - repeatable
    bot = Bot(delay_s=lambda text: dice.uniform(*QUICK_S))
    if not extent.quick:  # a call that is cut off is leased for a minute
        bot = Bot(delay_s=lambda text: _delay_s(dice), bubbles=_bubbles)
    return asyncio.run(_measure(bot, dice, extent.of(200, 2), extent.of(40, 6)))


async def _measure(bot: Bot, dice: random.Random, kills: int, readers: int) -> Result:
    sim = Simulator(SystemClock())
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="linsheng-bench-"))
        api_url = await stack.enter_async_context(serving(sim))
        engine_url = await stack.enter_async_context(bot.serving())
        session = await stack.enter_async_context(client())
        process = Process(account.settings_of(Path(folder), sim, api_url, engine_url=engine_url))
        stack.push_async_callback(process.stop)
        await process.start(session)
        line = Line(session, f"{process.url}{PATH}", sim.clock)
        world = World(process, sim, line, dice, readers)
        talks = [asyncio.create_task(world.talk(reader)) for reader in range(readers)]
        down_s = 0.0
        for number in range(kills):
            await asyncio.sleep(dice.uniform(*UP_S))
            await process.stop(signal.SIGKILL)
            began = time.monotonic()
            await process.start(session)
            down_s += time.monotonic() - began
            if number % 10 == 9:
                tell(f"G4: {number + 1} of {kills} kills, {len(world.acknowledged)} messages")
        world.stopping = True
        said = await asyncio.gather(*talks)
        await _let_the_held_go(world, said)
        return _judged(world, kills, down_s, len(bot.asked))


def _delay_s(dice: random.Random) -> float:
    return dice.uniform(*(SLOW_S if dice.random() < SLOW_SHARE else QUICK_S))


def _bubbles(said: str) -> list[str]:
    """The same for the same words, whichever start of the gateway asks."""
    is_long = random.Random(said).random() < LONG_SHARE  # noqa: S311 - repeatable
    return [f"答{said}{LONG if is_long else ''}"]


async def _let_the_held_go(world: World, said: list[int]) -> None:
    """Everyone writes again, until nothing is held or nothing changes any more."""
    tell("G4: waiting for what is under way, then everyone writes once more")
    await world.settle()
    for round_ in range(LAST_ROUNDS):
        await asyncio.gather(*(world.say(reader, n + round_) for reader, n in enumerate(said)))
        await world.settle()
        if not _texts(world, "SELECT 1 FROM outbox WHERE state = 'held'"):
            return


def _judged(world: World, kills: int, down_s: float, bot_runs: int) -> Result:
    plain, marked = _shown(world.sim)
    held = _texts(world, _ANSWERS_IN_STATE, "held")
    by_person = _texts(world, _ENDED_BY_A_PERSON)
    stored = _texts(world, "SELECT text FROM inbound")
    accounted = set(plain) | set(marked) | held | by_person
    lost = world.acknowledged - accounted
    measured: dict[str, float | int | str | None] = {
        "kills": kills,
        "acknowledged": len(world.acknowledged),
        "answered": len(world.acknowledged & (set(plain) | set(marked))),
        "only_held": len((world.acknowledged & held) - set(plain) - set(marked)),
        "only_with_a_person": len((world.acknowledged & by_person) - set(plain) - set(marked)),
        "lost": len(lost),
        "shown_twice_unmarked": sum(count > 1 for count in plain.values()),
        "shown_again_marked": sum(1 for text in marked if text in plain),
        "shown_only_marked": sum(1 for text in marked if text not in plain),
        "never_acknowledged": len(world.abandoned),
        "of_these_stored": len(world.abandoned & stored),
        "bot_runs": bot_runs,
        "mean_restart_s": down_s / kills,
    }
    ok = not lost and measured["shown_twice_unmarked"] == 0
    return Result("G4", "0 lost, 0 shown twice unmarked", measured, ok)


_ANSWERS_IN_STATE = """
    SELECT inbound.text FROM inbound JOIN message ON message.turn_id = inbound.turn_id
    JOIN outbox ON outbox.conversation_id = message.conversation_id AND outbox.seq = message.seq
    WHERE outbox.state = ?"""
_ENDED_BY_A_PERSON = f"""
    SELECT inbound.text FROM inbound
    JOIN queue_case ON queue_case.conversation_id = inbound.conversation_id
    WHERE inbound.state = 'done' AND inbound.outcome IN {BY_PERSON}"""  # noqa: S608 - our constant


def _texts(world: World, query: str, *values: str) -> set[str]:
    return {str(row[0]) for row in rows(world.process.settings, query, *values)}


def _shown(sim: Simulator) -> tuple[Counter[str], Counter[str]]:
    """How often each message's answer was shown: as it is, and marked as perhaps known."""
    plain: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for user in sim.users.values():
        for seen in user.screen:
            into = plain
            for line in seen.content.splitlines():
                if line == MARK:  # and it is said of all that follows
                    into = marked
                elif line[:1] == "答":
                    into[line.removeprefix("答")] += 1
    return plain, marked
