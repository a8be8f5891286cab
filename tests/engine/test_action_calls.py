"""Calls to the action server: one connection, a deadline, and the domain only on request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import ClientResponseError

from engine.action_calls import ActionEndpoint
from tests.engine.support import run

DOMAIN = {"intents": ["greet"]}
ANSWER = {"events": [], "responses": []}


class ActionServer:
    """An action server that keeps the domain as rasa-sdk does, and counts connections."""

    def __init__(self, respond: Callable[[], Any] | None = None) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.connections: set[Any] = set()
        self._respond = respond
        self._digest: str | None = None

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        self.connections.add(id(request.transport))
        if self._respond is not None:
            return await self._respond()
        if "domain" in body:
            self._digest = body.get("domain_digest")
        elif body.get("domain_digest") != self._digest:
            return web.json_response({"error": "no domain"}, status=449)
        return web.json_response(ANSWER)

    @asynccontextmanager
    async def endpoint(self, **config: Any) -> AsyncIterator[ActionEndpoint]:
        app = web.Application()
        app.router.add_post("/webhook", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        endpoint = ActionEndpoint(url=f"http://127.0.0.1:{port}/webhook", **config)
        try:
            yield endpoint
        finally:
            await endpoint.close()
            await runner.cleanup()


def test_calls_share_one_connection() -> None:
    server = ActionServer()

    async def calls() -> None:
        async with server.endpoint() as endpoint:
            for _ in range(5):
                assert await endpoint.request(json={"domain": DOMAIN}) == ANSWER

    run(calls())
    assert len(server.bodies) == 5
    assert len(server.connections) == 1
    assert all(body["domain"] == DOMAIN for body in server.bodies)


def test_domain_is_sent_once_when_the_server_knows_digests() -> None:
    server = ActionServer()

    async def calls() -> None:
        async with server.endpoint(domain_digest=True) as endpoint:
            for number in range(4):
                answer = await endpoint.request(json={"next_action": number, "domain": DOMAIN})
                assert answer == ANSWER

    run(calls())
    assert [(body["next_action"], "domain" in body) for body in server.bodies] == [
        (0, False),
        (0, True),
        (1, False),
        (2, False),
        (3, False),
    ]


def test_changed_domain_is_sent_again() -> None:
    server = ActionServer()

    async def calls() -> None:
        async with server.endpoint(domain_digest=True) as endpoint:
            await endpoint.request(json={"domain": DOMAIN})
            await endpoint.request(json={"domain": {"intents": ["greet", "thank"]}})

    run(calls())
    assert ["domain" in body for body in server.bodies] == [False, True, False, True]


def test_late_answer_is_given_up() -> None:
    async def call() -> None:
        given_up = asyncio.Event()

        async def late() -> web.Response:
            await given_up.wait()
            return web.json_response(ANSWER)

        async with ActionServer(late).endpoint(timeout_s=0.1) as endpoint:
            with pytest.raises(TimeoutError):
                await endpoint.request(json={}, timeout=300)
            given_up.set()

    run(call())


def test_failed_answer_is_rasas_own_error() -> None:
    async def fails() -> web.Response:
        return web.json_response({"action_name": "action_any", "error": "no"}, status=400)

    async def call() -> None:
        async with ActionServer(fails).endpoint() as endpoint:
            await endpoint.request(json={})

    with pytest.raises(ClientResponseError) as failed:
        run(call())
    assert failed.value.status == 400
    assert b"action_any" in failed.value.text


def test_endpoints_file_gives_this_endpoint(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.yml"
    file.write_text("action_endpoint:\n  url: http://a/\n  timeout_s: 3\n  domain_digest: true\n")
    action = AvailableEndpoints.read_endpoints(str(file)).action
    assert isinstance(action, ActionEndpoint)
    assert action.url == "http://a/"
    assert action._timeout.total == 3
    file.write_text("nlg:\n  url: http://a/\n")
    assert AvailableEndpoints.read_endpoints(str(file)).action is None
