"""`python -m bench.wechat.load`: pushes at a steady rate from a process of its own.

Reads a Plan as JSON from stdin and writes a Pushed as JSON to stdout. An open loop: a push goes out
at its moment, whatever became of those before it. All are sealed before the first one is sent.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench.errors import BenchError
from bench.wechat import account
from bench.wechat.account import ATTEMPTS, CUT_S, Line
from bench.wechat.gateway import client
from community.times import SystemClock

DUPLICATE, EVENT = "duplicate", "event"
DUPLICATE_AFTER_S = 1.0
WARM_UP = 50
"Pushes that are made one after the other before the window, so that connections and caches are there"

Sealed = tuple[dict[str, str], bytes]


@dataclass(frozen=True)
class Plan:
    """What is pushed where."""

    url: str
    rate: float
    "Messages per second, each of another reader"
    seconds: float
    beside: int
    "For so many messages, one event and one repeated push of a message that was answered"


@dataclass
class Pushed:
    """What came back. Moments are on `time.monotonic`."""

    began: dict[str, float] = field(default_factory=dict)
    "By text, when the first attempt began"
    took_s: dict[str, list[float]] = field(default_factory=dict)
    "By text, the time of each attempt"
    said: dict[str, str | None] = field(default_factory=dict)
    "By text, the words of the answer; None for `success`"
    faults: list[str] = field(default_factory=list)
    "Texts of which no attempt got a response: the reader sees that the service is out of order"
    at_once_s: dict[str, list[float]] = field(default_factory=lambda: {DUPLICATE: [], EVENT: []})
    "Responses that wait for no bot"
    late_s: list[float] = field(default_factory=list)
    "How late each push was sent, by this process's own fault"
    cpu_share: float = 0.0
    "Of one core, that this process used"


def words_of(number: int) -> str:
    return f"第{number}条"


class Generator:
    """Sends one plan's pushes."""

    def __init__(self, plan: Plan, line: Line) -> None:
        self.plan = plan
        self.line = line
        self.count = int(plan.rate * plan.seconds)
        self.pushed = Pushed()
        self._at_s = int(time.time())
        self._sealed = [[self._message(number) for _ in range(2)] for number in range(self.count)]
        self._events = [self._event(number) for number in range(self.count)]

    def _message(self, number: int) -> Sealed:
        fields = account.text(words_of(number), number + 1)
        return self.line.sealed(account.message(f"reader-{number}", fields, self._at_s))

    def _event(self, number: int) -> Sealed:
        fields = account.view(f"http://localhost/{number}")
        return self.line.sealed(account.message(f"reader-{number}", fields, self._at_s))

    async def warm_up(self) -> None:
        for number in range(WARM_UP):
            await self.line.post(*self._event(self.count + number))

    async def run(self) -> Pushed:
        """The whole window, and until every push has its last response."""
        tasks: set[asyncio.Task[None]] = set()
        cpu, began = time.process_time(), time.monotonic()
        for number in range(self.count):
            due = began + number / self.plan.rate
            if (early_s := due - time.monotonic()) > 0:
                await asyncio.sleep(early_s)
            self.pushed.late_s.append(time.monotonic() - due)
            tasks.add(asyncio.create_task(self._push(number)))
            if self.plan.beside and number % self.plan.beside == 0:
                tasks.add(asyncio.create_task(self._push_event(number)))
        self.pushed.cpu_share = (time.process_time() - cpu) / (time.monotonic() - began)
        await asyncio.gather(*tasks)
        return self.pushed

    async def _push(self, number: int) -> None:
        text, pushed = words_of(number), self.pushed
        pushed.began[text] = time.monotonic()
        for attempt in range(ATTEMPTS):
            began = time.monotonic()
            answer = await self.line.post(*self._sealed[number][attempt % 2])
            pushed.took_s.setdefault(text, []).append(answer.took_s)
            if answer.arrived:
                pushed.said[text] = answer.words
                break
            await asyncio.sleep(max(0.0, CUT_S - (time.monotonic() - began)))
        else:
            pushed.faults.append(text)
            return
        if answer.words is not None and self.plan.beside and number % self.plan.beside == 1:
            await asyncio.sleep(DUPLICATE_AFTER_S)
            again = await self.line.post(*self._sealed[number][1])
            pushed.at_once_s[DUPLICATE].append(again.took_s)

    async def _push_event(self, number: int) -> None:
        self.pushed.at_once_s[EVENT].append((await self.line.post(*self._events[number])).took_s)


async def push(plan: Plan) -> Pushed:
    async with client() as session:
        generator = Generator(plan, Line(session, plan.url, SystemClock()))
        await generator.warm_up()
        return await generator.run()


async def in_own_process(plan: Plan) -> Pushed:
    """Run a plan in another process. Raises BenchError when it fails."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.wechat.load",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**28,
    )  # fmt: skip
    written, _ = await child.communicate(json.dumps(dataclasses.asdict(plan)).encode())
    if child.returncode != 0:
        raise BenchError("the load generator failed; its last lines are above")
    result: dict[str, Any] = json.loads(written)
    return Pushed(**result)


def main() -> None:
    pushed = uvloop.run(push(Plan(**json.load(sys.stdin))))
    json.dump(dataclasses.asdict(pushed), sys.stdout)


if __name__ == "__main__":
    main()
