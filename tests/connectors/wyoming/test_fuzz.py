"""Ten thousand streams that are almost right: each ends with a reason, none in an exception."""

import asyncio
import gc
import tracemalloc

from connectors.wyoming.connection import Connection, Limits
from connectors.wyoming.framing import LINE_MAX_BYTES, Event, encode
from connectors.wyoming.services import Answered, Services
from tests.connectors.mutations import mutated
from tests.connectors.speech import Ears, Voice

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
GOLDEN = [
    encode(Event("describe")),
    encode(Event("ping", {"text": "x"})),
    encode(Event("transcribe", {"language": "zh", "transcript_terms": ["报修"]})),
    encode(Event("audio-start", FORMAT)),
    encode(Event("audio-chunk", FORMAT, b"\1\0" * 100)),
    encode(Event("audio-stop", {"timestamp": None})),
    encode(Event("transcript", {"text": "我要报修", "context": {"conversation_id": "1"}})),
    encode(Event("synthesize", {"text": "您好。", "voice": {"language": "zh"}})),
    encode(Event("synthesize-start", {"text_format": "ssml"})),
    encode(Event("synthesize-chunk", {"text": "您"})),
    encode(Event("synthesize-stop")),
]


class Writer:
    """Takes everything; keeps the last of it."""

    last = b""

    def write(self, data):
        self.last = data

    async def drain(self):
        return


async def handle(asked):
    assert len(asked.text) <= 10_000
    return Answered(asked.text)


async def play(data):
    reader, writer = asyncio.StreamReader(limit=LINE_MAX_BYTES), Writer()
    reader.feed_data(data)
    reader.feed_eof()
    services = Services(Ears(), Voice(rate_hz=8_000), handle)
    await Connection(reader, writer, services, Limits()).run()
    return writer.last


async def test_no_stream_ends_in_an_exception():
    told = set()
    for data in mutated([b"".join(GOLDEN), *GOLDEN], seed=4):
        last = await play(data)
        assert not last or last.startswith(b'{"type": "')
        told.add(last.partition(b"\n")[0][:20])
    assert b'{"type": "error", "v' in told


async def test_memory_stays_flat_over_many_streams():
    async def after(count):
        for _ in range(count):
            await play(b"".join(GOLDEN))
            await asyncio.sleep(0)  # the loop throws cancelled timers away
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = await after(50)
        assert await after(150) - before < 100_000
    finally:
        tracemalloc.stop()
