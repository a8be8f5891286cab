"""A running `scripts/serve` for the tests of the whole."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from launch import model

ROOT = Path(__file__).resolve().parents[2]
READY_S = 90


@dataclass
class Served:
    """A running `scripts/serve`."""

    process: asyncio.subprocess.Process
    data_dir: Path
    chat: str
    desk: str
    credentials: dict[str, object]

    async def say(self, user: str, message_id: str, text: str) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.credentials['api_token']}"}
        body = {"user": user, "message_id": message_id, "text": text}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.chat}api/v1/messages", json=body, headers=headers) as response,
        ):
            assert response.status == 200, await response.text()
            answered: dict[str, object] = await response.json()
            return answered


async def start(*options: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        str(ROOT / ".venv/bin/python"), "-m", "launch", *options,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def serve() -> Callable[..., Awaitable[asyncio.subprocess.Process]]:
    """Start `scripts/serve` without its set-up."""
    return start


async def drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    if not model.path_of(ROOT).exists():
        pytest.skip("no model of the present inputs: run scripts/train")
    process = await start("--port", "0", "--desk-port", "0", "--data", str(tmp_path))
    assert process.stdout is not None
    assert process.stderr is not None
    errors = asyncio.create_task(drain(process.stderr))
    line = (await asyncio.wait_for(process.stdout.readline(), READY_S)).decode()
    found = re.fullmatch(r"ready: web chat (\S+) desk (\S+)\n", line)
    assert found, line
    credentials = json.loads((tmp_path / "demo-credentials.json").read_text("utf-8"))
    yield Served(process, tmp_path, found[1], found[2], credentials)
    if process.returncode is None:
        process.terminate()
        await process.wait()
    await errors
