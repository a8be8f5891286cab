"""RasaEngine against a real server: each way to fail has its code, and every message is read whole."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.engine import RasaEngine, read_reply
from bot.messages import Alarm, Handoff, Reply
from bot.scripted import DeadEngine, ScriptedEngine
from community.errors import Code, EngineError
from conversation.messages import Draft

TURN = {"custom": {"turn": {"intent": "report_repair", "confidence": 0.93}}}


class Rasa:
    """Answers what it was told to, as Rasa's REST channel would."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.status = 200
        self.body = b"[]"
        self.content_type = "application/json"
        self.gate = asyncio.Event()
        self.gate.set()
        self.app = web.Application()
        self.app.add_routes(
            [
                web.get("/", self.root),
                web.post("/webhooks/rest/webhook", self.answer),
                web.delete("/webhooks/rest/conversations/{sender}", self.forget),
            ]
        )
        self.forgotten: list[str] = []

    async def root(self, request: web.Request) -> web.Response:
        return web.Response(status=self.status)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await self.gate.wait()
        return web.Response(status=self.status, body=self.body, content_type=self.content_type)

    async def forget(self, request: web.Request) -> web.Response:
        self.forgotten.append(request.match_info["sender"])
        return web.json_response({"deleted": True}, status=self.status)

    def answers(self, *messages: dict[str, Any]) -> None:
        self.body = json.dumps(messages).encode()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    rasa = Rasa()
    async with TestServer(rasa.app) as server:
        rasa.url = str(server.make_url("/"))  # type: ignore[attr-defined]
        yield rasa
        rasa.gate.set()


@pytest.fixture
def engine(session: aiohttp.ClientSession, rasa: Any) -> RasaEngine:
    return RasaEngine(session, rasa.url, timeout_s=5.0)


async def ask(engine: RasaEngine) -> Reply:
    return await engine.reply("conv_1", "水管漏了", turn_id="turn_1", attachment_id="photo_1")


async def failure(engine: RasaEngine) -> EngineError:
    with pytest.raises(EngineError) as failed:
        await ask(engine)
    return failed.value


# --- what is asked and answered


async def test_rasa_is_asked_with_the_conversation_the_words_and_the_turn(
    engine: RasaEngine, rasa: Rasa
) -> None:
    rasa.answers({"recipient_id": "conv_1", "text": "好的"}, TURN)
    assert await ask(engine) == Reply((Draft("好的"),), "report_repair", 0.93)
    assert rasa.asked == [
        {
            "sender": "conv_1",
            "message": "水管漏了",
            "metadata": {"turn_id": "turn_1", "attachment_id": "photo_1"},
        }
    ]


# --- each way to fail


@pytest.mark.parametrize(
    ("status", "content_type", "body", "code"),
    [
        (200, "application/json", b"[]", Code.ENGINE_EMPTY),
        (200, "application/json", b'[{"recipient_id": "conv_1"}]', Code.ENGINE_EMPTY),
        (500, "application/json", b'[{"text": "x"}]', Code.ENGINE_FAILED),
        (400, "application/json", b'[{"text": "x"}]', Code.ENGINE_FAILED),
        (404, "text/plain", b"not found", Code.ENGINE_FAILED),
        (204, "application/json", b"", Code.ENGINE_FAILED),
        (200, "application/json", b"", Code.ENGINE_FAILED),
        (200, "application/json", b'[{"text": "x"', Code.ENGINE_FAILED),
        (200, "application/json", b'["\xff"]', Code.ENGINE_FAILED),
        (200, "text/html", b"<html>", Code.ENGINE_FAILED),
        (200, "application/json", b'{"text": "x"}', Code.ENGINE_FAILED),
        (200, "application/json", b"null", Code.ENGINE_FAILED),
        (200, "application/json", b'["x"]', Code.ENGINE_FAILED),
        (200, "application/json", b'[{"custom": "x"}]', Code.ENGINE_FAILED),
    ],
)
async def test_answer_that_cannot_be_used_fails_with_its_code(
    engine: RasaEngine, rasa: Rasa, status: int, content_type: str, body: bytes, code: Code
) -> None:
    rasa.status, rasa.content_type, rasa.body = status, content_type, body
    assert (await failure(engine)).code is code


async def test_closed_port_is_refused(session: aiohttp.ClientSession) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        engine = RasaEngine(session, f"http://127.0.0.1:{taken.getsockname()[1]}", timeout_s=5.0)
        assert (await failure(engine)).code is Code.ENGINE_REFUSED
        assert await engine.ready() is False


