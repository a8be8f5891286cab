"""What turn 10, 100 and 1,000 of one conversation cost, side by side.

The turns before are said first. Then conversations that are at their 10th, 100th and 1,000th turn say
the same nine sentences in turn, so that whatever else the machine does meets all of them alike.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass

import aiohttp

from bench import client, script
from bench.client import Target

TURNS = (10, 100, 1000)
REACH = 4
"Turns before and after that are measured with the one that is named"
TALK_AT_ONCE = 4


@dataclass(frozen=True)
class Histories:
    """Who speaks with whom: `conversations` holds the same number for each of TURNS."""

    target: Target
    conversations: list[str]


class _Conversation:
    """One conversation that goes through the script's cycle again and again."""

    def __init__(self, plan: Histories, session: aiohttp.ClientSession, name: str) -> None:
        self._plan, self._session, self._name = plan, session, name
        self._cycle = script.cycle()
        self._turns = 0

    async def say(self) -> float:
        """Say the next sentence; returns what the turn took, in milliseconds."""
        self._turns += 1
        text = self._cycle[self._turns % len(self._cycle)].text
        said_at = time.perf_counter()
        await self._plan.target.say(self._session, self._name, text, f"{self._name}:{self._turns}")
        return (time.perf_counter() - said_at) * 1000

    async def go_to(self, turn: int) -> None:
        while self._turns < turn:
            await self.say()


async def measure_histories(plan: Histories) -> dict[str, float]:
    """Milliseconds by number of the turn: the mean over a window's sentences of each one's median."""
    async with client.session() as session:
        talks = [_Conversation(plan, session, name) for name in plan.conversations]
        share = len(talks) // len(TURNS)
        groups = {turn: talks[n * share : (n + 1) * share] for n, turn in enumerate(TURNS)}
        at_once = asyncio.Semaphore(TALK_AT_ONCE)

        async def go(talk: _Conversation, turn: int) -> None:
            async with at_once:
                await talk.go_to(turn)

        async with asyncio.TaskGroup() as everybody:
            for turn, group in groups.items():
                for talk in group:
                    everybody.create_task(go(talk, turn - REACH - 1))
        medians: dict[int, list[float]] = {turn: [] for turn in TURNS}
        for _ in range(2 * REACH + 1):
            spent: dict[int, list[float]] = {turn: [] for turn in TURNS}
            for n in range(share):
                for turn, group in groups.items():
                    spent[turn].append(await group[n].say())
            for turn in TURNS:
                medians[turn].append(statistics.median(spent[turn]))
    return {str(turn): statistics.fmean(medians[turn]) for turn in TURNS}
