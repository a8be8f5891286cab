"""The voice of a page: one for each browser, bounded, and sent away kindly when it cannot be served."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType

from community.errors import StoreError
from connectors.webchat import channel, speaking

WAIT_S = 10.0
Speak = Callable[..., Awaitable[ClientWebSocketResponse]]


@pytest.fixture
async def speak(gateway: Any) -> Speak:
    clients: dict[str, Any] = {}

    async def speak(browser: str = "first") -> ClientWebSocketResponse:
        if browser not in clients:
            clients[browser] = await gateway.new_client()
            await clients[browser].get("/")
        socket: ClientWebSocketResponse = await clients[browser].ws_connect("/webchat/voice")
        return socket

    return speak


async def begins(socket: ClientWebSocketResponse) -> str | int:
    """`hello`, or the code with which it is sent away."""
    frame = await socket.receive(timeout=WAIT_S)
    if frame.type is WSMsgType.TEXT:
        kind: str = json.loads(frame.data)["type"]
        return kind
    return socket.close_code or 0


async def sent_away(socket: ClientWebSocketResponse) -> int | None:
    while not socket.closed:
        await socket.receive(timeout=WAIT_S)
    return socket.close_code


async def test_second_page_of_a_browser_speaks_in_place_of_the_first(speak: Speak) -> None:
    first = await speak()
    assert await begins(first) == "hello"
    second = await speak()
    assert await begins(second) == "hello"
    assert await sent_away(first) == channel.ANOTHER_SPEAKS
    other = await speak("other")
    assert await begins(other) == "hello"
    assert not second.closed


async def test_no_more_pages_are_spoken_with_than_there_is_room_for(
    speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "VOICES_AT_ONCE", 1)
    assert await begins(await speak()) == "hello"
    assert await begins(await speak("other")) == WSCloseCode.TRY_AGAIN_LATER
    assert await begins(await speak()) == "hello"


async def test_page_comes_again_when_the_database_fails(
    speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(speaking, "visit", fails)
    assert await begins(await speak()) == WSCloseCode.TRY_AGAIN_LATER
