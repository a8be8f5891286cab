"""Ten thousand messages that are almost right: answered, or closed with a reason."""

import asyncio
import gc
import tracemalloc
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType

from connectors.voskws.connection import Connection, Limits
from tests.connectors.mutations import COUNT, mutated
from tests.connectors.speech import Ears

GOLDEN = [
    b'{"config":{"sample_rate":16000,"phrase_list":["\xe6\x8a\xa5\xe4\xbf\xae"],"words":1}}',
    b'{"config":{"max_alternatives":3}}',
    b'{"reset" : 1}',
    b'{"eof" : 1}',
    bytes(640),
]


@dataclass
class Frame:
    type: WSMsgType
    data: Any = None


class Socket:
    """The server's side of a socket, fed from a list; the client goes at its end."""

    def __init__(self, frames):
        self._frames = iter(frames)
        self.answers = 0
        self.closed_with = None

    async def receive(self):
        await asyncio.sleep(0)
        return next(self._frames, Frame(WSMsgType.CLOSED))

    async def send_str(self, answer):
        self.answers += 1

    async def close(self, *, code, message):
        self.closed_with = (int(code), message)


def frame(data, *, as_text):
    if as_text:
        return Frame(WSMsgType.TEXT, data.decode("utf-8", "replace"))
    return Frame(WSMsgType.BINARY, data)


async def play(frames):
    socket = Socket(frames)
    await Connection(socket, Ears(), Limits()).run()
    return socket


async def test_no_message_is_answered_by_an_exception(caplog):
    ends = set()
    inputs = mutated(GOLDEN, seed=5)
    for at in range(COUNT // 4):
        frames = [frame(next(inputs), as_text=(at + n) % 4 > 0) for n in range(4)]
        socket = await play(frames)
        ends.add(socket.closed_with)
        assert socket.answers <= 4
    assert {code for code, _ in ends} == {1000, 1008}
    assert all(reason for code, reason in ends if code != 1000)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_memory_stays_flat_however_long_somebody_speaks():
    async def after(count):
        silence = Frame(WSMsgType.BINARY, bytes(6400))
        frames = [frame(GOLDEN[0], as_text=True), *[silence] * count]
        await play(iter(frames))
        del frames
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    await after(100)
    tracemalloc.start()
    try:
        before = await after(100)
        assert await after(2_000) - before < 100_000
    finally:
        tracemalloc.stop()
