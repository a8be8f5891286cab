"""The stream of news, the heartbeat, and what rings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from community.config import Settings
from community.store.database import Database
from community.times import FixedClock
from conversation.queue import Lane
from desk import views_live
from desk.app import build_app
from desk.live import KEPT, Live, News
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import CHEAP, World


async def next_event(answer: ClientResponse) -> tuple[str, Any]:
    async with asyncio.timeout(5):
        kind = (await answer.content.readline()).decode().strip().removeprefix("event: ")
        data = (await answer.content.readline()).decode().strip().removeprefix("data: ")
        await answer.content.readline()
    return kind, json.loads(data)


@pytest.fixture
async def stream(fang: Browser) -> AsyncIterator[ClientResponse]:
    async with fang.client.get("/events") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert await next_event(answer) == ("hello", None)
        yield answer


async def test_stream_tells_of_an_emergency_with_ids_only(
    stream: ClientResponse, world: World
) -> None:
    case = await world.waiting("救命，我摔倒了", Lane.EMERGENCY)
    while True:
        kind, data = await next_event(stream)
        assert kind == "news"
        assert set(data) == {"kind", "conversation_id", "case_id"}
        assert "救命" not in json.dumps(data, ensure_ascii=False)
        if data["kind"] == "ring":
            break
    assert data["case_id"] == case.id


async def test_stream_tells_of_an_orders_move(
    stream: ClientResponse, fang: Browser, liu: Browser, world: World
) -> None:
    order = await world.order((await world.waiting()).conversation_id)
    await fang.post(f"/orders/{order.id}/act", act="dispatch", version="1", assignee="staff_liu")
    seen = set()
    while "ticket" not in seen:
        seen.add((await next_event(stream))[1]["kind"])


async def test_stream_beats_and_says_bye_when_the_session_is_over(
    fang: Browser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views_live, "BEAT_S", 0.05)
    async with fang.client.get("/events") as answer:
        assert (await next_event(answer))[0] == "hello"
        assert (await next_event(answer))[0] == "beat"
        clock.advance(13 * 3600)
        kind = "beat"
        while kind == "beat":
            kind = (await next_event(answer))[0]
        assert kind == "bye"
        assert await answer.content.read() == b""


async def test_stranger_gets_no_stream(new_browser: NewBrowser) -> None:
    answer = await (await new_browser()).get("/events", Accept="application/json")
    assert answer.status == 401


async def test_state_names_what_rings(fang: Browser, world: World) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    told = json.loads((await fang.get("/state")).text)
    assert told["waiting"] == 1
    (alarm,) = told["ringing"]
    assert alarm["id"] == case.id
    assert alarm["kind"] == "呼救"
    assert alarm["place"].endswith("号楼1单元501")


def test_page_that_falls_behind_is_told_to_read_anew() -> None:
    live = Live()
    with live.open_page() as news:
        for i in range(KEPT + 1):
            live.tell(News("case", case_id=str(i)))
        told = []
        while not news.empty():
            told.append(news.get_nowait())
    assert told == [News("missed"), News("case", case_id=str(KEPT))]


async def test_desk_with_open_streams_stops_at_once(
    db: Database, clock: FixedClock, data_dir: Path, world: World
) -> None:
    await world.staff("fang", "王芳")
    server = TestServer(build_app(Settings(data_dir=data_dir), db, clock, passwords=CHEAP))
    client = TestClient(server)
    await client.start_server()
    assert (await Browser(client).log_in("fang")).status == 303
    answer = await client.get("/events")
    assert await next_event(answer) == ("hello", None)
    async with asyncio.timeout(3):
        await server.close()
    await client.close()


async def test_closing_ends_every_stream() -> None:
    live = Live()
    with live.open_page() as one, live.open_page() as other:
        live.close()
        assert one.get_nowait() is None
        assert other.get_nowait() is None
    live.close()
