"""Fixtures that all suites share: a fresh database, a clock that stands still, and a gateway."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert

from bot.scripted import ScriptedEngine
from community.config import Secret, Settings
from community.secrets import Secrets
from community.store.database import Database, migrate
from community.store.schema import staff
from community.times import SHANGHAI, FixedClock
from connectors.app import GATEWAY, build_app
from connectors.base import Channel
from connectors.registry import CHANNELS, DOORS

TOKEN, OTHER_TOKEN = "token-of-the-first-client", "token-of-the-other-client"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures", action="store_true", help="take the pictures of the documents anew"
    )


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own shell reaches a test."""
    for name in [name for name in os.environ if name.startswith("LINSHENG_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """`await until(lambda: …)`: waits until it is true, at most 10 seconds."""

    async def until(holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 - what is waited for knows nothing of tests
                await asyncio.sleep(0.01)

    return until


@pytest.fixture
def clock() -> FixedClock:
    """Monday, 3 November 2025, 14:05 in China."""
    return FixedClock(datetime(2025, 11, 3, 14, 5, tzinfo=SHANGHAI))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "linsheng.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def data_dir(tmp_path: Path, migrated: Path) -> Path:
    """A data folder with a fresh database in it."""
    shutil.copy(migrated, tmp_path / "linsheng.db")
    return tmp_path


@pytest.fixture
async def db(data_dir: Path) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    database = Database(f"sqlite:///{data_dir / 'linsheng.db'}")
    yield database
    await database.close()


class Page:
    """A resident's browser without its screen: a cookie, a socket, and all it was told."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.told: list[dict[str, Any]] = []
        self.cursor = 0
        self._socket: Any = None

    async def visit(self) -> Page:
        response = await self.client.get("/")
        assert response.status == 200
        return self

    async def connect(self, after: int | None = None) -> Page:
        """Open the socket, with the cursor of what was told unless another is given."""
        after = self.cursor if after is None else after
        self._socket = await self.client.ws_connect(f"/webchat/socket?after={after}")
        return self

    async def send(self, **body: Any) -> None:
        await self._socket.send_str(json.dumps(body))

    async def send_raw(self, frame: str) -> None:
        await self._socket.send_str(frame)

    async def say(self, text: str, id: str, **more: Any) -> None:
        await self.send(type="say", id=id, text=text, **more)

    async def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Read on until something of this kind with these fields was told."""
        async with asyncio.timeout(10):
            while True:
                frame = await self._socket.receive()
                assert frame.type is WSMsgType.TEXT, frame
                told = json.loads(frame.data)
                self._note(told)
                if told["type"] == kind and fields.items() <= told.items():
                    return told

    async def quiet(self, seconds: float = 0.5) -> None:
        """Read whatever comes within this time."""
        try:
            async with asyncio.timeout(seconds):
                await self.hear("nothing")
        except TimeoutError:
            return

    async def closed(self) -> int:
        """Read on until the other side closes; returns the code."""
        async with asyncio.timeout(10):
            while True:
                frame = await self._socket.receive()
                if frame.type is not WSMsgType.TEXT:
                    return int(self._socket.close_code)

    async def leave(self) -> None:
        await self._socket.close()

    def messages(self, sender: str | None = None) -> list[dict[str, Any]]:
        """All messages told, in the order in which they came."""
        found = [
            message
            for told in self.told
            for message in ([told] if told["type"] == "message" else told.get("messages", []))
        ]
        return [m for m in found if sender in (None, m["from"])]

    def _note(self, told: dict[str, Any]) -> None:
        self.told.append(told)
        for message in [told, *told.get("messages", [])]:
            if message["type"] == "message":
                self.cursor = max(self.cursor, message["seq"])


@dataclass
class TestGateway:
    """A running gateway over a ScriptedEngine, and ways to reach it."""

    __test__ = False

    settings: Settings
    secrets: Secrets
    db: Database
    clock: FixedClock
    engine: Any
    app: web.Application
    server: TestServer
    new_client: Callable[[], Any]

    @property
    def parts(self) -> Any:
        return self.app[GATEWAY]

    async def page(self) -> Page:
        """The page of a new resident, connected."""
        page = Page(await self.new_client())
        await (await page.visit()).connect()
        return page

    async def post(
        self, path: str, body: Any, *, token: str | None = TOKEN, raw: bytes | None = None
    ) -> tuple[int, Any]:
        """An API call; returns status and JSON."""
        client = await self.new_client()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = json.dumps(body).encode() if raw is None else raw
        async with client.post(path, data=data, headers=headers) as response:
            return response.status, await response.json()

    async def get(self, path: str, *, token: str | None = TOKEN) -> tuple[int, Any]:
        client = await self.new_client()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with client.get(path, headers=headers) as response:
            return response.status, await response.json()

    async def say(self, user: str, message_id: str, text: str, **options: Any) -> tuple[int, Any]:
        body = {"user": user, "message_id": message_id, "text": text}
        return await self.post("/api/v1/messages", body, **options)


@pytest.fixture
async def start_gateway(
    data_dir: Path, db: Database, clock: FixedClock
) -> AsyncIterator[Callable[..., Any]]:
    """Start a gateway; `changes` replace settings, `engine` the ScriptedEngine."""
    closers: list[Any] = []

    async def start(
        engine: Any = None,
        *,
        on_port: int | None = None,
        ears: Any = None,
        voice: Any = None,
        channels: Sequence[type[Channel]] = CHANNELS + DOORS,
        **changes: Any,
    ) -> TestGateway:
        settings = replace(Settings(data_dir=data_dir), answer_wait_s=5.0)
        settings = replace(settings, **changes)
        secrets = Secrets(
            Secret("cookie-key-for-tests"),
            Secret("pepper-for-tests"),
            {"first": Secret(TOKEN), "other": Secret(OTHER_TOKEN)},
        )
        engine = engine or ScriptedEngine()
        app = build_app(
            settings, secrets, db, clock, engine, channels=channels, ears=ears, voice=voice
        )
        server = TestServer(app, port=on_port)
        await server.start_server(access_log=None)  # as the process does
        closers.append(server)
        clients: list[Any] = []

        async def new_client() -> TestClient:
            client = TestClient(server)
            clients.append(client)
            closers.insert(0, client)
            return client

        return TestGateway(settings, secrets, db, clock, engine, app, server, new_client)

    yield start
    for closer in closers:
        await closer.close()


async def add_staff(
    db: Database, staff_id: str, name: str, role: str = "clerk", *, on_duty: bool = True
) -> str:
    """A member of staff; returns the id."""
    async with db.write() as conn:
        await conn.execute(
            insert(staff).values(
                id=staff_id,
                user=staff_id,
                name=name,
                role=role,
                skills=[],
                password_hash="-",
                on_duty=on_duty,
            )
        )
    return staff_id


@pytest.fixture
async def clerk(db: Database) -> str:
    """王师傅, on duty; the id."""
    return await add_staff(db, "staff_wang", "王师傅")


@pytest.fixture
async def gateway(start_gateway: Callable[..., Any]) -> TestGateway:
    """A gateway with the usual settings."""
    started: TestGateway = await start_gateway()
    return started
