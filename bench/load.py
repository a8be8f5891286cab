"""`python -m bench.load`: speaks to an arrangement from a process of its own.

Reads a plan (Load or Histories, as JSON) from stdin and writes the result to stdout. A closed loop:
each connection says its next sentence when the last one is answered.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import uvloop

from bench import client, processes, script
from bench.client import Target
from bench.errors import BenchError
from bench.history import Histories, measure_histories

TURNS_EACH = 20
"Turns after which a connection goes on to a new conversation"


@dataclass(frozen=True)
class Load:
    """What to do and what to watch."""

    target: Target
    conversations: list[str]
    "Taken in order by whichever connection is free; after the last, the first goes on"
    seed: int
    "Seed of the first conversation's sentences"
    connections: int
    warm_up_s: float
    seconds: float
    watched: list[int]
    "Processes whose CPU time, with that of all below them, belongs to the turns"


@dataclass(frozen=True)
class Measured:
    """What was seen between the end of the warm-up and the end of the window."""

    seconds: float
    latencies_ms: list[float]
    "Of every turn whose answer came within the window"
    cpu_ms: float
    strange: list[str]
    "Sentences that had another answer than the script's"


class _Run:
    def __init__(self, plan: Load) -> None:
        self.plan = plan
        self.talks = self._talks()
        self.finished: list[tuple[float, float]] = []
        self.strange: list[str] = []
        self.stopping = False

    def _talks(self) -> Iterator[tuple[str, int, Iterator[script.Turn]]]:
        """(conversation, number of its first turn, what is said) without end."""
        count = len(self.plan.conversations)
        for n in itertools.count():
            yield (
                self.plan.conversations[n % count],
                n // count * TURNS_EACH,
                script.talk(self.plan.seed + n),
            )

    async def connection(self, session: aiohttp.ClientSession) -> None:
        for conversation, first, turns in self.talks:
            for n, turn in enumerate(itertools.islice(turns, TURNS_EACH), first):
                if self.stopping:
                    return
                said_at = time.perf_counter()
                texts = await self.plan.target.say(
                    session, conversation, turn.text, f"{conversation}:{n}"
                )
                answered_at = time.perf_counter()
                self.finished.append((answered_at, (answered_at - said_at) * 1000))
                if not turn.is_answered_by(texts):
                    self.strange.append(turn.text)

    async def window(self) -> Measured:
        await asyncio.sleep(self.plan.warm_up_s)
        watched = processes.tree(self.plan.watched)
        cpu_before, opened_at = processes.cpu_ms(watched), time.perf_counter()
        await asyncio.sleep(self.plan.seconds)
        cpu_after, closed_at = processes.cpu_ms(watched), time.perf_counter()
        self.stopping = True
        latencies = [ms for at, ms in self.finished if opened_at <= at < closed_at]
        return Measured(closed_at - opened_at, latencies, cpu_after - cpu_before, self.strange)


async def measure(plan: Load) -> Measured:
    """Keep `plan.connections` conversations going for a warm-up and a window."""
    run = _Run(plan)
    async with client.session() as session, asyncio.TaskGroup() as group:
        window = group.create_task(run.window())
        for _ in range(plan.connections):
            group.create_task(run.connection(session))
    return window.result()


def in_own_process(plan: Load | Histories) -> dict[str, Any]:
    """Run a plan in a process of its own. Raises BenchError when it fails."""
    command = [sys.executable, "-m", "bench.load"]
    described = {"kind": type(plan).__name__} | dataclasses.asdict(plan)
    done = subprocess.run(
        command, input=json.dumps(described), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchError("the load generator failed; its last lines are above")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    described = json.load(sys.stdin)
    kind = described.pop("kind")
    described["target"] = Target(**described["target"])
    if kind == Load.__name__:
        result = dataclasses.asdict(uvloop.run(measure(Load(**described))))
    else:
        result = uvloop.run(measure_histories(Histories(**described)))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
