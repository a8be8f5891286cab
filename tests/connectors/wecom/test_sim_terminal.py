"""A person can be a resident of the customer service in the terminal."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.wecom.sim.__main__ import main
from connectors.wecom.words import words
from tests.connectors.wecom.account import KEY, TOKEN, silenced

ROOT = Path(__file__).resolve().parents[3]


class Terminal:
    def __init__(self, process):
        self._process = process

    def say(self, line):
        self._process.stdin.write(f"{line}\n".encode())

    async def line(self):
        """The next one that is shown."""
        async with asyncio.timeout(30):
            return (await self._process.stdout.readline()).decode().strip()


@pytest.fixture
async def beside(open_account, sim, clock, unused_tcp_port):
    """A gateway, the address of the API, and `open()`: a terminal beside them, its settings read."""
    clock.advance((datetime.now(UTC) - clock.now()).total_seconds())  # as the terminal's
    api_url = f"http://127.0.0.1:{unused_tcp_port}"
    gateway, _ = await open_account(wecom_api_url=api_url)

    @asynccontextmanager
    async def open_terminal():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "connectors.wecom.sim",
            "--gateway", str(gateway.server.make_url("")), "--port", str(unused_tcp_port),
            "--corpid", sim.corpid, "--secret", sim.secret, "--token", TOKEN, "--aes-key", KEY,
            stdin=PIPE, stdout=PIPE, cwd=ROOT,
        )  # fmt: skip
        terminal = Terminal(process)
        settings = [await terminal.line() for _ in range(5)]
        assert settings == [
            f"export LINSHENG_WECOM_CORPID={sim.corpid}",
            f"export LINSHENG_WECOM_TOKEN={TOKEN}",
            f"export LINSHENG_WECOM_AES_KEYS={KEY}",
            f"export LINSHENG_WECOM_SECRET={sim.secret}",
            f"export LINSHENG_WECOM_API_URL={api_url}",
        ]
        yield terminal
        rest, _ = await process.communicate(b"")
        assert (rest, process.returncode) == (b"", 0)

    return gateway, open_terminal


async def test_lines_are_said_and_answered_also_beside_a_gateway_that_knew_another(beside):
    _, open_terminal = beside
    for _ in range(2):
        async with open_terminal() as terminal:
            for said, answer in (("/enter", words("welcome")), ("你好", "听到：你好")):
                terminal.say(said)
                assert await terminal.line() == answer


async def test_seat_that_takes_the_conversation_silences_the_bot_until_it_ends(beside):
    gateway, open_terminal = beside
    async with open_terminal() as terminal:
        terminal.say("你好")
        assert await terminal.line() == "听到：你好"
        terminal.say("/seat")
        terminal.say("在吗")
        await silenced(gateway)
        terminal.say("/end")
        terminal.say("谢谢")
        assert await terminal.line() == "听到：谢谢"


def test_key_that_is_none_is_told(capsys):
    assert main(["--gateway", "http://127.0.0.1:9", "--aes-key", "short"]) == 2
    told = "kfsim: WeChat EncodingAESKey: it has 43 letters, digits, + or /\n"
    assert capsys.readouterr().err == told
