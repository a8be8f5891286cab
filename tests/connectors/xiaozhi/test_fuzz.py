"""Ten thousand messages that are almost right: nothing is raised, nothing grows, and who sends no
sound at all is closed with a reason.
"""

import asyncio
import tracemalloc
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType

from connectors.xiaozhi.connection import Connection, Watch
from connectors.xiaozhi.frames import pack
from connectors.xiaozhi.scripted import ScriptedSession
from tests.connectors.mutations import COUNT, mutated
from voice.opus import OpusEncoder

HELLO = (
    b'{"type":"hello","version":2,"features":{"mcp":true},"transport":"websocket",'
    b'"audio_params":{"format":"opus","sample_rate":16000,"channels":1,"frame_duration":60}}'
)
TEXTS = [
    HELLO,
    b'{"session_id":"s","type":"listen","state":"start","mode":"realtime"}',
    b'{"session_id":"s","type":"listen","state":"stop"}',
    b'{"session_id":"s","type":"listen","state":"detect","text":"\xe4\xbd\xa0\xe5\xa5\xbd"}',
    b'{"session_id":"s","type":"abort","reason":"wake_word_detected"}',
    b'{"session_id":"s","type":"mcp","payload":{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}}',
    b'{"session_id":"s","type":"mcp","payload":{"jsonrpc":"2.0","id":1,"method":"x"}}',
    b'{"type":"iot","states":[]}',
    b'{"type":"ping"}',
]
SOUNDS = [pack(2, OpusEncoder(16_000).encode(b"\1\0" * 960), 60), pack(3, b"\xff\xfe", 0)]


@dataclass
class Frame:
    type: WSMsgType
    data: Any


class Socket:
    """The gateway's side of a socket, fed from a list; ends with it, or when it is closed."""

    def __init__(self, frames):
        self._frames = iter(frames)
        self.closed_with = None
        self.sent = 0
        self.read = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0)
        frame = None if self.closed_with else next(self._frames, None)
        if frame is None:
            raise StopAsyncIteration
        self.read += 1
        return frame

    async def send_str(self, message):
        self.sent += 1

    send_bytes = send_str

    async def close(self, *, code, message):
        self.closed_with = self.closed_with or (int(code), message)


class Quiet(ScriptedSession):
    """Keeps nothing of what it is told."""

    async def hear(self, pcm):
        assert len(pcm) % 2 == 0
        assert len(pcm) <= 2 * 16 * 121

    async def hear_text(self, text):
        text.encode()
        assert len(text) <= 10_000


async def open_session(door, device_id):
    return Quiet(door)


async def never(seconds):
    await asyncio.Event().wait()


async def play(frames):
    socket = Socket(frames)
    connection = Connection(socket, "02:00:00:aa:bb:cc", 2, open_session, Watch(lambda: 0.0, never))
    await connection.run()
    return socket


def text(data):
    return Frame(WSMsgType.TEXT, data.decode("utf-8", "replace"))


async def test_no_message_ends_the_door_but_by_a_close(caplog):
    frames = [text(HELLO)]
    for at, data in enumerate(mutated([*TEXTS, *SOUNDS], seed=1)):
        frames.append(text(data) if at % 3 else Frame(WSMsgType.BINARY, data))
        if at % 20 == 0:
            frames.append(Frame(WSMsgType.BINARY, SOUNDS[0]))
    socket = await play(frames)
    assert socket.read == len(frames)
    assert socket.closed_with == (1000, b"the session is over")
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []


async def test_each_broken_hello_is_answered_or_closed_with_a_reason(caplog):
    reasons = set()
    for data in mutated([HELLO], seed=2, count=COUNT // 10):
        socket = await play([text(data)])
        reasons.add(socket.closed_with)
    assert {code for code, _ in reasons} <= {1000, 1002}
    assert all(reason for _, reason in reasons)
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []


async def test_sound_that_is_none_is_given_up(caplog):
    frames = [text(HELLO)] + [
        Frame(WSMsgType.BINARY, data[:10]) for data in mutated(SOUNDS, seed=3)
    ]
    socket = await play(frames)
    assert socket.closed_with == (1007, b"no sound in it")
    assert socket.read == 51


async def test_memory_stays_flat_however_much_is_said():
    said = [Frame(WSMsgType.BINARY, SOUNDS[0]), text(TEXTS[1]), text(TEXTS[6])]
    await play([text(HELLO), *said * 50])
    tracemalloc.start()
    try:
        frames = (said[at % 3] if at else text(HELLO) for at in range(2_000))
        before = tracemalloc.get_traced_memory()[0]
        await play(frames)
        assert tracemalloc.get_traced_memory()[0] - before < 200_000
    finally:
        tracemalloc.stop()
