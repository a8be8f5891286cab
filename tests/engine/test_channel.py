"""The engine's HTTP door: its contract with the gateway, failures included."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from rasa.core.channels import channel as rasa_channel
from rasa.core.channels.channel import UserMessage
from rasa.core.run import create_http_input_channels
from sanic import Sanic

from engine.channel import TurnInput
from engine.locks import QueueLockStore
from tests.engine.support import Server, free_port, run

Sanic.test_mode = True


class FakeAgent:
    """Understands everything as a greeting and answers with `say`."""

    def __init__(self, say: Callable[[UserMessage], Awaitable[None]] | None = None) -> None:
        self.parsed: list[str] = []
        self.handled: list[UserMessage] = []
        self.forgotten: list[str] = []
        self.ready = True
        self.lock_store = QueueLockStore()
        self.tracker_store = SimpleNamespace(delete=self._delete)
        self.processor = SimpleNamespace(parse_message=self._parse)
        self._say = say

    def is_ready(self) -> bool:
        return self.ready

    async def _parse(self, message: UserMessage) -> dict[str, Any]:
        self.parsed.append(message.text)
        return {
            "text": message.text,
            "intent": {"name": "greet", "confidence": 0.9},
            "entities": [],
        }

    async def handle_message(self, message: UserMessage) -> None:
        assert message.parse_data["intent"]["name"] == "greet"
        if self._say is not None:
            await self._say(message)
        await message.output_channel.send_text_message(message.sender_id, "您好")
        self.handled.append(message)

    async def _delete(self, sender: str) -> bool:
        self.forgotten.append(sender)
        return True


def served(
    agent: FakeAgent,
    calls: Callable[[str, aiohttp.ClientSession], Awaitable[Any]],
    host: str = "127.0.0.1",
) -> Any:
    """What `calls` gives, made against the channel with `agent` behind it."""

    async def serve() -> Any:
        app = Sanic(f"engine_{free_port()}", configure_logging=False)
        rasa_channel.register([TurnInput()], app, route="/webhooks/")
        app.ctx.agent = agent
        port = free_port()
        server = await app.create_server(host, port, return_asyncio_server=True, access_log=False)
        await server.startup()
        try:
            async with aiohttp.ClientSession() as session:
                return await calls(f"http://{host}:{port}/webhooks/rest", session)
        finally:
            server.close()

    return run(serve())


def post(body: Any, agent: FakeAgent | None = None) -> tuple[int, Any]:
    """Status and JSON of one POST."""

    async def call(url: str, session: aiohttp.ClientSession) -> tuple[int, Any]:
        data = body if isinstance(body, str) else json.dumps(body)
        async with session.post(f"{url}/webhook", data=data) as response:
            return response.status, await response.json()

    return served(agent or FakeAgent(), call)


def test_turn_is_parsed_once_and_tells_what_was_understood() -> None:
    agent = FakeAgent()
    status, answer = post({"sender": "a", "message": " 你好 ", "metadata": {"turn_id": "t"}}, agent)
    assert status == 200
    assert answer == [
        {"recipient_id": "a", "text": "您好"},
        {"recipient_id": "a", "custom": {"turn": {"intent": "greet", "confidence": 0.9}}},
    ]
    assert agent.parsed == ["你好"]
    (message,) = agent.handled
    assert (message.input_channel, message.metadata) == ("rest", {"turn_id": "t"})


@pytest.mark.parametrize(
    "body",
    [
        {"message": "你好"},
        {"sender": "a"},
        {"sender": "", "message": "你好"},
        {"sender": "a", "message": " "},
        {"sender": 7, "message": "你好"},
        {"sender": "a", "message": ["你好"]},
        {"sender": "a", "message": "你好", "metadata": "t"},
        ["你好"],
        "{",
        "",
    ],
)
def test_incomplete_turn_is_refused(body: Any) -> None:
    agent = FakeAgent()
    assert post(body, agent) == (400, {"code": "bad_request"})
    assert not agent.parsed


def test_failing_turn_is_a_failure_and_repeats_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(message: UserMessage) -> None:
        raise RuntimeError(message.text)

    with caplog.at_level(logging.CRITICAL):
        answered = post({"sender": "a", "message": "私房话"}, FakeAgent(fail))
    assert answered == (500, {"code": "engine_error"})


def test_engine_without_a_model_says_so() -> None:
    agent = FakeAgent()
    agent.ready = False
    assert post({"sender": "a", "message": "你好"}, agent) == (503, {"code": "engine_not_ready"})

    async def health(url: str, session: aiohttp.ClientSession) -> list[int]:
        statuses = []
        for agent.ready in (False, True):
            async with session.get(f"{url}/") as response:
                statuses.append(response.status)
        return statuses

    assert served(agent, health) == [503, 200]


def test_caller_that_hangs_up_does_not_stop_the_turn() -> None:
    async def slowly(message: UserMessage) -> None:
        await asyncio.sleep(0.3)

    agent = FakeAgent(slowly)

    async def hang_up(url: str, session: aiohttp.ClientSession) -> None:
        with pytest.raises(TimeoutError):
            await session.post(
                f"{url}/webhook",
                data=json.dumps({"sender": "a", "message": "你好"}),
                timeout=aiohttp.ClientTimeout(total=0.1),
            )
        await asyncio.sleep(0.5)

    served(agent, hang_up)
    assert [message.text for message in agent.handled] == ["你好"]


def test_turn_sent_again_while_it_runs_is_not_run_twice() -> None:
    async def slowly(message: UserMessage) -> None:
        await asyncio.sleep(0.1)

    agent = FakeAgent(slowly)

    async def twice(url: str, session: aiohttp.ClientSession) -> list[Any]:
        async def say(turn_id: str) -> Any:
            body = {"sender": "a", "message": "你好", "metadata": {"turn_id": turn_id}}
            async with session.post(f"{url}/webhook", data=json.dumps(body)) as response:
                return await response.json()

        return await asyncio.gather(say("1"), say("1"), say("2"))

    first, again, other = served(agent, twice)
    assert first == again == other
    assert len(agent.handled) == 2


@pytest.mark.parametrize("sender", ["a", "wechat:a/b", "住户 1", "a%2Fb"])
def test_conversation_is_forgotten(sender: str) -> None:
    agent = FakeAgent()

    async def forget(url: str, session: aiohttp.ClientSession) -> tuple[int, Any]:
        from urllib.parse import quote

        from yarl import URL

        address = URL(f"{url}/conversations/{quote(sender, safe='')}", encoded=True)
        async with session.delete(address) as response:
            return response.status, await response.json()

    assert served(agent, forget) == (200, {"deleted": True})
    assert agent.forgotten == [sender]


def test_store_that_cannot_forget_says_so() -> None:
    agent = FakeAgent()
    agent.tracker_store = SimpleNamespace()

    async def forget(url: str, session: aiohttp.ClientSession) -> int:
        async with session.delete(f"{url}/conversations/a") as response:
            return response.status

    assert served(agent, forget) == 501


def test_other_machines_are_refused() -> None:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("no address but loopback")
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("no address but loopback")
    agent = FakeAgent()

    async def call(url: str, session: aiohttp.ClientSession) -> tuple[int, Any]:
        data = json.dumps({"sender": "a", "message": "你好"})
        async with session.post(f"{url}/webhook", data=data) as response:
            return response.status, await response.json()

    assert served(agent, call, host=own) == (403, {"code": "not_local"})
    assert not agent.parsed


def test_credentials_name_this_channel(tmp_path: Any) -> None:
    file = tmp_path / "credentials.yml"
    file.write_text("engine.channel.TurnInput:\n")
    (channel,) = create_http_input_channels(None, str(file))
    assert isinstance(channel, TurnInput)


@pytest.mark.slow
def test_metadata_reaches_the_action(server: Server) -> None:
    status, answer = server.say("metadata", "我物业费欠多少", metadata={"turn_id": "turn-1"})
    assert status == 200
    assert {"recipient_id": "metadata", "custom": {"turn_id": "turn-1"}} in answer
    assert answer[-1]["custom"]["turn"]["intent"] == "query_fee"


@pytest.mark.slow
def test_form_is_filled_turn_by_turn_and_forgotten_on_request(server: Server) -> None:
    asked = [server.say("form", text)[1][0].get("text") for text in ("我要报修", "厨房", "漏水")]
    assert asked == ["请问是哪里坏了？", "请说说是什么毛病。", "厨房，漏水，对吗？"]
    assert server.say("form", "/affirm")[1][0]["text"] == "报好了，请留意师傅电话。"
    server.say("form", "我要报修")
    assert server.call("DELETE", "/webhooks/rest/conversations/form") == (200, {"deleted": True})
    assert server.say("form", "厨房")[1][0]["text"] != "请说说是什么毛病。"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["我物业费欠多少", "我要报修", "/deny", "/thank"])
def test_turn_sent_again_gets_the_same_answer(server: Server, text: str) -> None:
    sender = f"again {text}"
    server.say(sender, "你好", metadata={"turn_id": "1"})
    answer = server.say(sender, text, metadata={"turn_id": "2"})
    assert server.say(sender, text, metadata={"turn_id": "2"}) == answer
    assert server.say(sender, "换了话也一样", metadata={"turn_id": "2"}) == answer
    assert server.say(sender, "你好", metadata={"turn_id": "3"}) != answer


@pytest.mark.slow
def test_buttons_come_as_from_rasas_own_channel(server: Server) -> None:
    asked = server.say("buttons", "我要报修")[1][0]
    assert asked["buttons"][0] == {"title": "厨房", "payload": '/report_repair{"place":"厨房"}'}
    assert (
        server.say("buttons", asked["buttons"][0]["payload"])[1][0]["text"] == "请说说是什么毛病。"
    )


@pytest.mark.slow
def test_action_that_fails_is_told(server: Server) -> None:
    turn = server.say("failing", "来个故障")[1][-1]["custom"]["turn"]
    assert turn["failed_actions"] == ["action_break_down"]
