"""V11: a hundred boxes at once at a real gateway, then a thousand visits one after the other."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

import aiohttp

from bench import processes
from bench.goal import Extent, Result
from bench.voice.box import Box, settle
from bench.voice.first_sound import MODULE
from bench.voice.gateway import LOOP
from bench.voice.pitches import RESIDENTS, said_of, voice_of
from bench.wechat.bot import Bot
from bench.wechat.gateway import Process, client
from community.config import Settings

LATE_MS = 50.0
GROWN_MB = 30.0
"Over all visits after the first hundred: caches that fill are no leak"
AT_ONCE = 20
"Visits of the thousand"
SPOKEN = "s0.1 v0.8 s0.1"
WITHIN_S = 90.0
MB = 1024 * 1024


def v11(extent: Extent) -> Result:
    """Each box speaks in a voice of its own, and must be answered what was said in that voice."""
    line = "100 sessions: no words of another's; loop late ≤ 50 ms (p95); 1,000 visits: memory flat"
    if shutil.which("espeak-ng") is None:
        return Result("V11", line, {}, False, "espeak-ng is not installed")
    return asyncio.run(_measure(line, extent.of(RESIDENTS, 5), extent.of(1_000, 20)))


async def _measure(line: str, boxes: int, visits: int) -> Result:
    bot = Bot(bubbles=lambda text: [f"好的，{text}，记下了。"])
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        async with bot.serving() as engine_url, client() as session:
            settings = Settings(data_dir=Path(folder), engine_url=engine_url)
            names = await settle(settings, boxes)
            gateway = Process(settings, MODULE)
            await gateway.start(session)
            try:
                heard = await _together(session, gateway.url, names)
                late = await _loop(session, gateway.url)
                asked = {(one.conversation_id, one.text) for one in bot.asked}
                first_mb = await _visit(session, gateway, names, min(100, visits))
                last_mb = await _visit(session, gateway, names, visits)
            finally:
                await gateway.stop()
    strange = sum(any(said_of(number) not in text for text in texts) for number, texts in heard)
    unanswered = sum(not texts for _, texts in heard)
    grown_mb = last_mb - first_mb
    mixed = len(asked) - len({conversation for conversation, _ in asked})
    measured: dict[str, float | int | str | None] = {
        "at_once": boxes,
        "answered": boxes - unanswered,
        "with_words_of_another": strange,
        "conversations_with_two_voices": mixed,
        "loop_late_p95_ms": late,
        "visits": visits,
        "memory_mb": last_mb,
        "grown_mb": grown_mb,
    }
    right = unanswered == strange == mixed == 0 and grown_mb <= GROWN_MB
    return Result("V11", line, measured, right, fast=late <= LATE_MS)


async def _together(
    session: aiohttp.ClientSession, url: str, names: list[str]
) -> list[tuple[int, list[str]]]:
    """All speak at the same time; what each box said in answer, but for the word in between."""
    boxes = [await Box.open(session, url, name) for name in names]
    await _loop(session, url)

    async def talk(number: int, box: Box) -> tuple[int, list[str]]:
        await box.tell("start", held=True)
        await box.speak(voice_of(number, SPOKEN))
        ended = await box.tell("stop")
        try:
            await box.until(lambda: any("记下了" in one for one in box.texts("saying")), WITHIN_S)
            await box.sound_after(ended)
        except TimeoutError:
            return number, []
        return number, [one for one in box.texts("saying", since=ended) if "住户" in one]

    heard = await asyncio.gather(*(talk(number, box) for number, box in enumerate(boxes)))
    await asyncio.gather(*(box.close() for box in boxes))
    return heard


async def _visit(
    session: aiohttp.ClientSession, gateway: Process, names: list[str], visits: int
) -> float:
    """So many short visits; the gateway's resident memory after them, in MB."""

    async def visit(name: str) -> None:
        box = await Box.open(session, gateway.url, name)
        await box.until_told("hello")
        await box.tell("start", held=True)
        await box.speak(voice_of(0, "v0.3"), pace=10)
        await box.tell("abort")
        await box.close()

    for begin in range(0, visits, AT_ONCE):
        some = [names[number % len(names)] for number in range(begin, begin + AT_ONCE)]
        await asyncio.gather(*(visit(name) for name in dict.fromkeys(some)))
    return processes.rss_bytes([gateway.pid]) / MB


async def _loop(session: aiohttp.ClientSession, url: str) -> float:
    """How late the gateway's loop was since it was asked last: p95 in milliseconds."""
    async with session.get(url + LOOP) as response:
        return float((await response.json())["p95_ms"])
