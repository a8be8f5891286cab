"""The load generator against a server that answers at once: what is counted, and to whom is spoken."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.client import Target
from bench.history import Histories, measure_histories
from bench.load import TURNS_EACH, Load, measure


class Door:
    """A stand-in for the engine's REST channel that remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        return web.json_response([{"text": "嗯"}, {"custom": {"asked": True}}])


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made, app = Door(), web.Application()
    app.add_routes([web.post("/webhooks/rest/webhook", made.take)])
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("")).rstrip("/")
    yield made
    await server.close()


def plan(door: Door, *, connections: int, conversations: int, seconds: float = 0.5) -> Load:
    return Load(
        target=Target("rest", door.url),
        conversations=[f"conv-{n}" for n in range(conversations)],
        seed=0,
        connections=connections,
        warm_up_s=0.1,
        seconds=seconds,
        watched=[os.getpid()],
    )


async def test_turns_of_the_window_are_counted_and_their_answers_checked(door: Door) -> None:
    measured = await measure(plan(door, connections=2, conversations=500))
    assert 0 < len(measured.latencies_ms) < len(door.heard)
    assert measured.seconds == pytest.approx(0.5, rel=0.5)
    assert measured.cpu_ms > 0
    assert len(measured.strange) == len(door.heard)


async def test_each_conversation_gets_its_turns_in_order_and_no_message_twice(door: Door) -> None:
    await measure(plan(door, connections=4, conversations=500))
    keys = [heard["metadata"]["turn_id"] for heard in door.heard]
    assert len(set(keys)) == len(keys)
    assert max(Counter(heard["sender"] for heard in door.heard).values()) == TURNS_EACH
    first = [heard for heard in door.heard if heard["sender"] == "conv-0"]
    assert [heard["metadata"]["turn_id"] for heard in first] == [
        f"conv-0:{n}" for n in range(TURNS_EACH)
    ]


async def test_conversations_go_on_when_all_have_been_used(door: Door) -> None:
    await measure(plan(door, connections=1, conversations=1))
    keys = [heard["metadata"]["turn_id"] for heard in door.heard]
    assert keys == [f"conv-0:{n}" for n in range(len(keys))]


async def test_what_is_said_does_not_depend_on_the_number_of_connections(door: Door) -> None:
    await measure(plan(door, connections=1, conversations=500, seconds=0.2))
    alone = [heard["message"] for heard in door.heard if heard["sender"] == "conv-1"]
    door.heard.clear()
    await measure(plan(door, connections=8, conversations=500, seconds=0.2))
    beside = [heard["message"] for heard in door.heard if heard["sender"] == "conv-1"]
    shared = min(len(alone), len(beside))
    assert shared > 0
    assert alone[:shared] == beside[:shared]


async def test_windows_around_turn_10_100_and_1000_hear_the_same_nine_sentences(door: Door) -> None:
    costs = await measure_histories(Histories(Target("rest", door.url), ["young", "grown", "old"]))
    assert list(costs) == ["10", "100", "1000"]
    said = {
        name: [h for h in door.heard if h["sender"] == name] for name in ("young", "grown", "old")
    }
    assert [len(heard) for heard in said.values()] == [14, 104, 1004]
    windows = [[h["message"] for h in heard[-9:]] for heard in said.values()]
    assert windows[0] == windows[1] == windows[2]
