"""The real engine and action server on a demonstration community, for the dialogues."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.engine import RasaEngine
from bot.turn import TurnRunner
from community import demo
from community.config import Settings
from community.context import Context
from community.secrets import load_secrets
from community.services import binding, complaint
from community.store import identities
from community.store.database import Database, migrate
from community.store.schema import conversation
from community.times import SHANGHAI, OffsetClock
from connectors.app import build_app
from conversation import inbox, outbox
from conversation.messages import Inbound, Message, Sender
from desk import progress
from desk.staff import Role, Staff
from launch import checks, model, processes
from tests.browser.conftest import Tab, browse, chromium, chromium_url
from tests.dialogue.action_server import OFFSET

__all__ = ["browse", "chromium", "chromium_url"]

ROOT = Path(__file__).resolve().parents[2]
READY_S = 90
BEGIN = datetime(2026, 11, 10, 10, 0, tzinfo=SHANGHAI)
"When the dialogues are held: a Tuesday morning, when every counter and shop is open"
CLOCK = OffsetClock(BEGIN - datetime.now(UTC))


@dataclass(frozen=True)
class Estate:
    """What the processes share: the data folder and the engine's address."""

    data_dir: Path
    url: str
    engine_url: str
    codes: dict[str, str]


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Engine and action server, started once for all dialogues."""
    trained = model.path_of(ROOT)
    if not trained.exists():
        pytest.skip("no model of the present inputs: run scripts/train")
    data_dir = tmp_path_factory.mktemp("estate")
    url = f"sqlite:///{data_dir / 'linsheng.db'}"
    migrate(url)
    filled = asyncio.run(_fill(url, data_dir))
    action_port, engine_port = checks.free_port(), checks.free_port()
    settings = replace(
        Settings(data_dir=data_dir),
        action_url=f"http://127.0.0.1:{action_port}/webhook",
        engine_url=f"http://127.0.0.1:{engine_port}",
    )
    actions = processes.action_server(settings, action_port)
    moved = {OFFSET: str((CLOCK.now() - datetime.now(UTC)).total_seconds())}
    at_our_hour = [
        "tests.dialogue.action_server" if part == "actions" else part for part in actions.command
    ]
    children = [
        replace(actions, command=at_our_hour, environment=actions.environment | moved),
        processes.engine(ROOT, settings, trained, engine_port),
    ]
    running = [
        subprocess.Popen(
            child.command,
            cwd=ROOT,
            env=child.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for child in children
    ]
    for child in children:
        _until_ready(child.probe)
    codes = {home["room"]: home["code"] for home in filled.households}
    yield Estate(data_dir, url, f"http://127.0.0.1:{engine_port}", codes)
    for process in running:
        process.terminate()
    for process in running:
        process.wait(10)


async def _fill(url: str, data_dir: Path) -> demo.Credentials:
    db = Database(url)
    try:
        return await demo.fill(db, CLOCK, load_secrets(data_dir).pepper)
    finally:
        await db.close()


def _until_ready(address: str) -> None:
    for _ in range(READY_S * 5):
        try:
            with urllib.request.urlopen(address, timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            threading.Event().wait(0.2)
    raise RuntimeError(f"{address} was not ready within {READY_S} s")


@dataclass(frozen=True)
class Heard:
    """What one message got for an answer."""

    outcome: str
    intent: str | None
    said: list[Message]

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.said)


class Talk:
    """One resident's conversation with the whole bot."""

    def __init__(self, estate: Estate, db: Database, runner: TurnRunner, user: str) -> None:
        self.db = db
        self.ctx = Context(db, CLOCK, load_secrets(estate.data_dir).pepper)
        self._runner = runner
        self._user = user
        self._codes = estate.codes
        self._count = 0

    async def conversation_id(self) -> str:
        async with self.db.write() as conn:
            return await inbox.conversation_of(conn, CLOCK, Sender("api", self._user))

    async def bind(self, room: str) -> None:
        """Link the account to a home before the first word."""
        await binding.bind(self.ctx, await self.conversation_id(), code=self._codes[room])

    async def say(self, text: str, *, choice: str | None = None, photo: str | None = None) -> Heard:
        self._count += 1
        for room, code in self._codes.items():
            text = text.replace(f"{{code of {room}}}", code)
        turn = await self._runner.submit(
            Inbound(Sender("api", self._user), f"{self._user}:{self._count}", text, choice, photo)
        )
        done = await self._runner.finished(turn.id, 15)
        assert done is not None, "no answer within 15 s"
        async with self.db.read() as conn:
            said = await outbox.answer_of(conn, turn.id)
        return Heard(str(done.outcome), done.intent, said)

    async def tap(self, label: str, last: Heard) -> Heard:
        """Press the button with this label under the last answer."""
        found = next(c for one in last.said for c in one.choices if c.label == label)
        return await self.say("", choice=found.id)

    async def reply_to_complaint(self, note: str) -> Heard:
        """A clerk answers what this resident filed last, as the desk does."""
        clerk = Staff("staff_fang", "王芳", Role.CLERK, on_duty=True)
        async with self.db.read() as conn:
            party = await identities.party(conn, await self.conversation_id())
        assert party is not None
        filed = (await complaint.mine(self.ctx, party))[0][0]
        tell = progress.after_complaint(self.ctx.clock, clerk, "reply", note)
        await complaint.staff_act(
            self.ctx, filed.id, "reply",
            staff_id=clerk.id, version=filed.version, note=note, tell=tell,
        )  # fmt: skip
        async with self.db.read() as conn:
            told = await outbox.last_said(conn, await self.conversation_id())
        assert told is not None
        return Heard("told", None, [told])


Chat = Callable[[str | None], Awaitable[Tab]]


@pytest.fixture
async def chat(estate: Estate, browse: Any) -> AsyncIterator[Chat]:
    """Open the web chat in a browser as a new resident: `await chat(None)`, or bound: `await chat(room)`."""
    db, session = Database(estate.url), aiohttp.ClientSession()
    secrets = load_secrets(estate.data_dir)
    engine = RasaEngine(session, estate.engine_url, timeout_s=10)
    server = TestServer(build_app(Settings(data_dir=estate.data_dir), secrets, db, CLOCK, engine))
    await server.start_server(access_log=None)

    async def begin(room: str | None) -> Tab:
        tab: Tab = await browse(SimpleNamespace(server=server))
        if room:
            async with db.read() as conn:
                newest = select(conversation.c.id).order_by(conversation.c.created_at.desc())
                conversation_id = (await conn.execute(newest.limit(1))).scalar_one()
            ctx = Context(db, CLOCK, secrets.pepper)
            await binding.bind(ctx, conversation_id, code=estate.codes[room])
        return tab

    yield begin
    await server.close()
    await session.close()
    await db.close()


@pytest.fixture
async def talk(estate: Estate, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Begin a conversation as a new resident: `await talk()`, or bound: `await talk(room)`."""
    db = Database(estate.url)
    sessions: list[aiohttp.ClientSession] = []
    runners: list[TurnRunner] = []

    async def begin(room: str | None = None) -> Talk:
        session = aiohttp.ClientSession()
        sessions.append(session)
        runner = TurnRunner(db, CLOCK, RasaEngine(session, estate.engine_url, timeout_s=10))
        runners.append(runner)
        begun = Talk(estate, db, runner, f"{request.node.name}-{len(runners)}")
        if room:
            await begun.bind(room)
        return begun

    yield begin
    for runner in runners:
        await runner.close()
    for session in sessions:
        await session.close()
    await db.close()