async def test_slower_than_the_deadline_is_a_timeout(
    session: aiohttp.ClientSession, rasa: Any
) -> None:
    rasa.gate.clear()
    engine = RasaEngine(session, rasa.url, timeout_s=0.05)
    assert (await failure(engine)).code is Code.ENGINE_TIMEOUT
    assert len(rasa.asked) == 1


async def test_connection_that_breaks_is_a_failure(session: aiohttp.ClientSession) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        engine = RasaEngine(session, f"http://127.0.0.1:{port}/", timeout_s=5.0)
        assert (await failure(engine)).code is Code.ENGINE_FAILED


async def test_failure_names_no_words_of_the_resident(engine: RasaEngine, rasa: Rasa) -> None:
    rasa.status, rasa.body = 500, "水管漏了".encode()
    assert "水管" not in str(await failure(engine))


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
async def test_ready_is_what_the_root_says(
    engine: RasaEngine, rasa: Rasa, status: int, ready: bool
) -> None:
    rasa.status = status
    assert await engine.ready() is ready


# --- what Rasa's messages mean


def test_messages_become_drafts_with_their_choices_and_cards_in_order() -> None:
    card = {"title": "报修单 1024", "state": "待派单"}
    buttons = [{"title": "厨房", "payload": "/kitchen"}, {"title": 3, "payload": "/three"}]
    assert read_reply(
        [{"text": "一"}, {"text": "二", "buttons": buttons}, {"custom": {"card": card}}, TURN]
    ) == Reply(
        (Draft("一"), Draft("二", (("厨房", "/kitchen"), ("3", "/three")), card)),
        "report_repair", 0.93, asked=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("custom", "asked"), [({"asked": True}, True), ({"asked": False}, False), ({}, False)]
)
def test_question_without_choices_is_one_that_the_action_says_is_one(
    custom: dict[str, Any], asked: bool
) -> None:
    assert read_reply([{"text": "几号楼？"}, {"custom": custom}]).asked is asked


@pytest.mark.parametrize(
    ("act", "reply"),
    [
        ({"name": "handoff", "reason": "rule"}, Reply((), handoff=Handoff("rule"))),
        ({"name": "alarm", "kind": "gas"}, Reply((), alarm=Alarm("gas"))),
    ],
)
def test_act_alone_is_an_answer(act: dict[str, str], reply: Reply) -> None:
    assert read_reply([{"custom": {"act": act}}]) == reply


def test_unknown_intent_is_none() -> None:
    reply = read_reply([{"text": "x"}, {"custom": {"turn": {"intent": "", "confidence": 0}}}])
    assert (reply.intent, reply.confidence) == (None, 0.0)


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x", "buttons": [{"title": "厨房"}]},
        {"text": "x", "buttons": 5},
        {"custom": {"turn": {"confidence": "high"}}},
        {"custom": {"turn": "x"}},
    ],
)
def test_messages_that_are_not_rasas_are_a_failure(message: dict[str, Any]) -> None:
    with pytest.raises(EngineError) as failed:
        read_reply([message])
    assert failed.value.code is Code.ENGINE_FAILED


# --- the shipped fakes


async def test_scripted_engine_answers_a_turn_again_from_memory() -> None:
    engine = ScriptedEngine({"报修": Reply((Draft("好的"),)), "坏了": EngineError()})
    first = await engine.reply("conv_1", "报修", turn_id="t1")
    assert await engine.reply("conv_1", "报修", turn_id="t1") == first == Reply((Draft("好的"),))
    with pytest.raises(EngineError):
        await engine.reply("conv_1", "坏了", turn_id="t2")
    assert engine.asked == [("conv_1", "报修", "t1"), ("conv_1", "坏了", "t2")]


async def test_dead_engine_refuses_as_a_closed_port_does() -> None:
    with pytest.raises(EngineError) as failed:
        await DeadEngine().reply("conv_1", "报修", turn_id="t1")
    assert failed.value.code is Code.ENGINE_REFUSED
    assert await DeadEngine().ready() is False


async def test_dialogue_is_forgotten_by_its_name(engine: RasaEngine, rasa: Any) -> None:
    await engine.forget("conv_1/a b")
    assert rasa.forgotten == ["conv_1/a b"]


async def test_dialogue_that_cannot_be_forgotten_is_an_error(engine: RasaEngine, rasa: Any) -> None:
    rasa.status = 501
    with pytest.raises(EngineError) as caught:
        await engine.forget("conv_1")
    assert caught.value.code is Code.ENGINE_FAILED
