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
import pytest_asyncio

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

    async def bind(self, user: str, code: str) -> None:
        """Link a user's conversation to a household."""
        await self._post("bindings", {"user": user, "code": code})

    async def say(self, user: str, message_id: str, text: str) -> dict[str, object]:
        """Send a message and wait for its answer."""
        body = {"user": user, "message_id": message_id, "text": text}
        return await self._post("messages", body)

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.credentials['api_token']}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.chat}api/v1/{path}", json=body, headers=headers) as response,
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    if not model.path_of(ROOT).exists():
        pytest.skip("no model of the present inputs: run scripts/train")
    data_dir = tmp_path_factory.mktemp("data")
    process = await start("--port", "0", "--desk-port", "0", "--data", str(data_dir))
    assert process.stdout is not None
    assert process.stderr is not None
    errors = asyncio.create_task(drain(process.stderr))
    line = (await asyncio.wait_for(process.stdout.readline(), READY_S)).decode()
    found = re.fullmatch(r"ready: web chat (\S+) desk (\S+)\n", line)
    assert found, line
    credentials = json.loads((data_dir / "demo-credentials.json").read_text("utf-8"))
    yield Served(process, data_dir, found[1], found[2], credentials)
    if process.returncode is None:
        process.terminate()
        await process.wait()
    await errors
