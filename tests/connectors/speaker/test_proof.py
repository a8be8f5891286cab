"""Proof: what a device shows when it answers a ping, and what its silence does not."""

from __future__ import annotations

import asyncio

import pytest

from connectors.spoken.proof import Proof


class Line:
    def __init__(self) -> None:
        self.pings: list[bytes] = []
        self.proof = Proof(self._ping)

    async def _ping(self, data: bytes) -> None:
        self.pings.append(data)

    async def ask(self, times: int) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self.proof.there()) for _ in range(times)]
        await asyncio.sleep(0)
        return tasks


async def done(tasks: list[asyncio.Task[None]]) -> list[bool]:
    await asyncio.sleep(0)
    found = [task.done() for task in tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def test_answer_proves_what_was_sent_before_its_ping_and_nothing_later() -> None:
    line = Line()
    tasks = await line.ask(3)
    assert line.pings == [b"1", b"2", b"3"]
    line.proof.pong(b"2")
    assert await done(tasks) == [True, True, False]


@pytest.mark.parametrize("data", [b"", b"x", b"-1", b"9" * 40, "²".encode()])
async def test_answer_to_no_ping_of_ours_proves_nothing(data: bytes) -> None:
    line = Line()
    tasks = await line.ask(1)
    line.proof.pong(data)
    assert await done(tasks) == [False]


async def test_report_of_the_device_proves_all() -> None:
    line = Line()
    tasks = await line.ask(2)
    line.proof.report()
    assert await done(tasks) == [True, True]


async def test_line_that_is_closed_says_so() -> None:
    async def closed(data: bytes) -> None:
        raise ConnectionError("closed")

    with pytest.raises(ConnectionError):
        await Proof(closed).there()
