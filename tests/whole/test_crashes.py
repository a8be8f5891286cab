"""A process that is killed in the middle of a turn: the resident is answered and comes to a person."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

READY_S = 90
Until = Callable[[Callable[[], object]], Awaitable[None]]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def child(served: Any, module: str) -> tuple[int, int]:
    """Process id and port of the child that runs `python -m <module>`."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if parent == served.process.pid and module in command:
            return int(folder.name), int(command[command.index("--port") + 1])
    raise AssertionError(f"no child runs {module}")


def unread(port: int) -> bool:
    """Whether a request to this loopback port has arrived and was not read yet."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        if state == "01" and int(local.split(":")[1], 16) == port and int(queues.split(":")[1], 16):
            return True
    return False


async def say_and_kill(
    served: Any, until: Until, module: str, user: str, text: str
) -> dict[str, Any]:
    """Say something and kill this child while it holds the request."""
    pid, port = child(served, module)
    os.kill(pid, signal.SIGSTOP)
    asking = asyncio.create_task(served.say(user, f"killed-{module}", text))
    await until(lambda: unread(port))
    os.kill(pid, signal.SIGKILL)
    answered: dict[str, Any] = await asking
    return answered


async def answers(address: str) -> None:
    """Wait until this address answers 200."""
    async with asyncio.timeout(READY_S), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.get(address) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.1)


def words(answered: dict[str, Any]) -> str:
    return "".join(reply["text"] for reply in answered["replies"])


async def test_engine_killed_in_the_middle_of_a_turn(served: Any, until: Until) -> None:
    answered = await say_and_kill(served, until, "engine", "u", "我要报修，水管漏水")
    assert answered["outcome"] == "failed"
    assert "您的话我已经交给值班同事" in words(answered)
    same = await served.say("u", "killed-engine", "我要报修，水管漏水")
    assert same == answered
    noted = await served.say("u", "m2", "是厨房的水管")
    assert noted["outcome"] == "handed_off"

    await answers(f"{served.chat}readyz")
    other = await served.say("other", "m1", "你好")
    assert (other["outcome"], other["intent"]) == ("answered", "greet")


async def test_action_server_killed_in_the_middle_of_a_form(served: Any, until: Until) -> None:
    home = served.credentials["households"][0]
    await served.bind("bound", home["code"])
    asked = await served.say("bound", "m1", "厨房水管漏水，滴滴答答一晚上")
    assert asked["outcome"] == "asked"
    _, port = child(served, "actions")
    answered = await say_and_kill(served, until, "actions", "bound", "明天上午")
    assert answered["outcome"] == "failed"
    assert "您的话我已经交给值班同事" in words(answered)

    await answers(f"http://127.0.0.1:{port}/health")
    again = await served.say("other", "m2", "有什么通知吗")
    assert again["outcome"] in ("answered", "asked")
    noted = await served.say("bound", "m2", "是厨房的水管")
    assert noted["outcome"] == "handed_off"
    withdrawn = await served.say("bound", "m3", "不用人工了")
    assert withdrawn["outcome"] == "answered"
    resumed = await served.say("bound", "m4", "明天上午")
    assert resumed["outcome"] == "asked"
    assert "水管漏水" in words(resumed)
