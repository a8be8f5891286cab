"""The desk over a fresh database, and browsers of staff without their screens."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from community.config import Settings
from community.store.database import Database
from community.times import FixedClock
from desk.app import build_app
from desk.staff import Role, Staff
from tests.desk.seed import CHEAP, PASSWORD, World


@dataclass(frozen=True)
class Answer:
    """What a browser got. `to`: where it was sent on."""

    status: int
    text: str
    to: str | None
    headers: Any


class Browser:
    """One signed-in browser; it sends what a real one sends with a form."""

    def __init__(self, client: TestClient, staff: Staff | None = None) -> None:
        self.client = client
        self.staff = staff

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, _headers: dict[str, str] | None = None, **form: Any) -> Answer:
        headers = {"Sec-Fetch-Site": "same-origin"} if _headers is None else _headers
        return await self._ask("POST", path, form, headers)

    async def post_file(self, path: str, name: str, data: bytes, **fields: str) -> Answer:
        """A form with a file."""
        form = FormData(fields)
        form.add_field(name, io.BytesIO(data), filename="IMG_0001.jpg", content_type="image/jpeg")
        return await self._ask("POST", path, form, {"Sec-Fetch-Site": "same-origin"})

    async def post_body(
        self, path: str, content_type: str, body: bytes | AsyncIterator[bytes]
    ) -> Answer:
        """A body as it stands."""
        data = io.BytesIO(body) if isinstance(body, bytes) else body
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": content_type}
        return await self._ask("POST", path, data, headers)

    async def _ask(self, method: str, path: str, form: Any, headers: dict[str, str]) -> Answer:
        async with self.client.request(
            method, path, data=form, headers=headers, allow_redirects=False
        ) as answer:
            body = await answer.read()
            return Answer(
                answer.status,
                body.decode(errors="replace"),
                answer.headers.get("Location"),
                answer.headers,
            )

    async def log_in(self, user: str, password: str = PASSWORD, **form: str) -> Answer:
        return await self.post("/login", user=user, password=password, **form)


NewBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
def world(db: Database, clock: FixedClock, data_dir: Path) -> World:
    return World(db, clock, data_dir)


@pytest.fixture
def desk_settings(request: pytest.FixtureRequest, data_dir: Path) -> Settings:
    """The desk's settings; a test that is parametrised with it indirectly changes some."""
    changes = {"trusted_proxies": "10.0.0.9"} | getattr(request, "param", {})
    return replace(Settings(data_dir=data_dir), **changes)


@pytest.fixture
async def new_browser(
    db: Database, clock: FixedClock, desk_settings: Settings
) -> AsyncIterator[NewBrowser]:
    """A browser at one running desk; with `staff` it is signed in as them."""
    server = TestServer(build_app(desk_settings, db, clock, passwords=CHEAP))
    await server.start_server()
    clients: list[TestClient] = []

    async def new(staff: Staff | None = None) -> Browser:
        client = TestClient(server)
        clients.append(client)
        browser = Browser(client, staff)
        if staff is not None:
            answer = await browser.log_in(staff.id.removeprefix("staff_"))
            assert answer.status == 303, answer
        return browser

    yield new
    for client in clients:
        await client.close()
    await server.close()


@pytest.fixture
async def fang(world: World, new_browser: NewBrowser) -> Browser:
    """王芳, a clerk."""
    return await new_browser(await world.staff("fang", "王芳"))


@pytest.fixture
async def wei(world: World, new_browser: NewBrowser) -> Browser:
    """张伟, at the duty desk."""
    return await new_browser(await world.staff("wei", "张伟", Role.DUTY))


@pytest.fixture
async def liu(world: World, new_browser: NewBrowser) -> Browser:
    """刘师傅, a repairer."""
    return await new_browser(await world.staff("liu", "刘师傅", Role.REPAIRER, skills=["水暖"]))
