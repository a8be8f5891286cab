"""The supervised processes: started, watched, restarted when they crash, and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

READY_S = 90.0
STOP_S = 3.0
RESTART_S = (0.2, 1.0, 3.0, 10.0)
"Pauses before the restarts of a child that keeps crashing"
STEADY_S = 60.0
"A child that lived this long starts its pauses anew"

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """In the child: be terminated when the supervisor is gone, however it went."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process. `probe` is the address that answers 200 with `expect` in it when it is ready."""

    name: str
    command: list[str]
    environment: dict[str, str]
    probe: str
    expect: str = ""
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)


class Supervisor:
    """Runs the children until it is told to stop."""

    def __init__(self, root: Path, say: Callable[[str], None]) -> None:
        self._root = root
        self._say = say
        self._watchers: list[asyncio.Task[None]] = []
        self._children: list[Child] = []
        self._stopping = False

    async def start(self, children: list[Child]) -> None:
        """Start all at once and wait until each is ready.

        Raises RuntimeError naming the child that exited or was not ready within READY_S.
        """
        self._children = children
        async with aiohttp.ClientSession() as session:
            for child in children:
                await self._spawn(child)
            try:
                async with asyncio.TaskGroup() as group:
                    for child in children:
                        group.create_task(self._until_ready(session, child))
            except* RuntimeError as failed:
                raise failed.exceptions[0] from None
        self._watchers = [
            asyncio.create_task(self._watch(child), name=f"watch:{child.name}")
            for child in children
        ]

    async def _spawn(self, child: Child) -> None:
        child.process = await asyncio.create_subprocess_exec(
            *child.command,
            cwd=self._root,
            env=child.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    async def _until_ready(self, session: aiohttp.ClientSession, child: Child) -> None:
        started = time.monotonic()
        while time.monotonic() - started < READY_S:
            if child.process is not None and child.process.returncode is not None:
                raise RuntimeError(f"{child.name} could not start")
            if await _answers(session, child):
                self._say(f"{child.name} ready in {time.monotonic() - started:.1f} s")
                return
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{child.name} was not ready within {READY_S:.0f} s")

    async def _watch(self, child: Child) -> None:
        crashes = 0
        while True:
            assert child.process is not None  # noqa: S101 - set by _spawn
            lived_from = time.monotonic()
            code = await child.process.wait()
            if self._stopping:
                return
            crashes = 0 if time.monotonic() - lived_from > STEADY_S else crashes
            pause = RESTART_S[min(crashes, len(RESTART_S) - 1)]
            crashes += 1
            self._say(f"{child.name} ended with {code}; restarting in {pause} s")
            await asyncio.sleep(pause)
            await self._spawn(child)

    async def stop(self) -> None:
        """Ask every child to end, and make those end that do not within STOP_S."""
        self._stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        running = [
            child.process
            for child in self._children
            if child.process is not None and child.process.returncode is None
        ]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        if running:
            waits = [asyncio.create_task(process.wait()) for process in running]
            await asyncio.wait(waits, timeout=STOP_S)
        for process in running:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


async def _answers(session: aiohttp.ClientSession, child: Child) -> bool:
    try:
        async with session.get(child.probe, timeout=aiohttp.ClientTimeout(total=2)) as response:
            return response.status == 200 and child.expect in await response.text()
    except (TimeoutError, aiohttp.ClientError):
        return False
