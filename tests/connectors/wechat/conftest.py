"""An official account on the gateway, and the simulated WeChat on its other side."""

import aiohttp
import pytest

from connectors.wechat.sim.api import serving
from connectors.wechat.sim.simulator import Simulator
from tests.connectors.wechat.account import pushes_to, settings_of


@pytest.fixture
def sim(clock):
    return Simulator(clock)


@pytest.fixture
async def api_url(sim):
    async with serving(sim) as url:
        yield url


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def open_account(start_gateway, sim, api_url, session):
    """Start a gateway with the account; returns it and the pushes to it."""

    async def start(engine=None, **changes):
        gateway = await start_gateway(engine, **settings_of(sim, api_url), **changes)
        return gateway, pushes_to(gateway, sim, session)

    return start
