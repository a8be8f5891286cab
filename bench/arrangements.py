"""The three arrangements that are compared, each as its processes and the door one speaks to.

    stock        Rasa as documented for Chinese (bench/stock), `rasa run`, rasa-sdk's own server
    ours_engine  our engine and our action server, started as `scripts/serve` starts them
    ours_whole   `scripts/serve`: gateway, desk, engine, action server and what supervises them

All have the same domain, rules, training data, actions and database.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bench import client, script
from bench.client import Target
from bench.errors import BenchError
from bench.script import ROOT
from bench.site import Site
from bench.training import STOCK, tail
from launch import checks, model, processes

START_WITHIN_S = 300.0
END_WITHIN_S = 10.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Parts:
    """What an arrangement consists of."""

    target: Target
    commands: list[tuple[list[str], dict[str, str]]]
    "Command line and environment of each process that is started"


Arrangement = Callable[[Site], Parts]


def ours_engine() -> Arrangement:
    """Engine and action server of the project's model."""
    trained = model.path_of(ROOT)

    def parts(site: Site) -> Parts:
        action_port, engine_port = checks.free_port(), checks.free_port()
        settings = replace(site.settings, action_url=f"http://127.0.0.1:{action_port}/webhook")
        children = (
            processes.action_server(settings, action_port),
            processes.engine(ROOT, settings, trained, engine_port),
        )
        return Parts(
            Target("rest", f"http://127.0.0.1:{engine_port}"),
            [(child.command, child.environment) for child in children],
        )

    return parts


def ours_whole() -> Arrangement:
    """Everything, by its one command."""

    def parts(site: Site) -> Parts:
        port = checks.free_port()
        command = [
            str(ROOT / "scripts/serve"), "--data", str(site.settings.data_dir), "--empty",
            "--port", str(port), "--desk-port", "0",
        ]  # fmt: skip
        return Parts(
            Target("api", f"http://127.0.0.1:{port}", site.token), [(command, {**os.environ})]
        )

    return parts


def stock(trained: Path) -> Arrangement:
    """Rasa and rasa-sdk by their own commands, with nothing of ours but the actions."""

    def parts(site: Site) -> Parts:
        action_port, engine_port = checks.free_port(), checks.free_port()
        settings = replace(site.settings, action_url=f"http://127.0.0.1:{action_port}/webhook")
        endpoints = str(STOCK / "endpoints.yml")
        actions = [
            sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(action_port),
            "--endpoints", endpoints,
        ]  # fmt: skip
        engine = [
            str(ROOT / "engine/.venv/bin/rasa"), "run", "--model", str(trained),
            "--interface", "127.0.0.1", "--port", str(engine_port), "--endpoints", endpoints,
            "--credentials", str(STOCK / "credentials.yml"),
        ]  # fmt: skip
        environment = processes.environment_of(settings) | {"SANIC_HOST": "127.0.0.1"}
        where_actions_are = {"LINSHENG_ACTION_URL": settings.action_url}
        return Parts(
            Target("rest", f"http://127.0.0.1:{engine_port}"),
            [(actions, environment), (engine, model.quiet_environment() | where_actions_are)],
        )

    return parts


@dataclass(frozen=True)
class Running:
    """An arrangement that answers."""

    target: Target
    pids: list[int]
    "Of the processes that were started; more descend from them"
    start_s: float
    "From the command to the first answered message"


@contextlib.contextmanager
def running(parts: Parts, site: Site) -> Iterator[Running]:
    """Start all at once, wait for an answer, and end all. Raises BenchError with what was logged."""
    logs = [site.settings.data_dir / f"process-{n}.log" for n in range(len(parts.commands))]
    started_at = time.perf_counter()
    children = [
        _start(command, environment, log)
        for (command, environment), log in zip(parts.commands, logs, strict=True)
    ]
    try:
        asyncio.run(_until_answered(parts.target, site, children, logs))
        start_s = time.perf_counter() - started_at
        yield Running(parts.target, [child.pid for child in children], start_s)
    finally:
        _end(children)


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def _until_answered(
    target: Target, site: Site, children: list[subprocess.Popen[bytes]], logs: list[Path]
) -> None:
    """Say the first sentence, each time in a new conversation, until it is answered as it should be."""
    turn, deadline = script.first(), time.monotonic() + START_WITHIN_S
    async with client.session() as session:
        for n in range(sys.maxsize):
            for child, log in zip(children, logs, strict=True):
                if child.poll() is not None:
                    raise BenchError(f"{child.args!r} ended at its start:\n{tail(log)}")
            conversation = site.first_words[n % len(site.first_words)]
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, BenchError):
                if await target.is_ready(session) and turn.is_answered_by(
                    await target.say(session, conversation, turn.text, f"first:{n}")
                ):
                    return
            if time.monotonic() > deadline:
                raise BenchError("no answer in time:\n" + "\n".join(tail(log) for log in logs))
            await asyncio.sleep(LOOK_EVERY_S)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(END_WITHIN_S)
