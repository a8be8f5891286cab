"""V13: what is almost right, at the doors of a real gateway: its socket for boxes, Wyoming, vosk."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import aiohttp

from bench import processes
from bench.goal import Extent, Result
from bench.voice.box import SECRET, Box, settle
from bench.voice.first_sound import MODULE
from bench.wechat.bot import Bot
from bench.wechat.gateway import Process, client
from community.config import Settings
from connectors.wyoming.framing import Event, encode
from launch.checks import free_port

NASTY = (
    b"\x00", b"\xff", b"{", b"}", b"[", b'"', b"\\", b"\n", b"-1", b"1e999", b"9" * 400, b"null",
    b"NaN", b"\\ud800", b"\xed\xa0\x80", b"[" * 5000, "零".encode(),
)  # fmt: skip
FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
BOX = [
    b'{"type":"start","held":true}', b'{"type":"start","held":false}', b'{"type":"stop"}',
    b'{"type":"abort"}', b'{"type":"say","id":"1","text":"\xe5\x9c\xa8\xe5\x90\x97"}', bytes(1920),
]  # fmt: skip
WYOMING = [
    encode(Event("describe")), encode(Event("ping", {"text": "x"})),
    encode(Event("transcribe", {"language": "zh"})), encode(Event("audio-start", FORMAT)),
    encode(Event("audio-chunk", FORMAT, b"\1\0" * 100)), encode(Event("audio-stop")),
    encode(Event("transcript", {"text": "我要报修"})), encode(Event("synthesize-stop")),
]  # fmt: skip
VOSK = [
    b'{"config":{"sample_rate":16000,"phrase_list":["\xe6\x8a\xa5\xe4\xbf\xae"],"words":1}}',
    b'{"config":{"max_alternatives":3}}', b'{"reset" : 1}', b'{"eof" : 1}', bytes(640),
]  # fmt: skip
EACH = 4
"Broken inputs on one connection: who is closed at the first hears no others"
ANSWER_S = 20.0
GROWN_MB = 60.0
MB = 1024 * 1024
FAULT = "Traceback"

Ends = Counter[str]


def v13(extent: Extent) -> Result:
    """Golden inputs with bytes changed, cut, doubled and joined; then each door is used as usual."""
    line = "10,000 broken inputs a protocol: nothing uncaught, memory bounded, all doors open after"
    return asyncio.run(_measure(line, extent.of(10_000, 100)))


async def _measure(line: str, count: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        async with Bot().serving() as engine_url, client() as session:
            settings = Settings(data_dir=Path(folder), engine_url=engine_url)
            [name] = await settle(settings, 1)
            settings = replace(settings, wyoming_port=free_port(), vosk_port=free_port())
            gateway = Process(settings, MODULE)
            await gateway.start(session)
            try:
                doors = _doors(session, gateway.url, name, settings)
                before = processes.rss_bytes([gateway.pid])
                ends = {
                    door: await _batter(play, golden, count)
                    for door, (play, golden) in doors.items()
                }
                grown_mb = (processes.rss_bytes([gateway.pid]) - before) / MB
                works = await _works(session, gateway.url, name)
            finally:
                await gateway.stop()
            log = (Path(folder) / "gateway.log").read_text(encoding="utf-8", errors="replace")
    hung = sum(found["hung"] for found in ends.values())
    measured: dict[str, float | int | str | None] = {
        f"{door}_{end}": times for door, found in ends.items() for end, times in found.items()
    }
    measured |= {
        "inputs": count * len(ends), "uncaught": log.count(FAULT), "grown_mb": grown_mb,
        "works_after": str(works),
    }  # fmt: skip
    right = hung == log.count(FAULT) == 0 and grown_mb <= GROWN_MB and works
    return Result("V13", line, measured, right)


Play = Callable[[Sequence[bytes]], Awaitable[str]]


def _doors(
    session: aiohttp.ClientSession, url: str, name: str, settings: Settings
) -> dict[str, tuple[Play, list[bytes]]]:
    """By protocol: how inputs are played to it, and what right ones are."""
    shown = {"Authorization": f"Bearer {SECRET}"}
    box = f"{url}/speaker/v1/socket?device={name}"
    vosk = f"ws://127.0.0.1:{settings.vosk_port}"

    async def to_wyoming(inputs: Sequence[bytes]) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.wyoming_port)
        with suppress(ConnectionError):
            writer.write(b"".join(inputs))
            writer.write_eof()
        try:
            return await _closed(reader)
        finally:
            writer.close()

    async def to_box(inputs: Sequence[bytes]) -> str:
        async with session.ws_connect(box, headers=shown) as socket:
            return await _play(socket, inputs)

    async def to_vosk(inputs: Sequence[bytes]) -> str:
        async with session.ws_connect(vosk) as socket:
            return await _play(socket, inputs)

    return {"box": (to_box, BOX), "wyoming": (to_wyoming, WYOMING), "vosk": (to_vosk, VOSK)}


async def _closed(reader: asyncio.StreamReader) -> str:
    """How a stream ended that the other side had to end."""
    try:
        async with asyncio.timeout(ANSWER_S):
            while await reader.read(65_536):
                pass
    except TimeoutError:
        return "hung"
    except ConnectionError:
        return "reset"
    return "closed"


async def _play(socket: aiohttp.ClientWebSocketResponse, inputs: Sequence[bytes]) -> str:
    """Send frames; how the other side took them."""
    for number, data in enumerate(inputs):
        try:
            if number % 3:
                await socket.send_str(data.decode("utf-8", "replace"))
            else:
                await socket.send_bytes(data)
        except ConnectionError:
            break
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            await socket.close()
            return "closed" if socket.close_code == 1000 else f"closed_{socket.close_code}"
    return "hung"


async def _batter(play: Play, golden: Sequence[bytes], count: int) -> Ends:
    inputs = _broken(golden, count)
    ends: Ends = Counter()
    while some := [data for _, data in zip(range(EACH), inputs, strict=False)]:
        ends[await play(some)] += 1
    return ends


def _broken(golden: Sequence[bytes], count: int) -> Iterator[bytes]:
    """The same every time."""
    chance = random.Random(13)  # noqa: S311 - nothing is kept secret
    for _ in range(count):
        data = bytearray(chance.choice(golden))
        for _ in range(chance.choice((1, 1, 2, 5))):
            at, length = chance.randrange(len(data) + 1), chance.randrange(1, 9)
            match chance.randrange(5):
                case 0:
                    del data[at : at + length]
                case 1:
                    data[at:at] = chance.choice(NASTY)
                case 2:
                    data[at : at + length] = chance.randbytes(length)
                case 3:
                    data[at:at] = data[at : at + length]
                case _:
                    data += chance.choice(golden)
        yield bytes(data)


async def _works(session: aiohttp.ClientSession, url: str, name: str) -> bool:
    """Whether a box is still answered."""
    box = await Box.open(session, url, name)
    await box.until_told("hello")
    await box.tell("say", id="last", text="还在吗")
    try:
        await box.until_told("stored", id="last")
    except (TimeoutError, ConnectionError):
        return False
    finally:
        await box.close()
    return True
