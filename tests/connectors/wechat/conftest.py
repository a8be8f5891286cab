"""A simulated WeChat, a client of it and a gateway beside it; what is logged or raised is watched."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from community.config import Secret
from community.times import FixedClock
from connectors.wechat.client import Client
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.pushes import Pushes
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.token import Credentials, TokenBroker, stable_token
from tests.connectors.wechat.account import ACCOUNT, KEY, TOKEN, StandIn, pushes_to, settings_of

NOTICE = "template-of-a-notice"


@dataclass
class Watch:
    """All that was logged and raised, and all that must not be in it."""

    sim: Simulator
    records: list[logging.LogRecord] = field(default_factory=list)
    raised: list[BaseException] = field(default_factory=list)

    def secrets(self) -> set[str]:
        return {self.sim.secret, *self.sim.tokens.issued, *self.sim.users}

    def texts(self) -> list[str]:
        formatter = logging.Formatter("%(name)s %(message)s")
        chained = [link for error in self.raised for link in chain_of(error)]
        return [
            *(formatter.format(record) for record in self.records),
            *(f"{record.args!r}" for record in self.records),
            *(f"{error} {error!r} {error.args!r}" for error in chained),
            *("".join(traceback.format_exception(error)) for error in self.raised),
        ]

    def leaks(self) -> list[str]:
        hidden = self.secrets()
        return [text for text in self.texts() if any(secret in text for secret in hidden)]


def chain_of(error: BaseException | None) -> list[BaseException]:
    """The error with every cause and context behind it, shown in tracebacks or not."""
    links: list[BaseException] = []
    waiting = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and link not in links:
            links.append(link)
            waiting += [link.__cause__, link.__context__]
    return links


class Listener(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def sim(clock: FixedClock) -> Simulator:
    return Simulator(clock, templates={NOTICE: ["事项", "时间"]}, kf_accounts=["wang@linsheng"])


@pytest.fixture
def watch(sim: Simulator, caplog: pytest.LogCaptureFixture) -> Any:
    """What the test logs and raises; leaks of it fail the test at its end."""
    watch = Watch(sim)
    listener = Listener(watch.records)
    root = logging.getLogger()
    root.addHandler(listener)
    caplog.set_level(logging.DEBUG)
    yield watch
    root.removeHandler(listener)
    assert watch.leaks() == []


@pytest.fixture
def refusing(watch: Watch) -> Callable[..., Any]:
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
def unused_url() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def credentials(sim: Simulator) -> Credentials:
    return Credentials(sim.appid, Secret(sim.secret))


@pytest.fixture
async def broker(
    session: aiohttp.ClientSession,
    clock: FixedClock,
    credentials: Credentials,
    base_url: str,
    watch: Watch,
) -> AsyncIterator[TokenBroker]:
    """A cold broker whose jitter is 0."""
    broker = TokenBroker(clock, stable_token(session, credentials, base_url), jitter_s=lambda: 0.0)
    yield broker
    await broker.close()


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that the client made, in seconds."""
    return []


@pytest.fixture
def make_client(
    session: aiohttp.ClientSession,
    broker: TokenBroker,
    clock: FixedClock,
    credentials: Credentials,
    base_url: str,
    pauses: list[float],
) -> Callable[..., Client]:
    """A client whose pauses pass on the clock alone; `changes` are its own options."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(seconds)

    def make(**changes: Any) -> Client:
        options = {"base_url": base_url, "pause": pause} | changes
        return Client(session, broker, credentials, **options)

    return make


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


@pytest.fixture
def open_account(
    start_gateway: Callable[..., Any], sim: Simulator, base_url: str, session: aiohttp.ClientSession
) -> Callable[..., Any]:
    """Start a gateway with the account; returns it and the pushes to it."""

    async def start(engine: Any = None, **changes: Any) -> tuple[Any, Pushes]:
        gateway = await start_gateway(engine, **settings_of(sim, base_url) | changes)
        return gateway, pushes_to(gateway, sim, session)

    return start


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """An account without a gateway behind it, at `stand_in.url`."""
    stand_in = StandIn()
    app = web.Application()
    app.router.add_route("*", "/wechat", stand_in.take)
    server = TestServer(app)
    await server.start_server(access_log=None)
    stand_in.url = str(server.make_url("/wechat"))
    yield stand_in
    stand_in.gate.set()
    await server.close()


@pytest.fixture
def make_pushes(
    sim: Simulator, session: aiohttp.ClientSession, stand_in: StandIn
) -> Callable[..., Pushes]:
    """Pushes to the stand-in; `changes` are their own options."""

    def make(**changes: Any) -> Pushes:
        cipher = Cipher(Secret(TOKEN), [Secret(KEY)], sim.appid)
        options = {"token": TOKEN, "apart_s": 0} | changes
        return Pushes(sim, session, stand_in.url, ACCOUNT, cipher, **options)

    return make
