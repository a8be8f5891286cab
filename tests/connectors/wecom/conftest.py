"""A simulated WeCom, a client of it and a gateway beside it; what is logged or raised is watched."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from community.config import Secret
from community.times import FixedClock
from connectors.wechat.caller import Caller
from connectors.wechat.crypto import Cipher
from connectors.wecom.account import Account
from connectors.wecom.client import Client, broker_of
from connectors.wecom.sim.api import serving
from connectors.wecom.sim.simulator import Simulator
from tests.connectors.wechat.conftest import Listener, Watch
from tests.connectors.wecom.account import KEY, TOKEN, callbacks_to, settings_of


class CorporationWatch(Watch):
    """All that was logged and raised, and all that must not be in it."""

    def secrets(self) -> set[str]:
        sim: Any = self.sim
        return {sim.secret, TOKEN, *sim.tokens.issued, *sim.sessions, *sim.history.tokens}


@pytest.fixture
def sim(clock: FixedClock) -> Simulator:
    return Simulator(clock)


@pytest.fixture
def watch(sim: Simulator, caplog: pytest.LogCaptureFixture) -> Any:
    """What the test logs and raises; leaks of it fail the test at its end."""
    watch = CorporationWatch(sim)  # type: ignore[arg-type]
    listener = Listener(watch.records)
    root = logging.getLogger()
    root.addHandler(listener)
    caplog.set_level(logging.DEBUG)
    yield watch
    root.removeHandler(listener)
    assert watch.leaks() == []


@pytest.fixture
def refusing(watch: CorporationWatch) -> Callable[..., Any]:
    """`await refusing(call, kind)`: the error of that kind that the call raises, also watched."""

    async def refusing(call: Any, kind: type[Exception]) -> Any:
        with pytest.raises(kind) as caught:
            await call
        watch.raised.append(caught.value)
        return caught.value

    return refusing


@pytest.fixture
async def base_url(sim: Simulator) -> AsyncIterator[str]:
    async with serving(sim) as url:
        yield url


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def account(sim: Simulator, base_url: str) -> Account:
    cipher = Cipher(Secret(TOKEN), [Secret(KEY)], sim.corpid)
    return Account(sim.corpid, cipher, Secret(sim.secret), base_url)


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that the client made, in seconds."""
    return []


@pytest.fixture
async def client(
    session: aiohttp.ClientSession,
    account: Account,
    clock: FixedClock,
    pauses: list[float],
    watch: CorporationWatch,
) -> AsyncIterator[Client]:
    """A client whose pauses pass on the clock alone."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(seconds)

    broker = broker_of(session, clock, account)
    broker.jitter_s = lambda: 0.0
    yield Client(Caller(session, broker, base_url=account.api_url, pause=pause))
    await broker.close()


@pytest.fixture
def open_account(
    start_gateway: Callable[..., Any],
    sim: Simulator,
    base_url: str,
    session: aiohttp.ClientSession,
    watch: CorporationWatch,
) -> Callable[..., Any]:
    """Start a gateway with the account; returns it and the callbacks to it."""

    async def start(engine: Any = None, **changes: Any) -> tuple[Any, Any]:
        gateway = await start_gateway(engine, **settings_of(sim, base_url) | changes)
        return gateway, callbacks_to(gateway, sim, session)

    return start
