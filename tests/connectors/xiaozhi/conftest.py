"""A gateway with the xiaozhi door, over scripted sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.scripted import ScriptedEngine
from community.config import Secret, Settings
from community.secrets import Secrets
from connectors.app import build_app
from connectors.xiaozhi.channel import Xiaozhi
from connectors.xiaozhi.connection import Watch
from tests.connectors.xiaozhi.house import House


@pytest.fixture
async def house(data_dir: Any, db: Any, clock: Any) -> AsyncIterator[House]:
    house = House(clock)
    channel: Any = partial(
        Xiaozhi, devices=house.devices, open_session=house.open_session,
        watch=Watch(house.hours.time_s, house.hours.sleep),
    )  # fmt: skip
    settings = Settings(data_dir=data_dir, xiaozhi=True)
    secrets = Secrets(Secret("cookie-key-for-tests"), Secret("pepper-for-tests"), {})
    app = build_app(settings, secrets, db, clock, ScriptedEngine(), channels=[channel])
    server = TestServer(app)
    await server.start_server(access_log=None)
    house.base = str(server.make_url("")).rstrip("/")
    async with aiohttp.ClientSession() as house.http:
        yield house
        await house.close()
    await server.close()
