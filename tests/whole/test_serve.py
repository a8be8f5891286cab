"""`scripts/serve` as its user sees it: what it prints, what it starts, how it stops."""

from __future__ import annotations

import asyncio
import re
import socket
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

STOP_S = 5
Serve = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.mark.asyncio(loop_scope="module")
async def test_serve_starts_a_demonstration_answers_and_stops(served: Any) -> None:
    file = served.data_dir / "demo-credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(served.credentials) == ["api_token", "desk_users", "households"]

    answered = await served.say("u1", "m1", "你好")
    assert (answered["outcome"], answered["intent"]) == ("answered", "greet")

    async with aiohttp.ClientSession() as session:
        for address in (served.chat, f"{served.desk}login"):
            async with session.get(address) as response:
                assert response.status == 200

    started = time.monotonic()
    served.process.terminate()
    assert await asyncio.wait_for(served.process.wait(), STOP_S) == 0
    assert time.monotonic() - started < STOP_S
    assert _listening(served.chat) is False


def _listening(address: str) -> bool:
    host, port = re.match(r"http://([^:]+):(\d+)", address).groups()  # type: ignore[union-attr]
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


async def refused(serve: Serve, *options: str, **environment: str) -> tuple[int, list[str]]:
    process = await serve(*options, **environment)
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, errors.decode().splitlines()


async def test_a_port_in_use_is_one_clear_line(tmp_path: Path, serve: Serve) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        code, lines = await refused(
            serve, "--port", port, "--desk-port", "0", "--data", str(tmp_path)
        )
    assert (code, lines) == (
        2,
        [f"serve: --port: 127.0.0.1:{port} cannot be used: Address already in use"],
    )


async def test_an_unwritable_folder_is_one_clear_line(tmp_path: Path, serve: Serve) -> None:
    (tmp_path / "file").write_text("in the way")
    data_dir = tmp_path / "file" / "data"
    code, lines = await refused(serve, "--port", "0", "--desk-port", "0", "--data", str(data_dir))
    assert (code, lines) == (
        2,
        [f"serve: --data: {data_dir} cannot be written to: Not a directory"],
    )


async def test_a_setting_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, serve: Serve
) -> None:
    code, lines = await refused(serve, "--data", str(tmp_path), LINSHENG_SILENCE_S="bald")
    assert (code, lines) == (2, ["serve: LINSHENG_SILENCE_S: a number is expected"])


async def test_every_wrong_setting_is_told_at_once(tmp_path: Path, serve: Serve) -> None:
    code, lines = await refused(
        serve, "--data", str(tmp_path), LINSHENG_SILENCE_S="bald", LINSHENG_COLOUR="rot"
    )
    assert code == 2
    assert sorted(lines) == [
        "serve: LINSHENG_COLOUR: no such setting",
        "serve: LINSHENG_SILENCE_S: a number is expected",
    ]
