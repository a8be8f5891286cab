"""The real engine and action server on a demonstration community, for the dialogues."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.engine import RasaEngine
from bot.turn import TurnRunner
from community import demo
from community.context import Context
from community.secrets import load_secrets
from community.services import binding
from community.store.database import Database, migrate
from community.times import SystemClock
from conversation import inbox, outbox
from conversation.messages import Inbound, Message, Sender
from launch import checks, model
from launch.children import Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Estate:
    """What the processes share: the data folder and the engine's address."""

    data_dir: Path
    url: str
    engine_url: str
    codes: dict[str, str]


@pytest.fixture(scope="session")
async def estate(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Estate]:
    """Engine and action server, started once for all dialogues."""
    trained = model.path_of(ROOT)
    if not trained.exists():
        pytest.skip("no model of the present inputs: run scripts/train")
    data_dir = tmp_path_factory.mktemp("estate")
    url = f"sqlite:///{data_dir / 'linsheng.db'}"
    migrate(url)
    db = Database(url)
    filled = await demo.fill(db, SystemClock(), load_secrets(data_dir).pepper)
    await db.close()
    action_port, engine_port = checks.free_port(), checks.free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("LINSHENG_")
    }
    ours = {
        "LINSHENG_DATA_DIR": str(data_dir),
        "LINSHENG_ACTION_URL": f"http://127.0.0.1:{action_port}/webhook",
        "LINSHENG_ENGINE_DB": str(data_dir / "engine.db"),
    }
    supervisor = Supervisor(ROOT, lambda words: None)
    await supervisor.start(
        [
            Child(
                "actions",
                [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(action_port)],
                environment | ours | {"SANIC_HOST": "127.0.0.1"},
                f"http://127.0.0.1:{action_port}/health",
            ),
            Child(
                "engine",
                [str(ROOT / "engine/.venv/bin/python"), "-m", "engine", "run", "--model",
                 str(trained), "--port", str(engine_port), "--endpoints", "endpoints.yml",
                 "--credentials", "credentials.yml"],
                model.quiet_environment() | ours,
                f"http://127.0.0.1:{engine_port}/webhooks/rest/",
                '"ok"',
            ),
        ]
    )  # fmt: skip
    codes = {home["room"]: home["code"] for home in filled.households}
    yield Estate(data_dir, url, f"http://127.0.0.1:{engine_port}", codes)
    await supervisor.stop()


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
        self.ctx = Context(db, SystemClock(), load_secrets(estate.data_dir).pepper)
        self._runner = runner
        self._user = user
        self._codes = estate.codes
        self._count = 0

    async def conversation_id(self) -> str:
        async with self.db.write() as conn:
            return await inbox.conversation_of(conn, SystemClock(), Sender("api", self._user))

    async def bind(self, room: str) -> None:
        """Link the account to a home before the first word."""
        await binding.bind(self.ctx, await self.conversation_id(), code=self._codes[room])

    async def say(self, text: str, *, choice: str | None = None, photo: str | None = None) -> Heard:
        self._count += 1
        for room, code in self._codes.items():
            text = text.replace(f"{{code of {room}}}", code)
        turn = await self._runner.submit(
            Inbound(
                Sender("api", self._user), f"{self._user}:{self._count}", text, choice, photo
            )
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


@pytest.fixture
async def talk(estate: Estate, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Begin a conversation as a new resident: `await talk()`, or bound: `await talk(room)`."""
    db = Database(estate.url)
    sessions: list[aiohttp.ClientSession] = []
    runners: list[TurnRunner] = []

    async def begin(room: str | None = None) -> Talk:
        session = aiohttp.ClientSession()
        sessions.append(session)
        runner = TurnRunner(
            db, SystemClock(), RasaEngine(session, estate.engine_url, timeout_s=10)
        )
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
