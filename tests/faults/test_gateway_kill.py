"""The real gateway process: killed between commit and reply, stopped, and started wrongly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

ROOT = Path(__file__).parents[2]
TOKEN = "token-0123456789abcdef"


class FakeEngine:
    """Rasa's REST door: answers by echo; while `gate` is cleared, calls hang."""

    def __init__(self):
        self.asked = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.app = web.Application()
        self.app.add_routes(
            [web.get("/", self.root), web.post("/webhooks/rest/webhook", self.answer)]
        )

    async def root(self, request):
        return web.Response(text="Hello from Rasa: 3.6.21")

    async def answer(self, request):
        body = await request.json()
        self.asked.append(body)
        await self.gate.wait()
        turn = {"intent": "chitchat", "confidence": 0.9}
        return web.json_response([{"text": f"听到：{body['message']}"}, {"custom": {"turn": turn}}])


@pytest.fixture
async def engine():
    fake = FakeEngine()
    server = TestServer(fake.app)
    await server.start_server()
    fake.url = str(server.make_url("/"))
    yield fake
    fake.gate.set()
    await server.close()


class Process:
    """`python -m connectors` with a data folder of its own."""

    def __init__(self, data_dir, engine_url, **settings):
        self._env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LINSHENG_DATA_DIR": str(data_dir),
            "LINSHENG_PORT": "0",
            "LINSHENG_ENGINE_URL": engine_url,
            "LINSHENG_API_CLIENTS": f"app:{TOKEN}",
            "LINSHENG_ANSWER_WAIT_S": "8",
        } | settings
        self.url = ""

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "connectors", env=self._env, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(30):
            line = (await self.process.stdout.readline()).decode()
        assert line.startswith("gateway: listening on http://"), await self.process.stderr.read()
        self.url = line.split()[-1]
        return self

    async def end(self, how=signal.SIGTERM):
        """Returns (exit code, seconds it took, stderr)."""
        started = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        async with asyncio.timeout(15):
            _, errors = await self.process.communicate()
        return self.process.returncode, time.monotonic() - started, errors.decode()

    async def run(self):
        """Start a process that is expected to end by itself; returns (exit code, stderr)."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "connectors", env=self._env, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(30):
            _, errors = await self.process.communicate()
        return self.process.returncode, errors.decode()


@pytest.fixture
async def client():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def post(client, url, message_id, text):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = {"user": "u", "message_id": message_id, "text": text}
    async with client.post(f"{url}/api/v1/messages", json=body, headers=headers) as response:
        return response.status, await response.json()


async def test_reply_arrives_once_after_a_kill_between_commit_and_reply(
    tmp_path, engine, client, until
):
    gateway = await Process(tmp_path, engine.url).start()
    engine.gate.clear()
    asking = asyncio.create_task(post(client, gateway.url, "m1", "你好"))
    await until(lambda: engine.asked)
    await gateway.end(signal.SIGKILL)
    with pytest.raises(aiohttp.ClientError):
        await asking
    engine.gate.set()
    try:
        await gateway.start()
        answers = [await post(client, gateway.url, "m1", "你好") for _ in range(2)]
        assert answers[0] == answers[1]
        status, answer = answers[0]
        assert (status, answer["outcome"]) == (200, "answered")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        path = f"{gateway.url}/api/v1/conversations/{answer['conversation']}/messages"
        async with client.get(path, headers=headers) as response:
            read = await response.json()
        assert [m["text"] for m in read["messages"]] == ["你好", "听到：你好"]
        assert {body["metadata"]["turn_id"] for body in engine.asked} == {answer["turn_id"]}
    finally:
        await gateway.end()


async def test_page_gets_the_reply_once_after_a_kill(tmp_path, engine, client):
    gateway = await Process(tmp_path, engine.url).start()
    engine.gate.clear()
    async with client.get(gateway.url) as response:
        session = response.cookies["linsheng_session"].value
    cookies = {"Cookie": f"linsheng_session={session}"}
    async with client.ws_connect(f"{gateway.url}/webchat/socket", headers=cookies) as page:
        await page.send_json({"type": "say", "id": "a1", "text": "你好"})
        while json.loads((await page.receive()).data)["type"] != "stored":
            pass
    await gateway.end(signal.SIGKILL)
    engine.gate.set()
    try:
        await gateway.start()
        heard = []
        async with client.ws_connect(f"{gateway.url}/webchat/socket", headers=cookies) as page:
            async with asyncio.timeout(10):
                while not any(m["from"] == "bot" for m in heard):
                    told = json.loads((await page.receive()).data)
                    heard += told.get("messages", [told] if told["type"] == "message" else [])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    while True:
                        told = json.loads((await page.receive()).data)
                        heard += [told] if told["type"] == "message" else []
        assert [m["text"] for m in heard] == ["你好", "听到：你好"]
    finally:
        await gateway.end()


async def test_sigterm_ends_it_within_three_seconds_with_pages_open_and_an_engine_that_hangs(
    tmp_path, engine, client, until
):
    gateway = await Process(tmp_path, engine.url).start()
    engine.gate.clear()
    async with client.get(gateway.url) as response:
        session = response.cookies["linsheng_session"].value
    cookies = {"Cookie": f"linsheng_session={session}"}
    page = await client.ws_connect(f"{gateway.url}/webchat/socket", headers=cookies)
    await page.send_json({"type": "say", "id": "a1", "text": "你好"})
    asking = asyncio.create_task(post(client, gateway.url, "m1", "你好"))
    await until(lambda: len(engine.asked) == 2)
    code, seconds, errors = await gateway.end()
    assert code == 0
    assert "Traceback" not in errors
    assert seconds < 3
    await asyncio.gather(asking, return_exceptions=True)
    await page.close()


async def test_log_of_a_whole_life_holds_no_words_and_no_secret(tmp_path, engine, client):
    gateway = await Process(tmp_path, engine.url, LINSHENG_LOG_LEVEL="DEBUG").start()
    await post(client, gateway.url, "m1", "蓝色大象")
    async with client.get(gateway.url) as response:
        session = response.cookies["linsheng_session"].value
    _, _, errors = await gateway.end()
    assert "turn conversation=" in errors
    assert "wechat: off, no account is configured" in errors
    assert "wecom: off, no corporation is configured" in errors
    for secret in ("蓝色大象", TOKEN, session, session.split(".")[0]):
        assert secret not in errors


async def test_port_in_use_is_one_clear_line(tmp_path, engine):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, errors = await Process(tmp_path, engine.url, LINSHENG_PORT=str(port)).run()
    assert code == 2
    assert errors.count("\n") == 1
    assert str(port) in errors
    assert "in use" in errors


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"LINSHENG_PORT": "many"}, "LINSHENG_PORT"),
        ({"LINSHENG_NO_SUCH": "1"}, "LINSHENG_NO_SUCH"),
        ({"LINSHENG_API_CLIENTS": "app:short"}, "LINSHENG_API_CLIENTS"),
    ],
)
async def test_bad_setting_is_one_clear_line(tmp_path, engine, settings, named):
    code, errors = await Process(tmp_path, engine.url, **settings).run()
    assert code == 2
    assert errors.count("\n") == 1
    assert named in errors


async def test_secrets_that_others_may_read_are_refused(tmp_path, engine):
    file = tmp_path / "secrets.json"
    file.write_text("{}")
    file.chmod(0o644)
    code, errors = await Process(tmp_path, engine.url).run()
    assert code == 2
    assert "chmod 600" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("content", [b"this is no database" * 100])
async def test_database_that_is_none_is_one_clear_line(tmp_path, engine, content):
    (tmp_path / "linsheng.db").write_bytes(content)
    code, errors = await Process(tmp_path, engine.url).run()
    assert code == 2
    assert errors.count("\n") == 1
