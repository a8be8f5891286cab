"""The small project as a value, its servers, and a scripted action server."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.utils.endpoints import EndpointConfig

ROOT = Path(__file__).parents[2]
PROJECT = Path(__file__).parent / "project"
ACTION_PYTHON = ROOT / ".venv" / "bin" / "python"
START_S, LONGEST_RUN_S = 180.0, 400.0


@dataclass(frozen=True)
class Project:
    """A copy of the small project, with a trained model."""

    folder: Path
    model: Path

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the engine's Python in the project, with the repository's packages at hand."""
        environment = project_environment(self.folder) | options.pop("env", {})
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment,
            text=True,
            capture_output=True,
            timeout=LONGEST_RUN_S,
            **options,
        )
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-4000:]
        return ended


@dataclass(frozen=True)
class Server:
    """A running engine with a running action server."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path

    def say(self, sender: str, message: str, **more: Any) -> tuple[int, Any]:
        """Status and JSON of a turn."""
        body = {"sender": sender, "message": message, **more}
        return self.call("POST", "/webhooks/rest/webhook", body)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of any request."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def written(self) -> str:
        """Everything the engine has written to its terminal."""
        return self.output.read_text()


class ScriptedActions(EndpointConfig):
    """An action server in this process: answers by action name, and notes what it was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__("http://127.0.0.1/")
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    async def request(self, *values: Any, json: dict[str, Any], **options: Any) -> Any:
        self.asked.append(json)
        answer = self.answers[json["next_action"]]
        if isinstance(answer, Exception):
            raise answer
        return answer(json["tracker"]) if callable(answer) else answer


def project_environment(folder: Path) -> dict[str, str]:
    """No telemetry, the repository's packages, and databases that stay in the project."""
    return {
        **os.environ,
        "ACTION_URL": "http://127.0.0.1:9/webhook",
        "LINSHENG_ENGINE_DB": str(folder / "engine.db"),
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
    }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def await_answer(url: str) -> None:
    """Wait until `url` answers 200."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def run(coroutine: Any) -> Any:
    """Run a coroutine to its end."""
    return asyncio.run(coroutine)
