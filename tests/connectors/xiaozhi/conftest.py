"""A gateway with the xiaozhi door, over scripted sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
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
from tests.connectors.xiaozhi.house import House


@pytest.fixture
async def start_house(data_dir: Any, db: Any, clock: Any) -> AsyncIterator[Callable[..., Any]]:
    """`await start_house(hello_s=…, close_s=…)`: a house whose gateway waits so long."""
    async with AsyncExitStack() as stack:

        async def start(**waits: float) -> House:
            house = House(clock)
            house.watch = replace(house.watch, **waits)
            channel: Any = partial(
                Xiaozhi, devices=house.devices, open_session=house.open_session, watch=house.watch
            )
            settings = Settings(data_dir=data_dir, xiaozhi=True)
            secrets = Secrets(Secret("cookie-key-for-tests"), Secret("pepper-for-tests"), {})
            app = build_app(settings, secrets, db, clock, ScriptedEngine(), channels=[channel])
            server = TestServer(app)
            await server.start_server(access_log=None)
            stack.push_async_callback(server.close)
            house.base = str(server.make_url("")).rstrip("/")
            house.http = await stack.enter_async_context(aiohttp.ClientSession())
            stack.push_async_callback(house.close)
            return house

        yield start


@pytest.fixture
async def house(start_house: Callable[..., Any]) -> House:
    started: House = await start_house()
    return started
