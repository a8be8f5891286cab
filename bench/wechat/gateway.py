"""The gateway that is measured, with the simulated WeChat beside it: in this process, or as its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bench.errors import BenchError
from bench.script import ROOT
from bench.wechat.account import ATTEMPTS, CUT_S, Answer, Line, message, settings_of, text
from bench.wechat.bot import Bot
from community.config import PREFIX, Secret, Settings
from community.secrets import load_secrets
from community.store.database import Database, migrate
from community.times import Clock, SystemClock
from connectors.app import build_app
from connectors.wechat.channel import PATH, WeChat
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.simulator import Simulator
from launch.checks import free_port

LOOK_EVERY_S = 0.02
SETTLED_WITHIN_S = 60.0
START_WITHIN_S = 60.0
BACKLOG = 1024


@dataclass(frozen=True)
class Place:
    """A gateway in this process, and both sides of it."""

    settings: Settings
    sim: Simulator
    bot: Bot
    db: Database
    line: Line
    clock: Clock

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds, as another process would see it."""
        return rows(self.settings, query, *values)

    async def say(self, openid: str, words: str, number: int) -> Answer:
        """One attempt at a text of this reader."""
        return await self.line.attempt(self.said(openid, words, number))

    async def push(self, inside: bytes) -> Answer:
        """Attempts five seconds apart until one has a response, as WeChat makes them."""
        for _ in range(ATTEMPTS - 1):
            answer = await self.line.attempt(inside)
            if answer.arrived:
                return answer
            await asyncio.sleep(max(0.0, CUT_S - answer.took_s))
        return await self.line.attempt(inside)

    def said(self, openid: str, words: str, number: int) -> bytes:
        """A text of this reader, to be pushed once or more; `number`, from 0, tells it apart."""
        self.sim.user_said(openid)
        at_s = int(self.clock.now().timestamp())
        return message(openid, text(words, number + 1), at_s)

    async def settled(self) -> None:
        """Wait until every turn is done and nothing waits to be sent. Raises BenchError."""
        await until(lambda: not open_work(self.settings), SETTLED_WITHIN_S)


async def until(holds: Callable[[], bool], within_s: float) -> None:
    """Wait for something that only looking tells. Raises BenchError when it takes longer."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise BenchError(f"what was waited for did not come within {within_s:.0f} s")
        await asyncio.sleep(LOOK_EVERY_S)


def rows(settings: Settings, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The result of a query on the gateway's database."""
    file = Path(settings.data_dir) / "linsheng.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as reading:
        return reading.execute(query, values).fetchall()


def open_work(settings: Settings) -> int:
    """How many turns are not done and messages are neither sent nor held."""
    counted = rows(
        settings,
        "SELECT (SELECT count(*) FROM inbound WHERE state != 'done')"
        " + (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'held', 'refused', 'unreached'))",
    )
    return int(counted[0][0])


@asynccontextmanager
async def inside(bot: Bot, *, clock: Clock | None = None, **changes: Any) -> AsyncIterator[Place]:
    """Run the real application in this process over a new database; `changes` are settings."""
    clock = clock or SystemClock()
    sim = Simulator(clock)
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        async with serving(sim) as api_url, client() as session:
            settings = settings_of(Path(folder), sim, api_url, **changes)
            migrate(settings.database)
            db = Database(settings.database)
            secrets = load_secrets(settings.data_dir)
            app = build_app(settings, secrets, db, clock, bot, channels=(WeChat,))
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG).start()
                host, port = runner.addresses[0][:2]
                line = Line(session, f"http://{host}:{port}{PATH}", clock)
                yield Place(settings, sim, bot, db, line, clock)
            finally:
                await runner.cleanup()
                await db.close()


def client() -> aiohttp.ClientSession:
    """A session for any number of attempts at once."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


class Process:
    """The real gateway as a process of its own, always at the same address.

    `module`: what `python -m` runs: the gateway itself, or one that is measured from inside, too.
    """

    def __init__(self, settings: Settings, module: str = "connectors") -> None:
        self.settings = settings
        self._module = module
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._running: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        if self._running is None:
            raise BenchError("the gateway was not started")
        return self._running.pid

    async def start(self, session: aiohttp.ClientSession) -> None:
        """Start it and wait until it answers. Raises BenchError with what it wrote."""
        log = Path(self.settings.data_dir) / "gateway.log"
        with log.open("ab") as output:
            self._running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, "--port", str(self.port),
                cwd=ROOT, env=environment_of(self.settings), stdin=asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output,
            )  # fmt: skip
        deadline = time.monotonic() + START_WITHIN_S
        while not await self._answers(session):
            if self._running.returncode is not None or time.monotonic() > deadline:
                written = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise BenchError(f"the gateway did not start:\n{written}")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(
                f"{self.url}/healthz", timeout=aiohttp.ClientTimeout(total=2)
            ) as response:
                return response.status == 200
        return False

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it by this signal and wait until it is gone."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                self._running.send_signal(number)
            await self._running.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    """The surroundings of a gateway with these settings, and no other setting of the caller's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {
        f"{PREFIX}{name.upper()}": value.reveal() if isinstance(value, Secret) else str(value)
        for name, value in vars(settings).items()
        if value != getattr(Settings, name)
    }
    return kept | given
