"""V6 and V15: how soon a sentence is sound, alone and beside others, and how fast it is spoken."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

from bench.goal import Extent, Result, percentile
from bench.voice.sentences import FILE, OF_25, OF_2000, han, sentences
from voice.espeak import EspeakSynthesiser
from voice.prompt_cache import PromptCache
from voice.synthesiser import FASTEST, SLOWEST, Speech, Synthesiser, SynthesiserError

ALONE_S, AMONG_S, CACHED_S = 0.05, 0.2, 0.002
AT_ONCE = 16
AWAITED_S = 10.0
PACES_PER_S = (1.5, 2.0, 2.7, 3.1, 3.5)
PACE_ERROR = 0.1
NOT_HERE = "espeak-ng is not installed"


def v6(extent: Extent) -> Result:
    """Sentences of 25 characters, one at a time, sixteen at a time, and again from the cache; then
    crashes while a sentence is spoken, and workers that are killed between two.
    """
    line = (
        "p95 ≤ 50 ms alone, ≤ 200 ms at 16, ≤ 2 ms cached; a crash costs one sentence, a kill none"
    )
    if shutil.which("espeak-ng") is None:
        return Result("V6", line, {}, False, NOT_HERE)
    measured: Result = uvloop.run(_v6(extent, line))  # as the gateway runs
    return measured


@asynccontextmanager
async def espeak() -> AsyncIterator[EspeakSynthesiser]:
    """espeak-ng with its first worker started."""
    speaker = EspeakSynthesiser()
    try:
        await speaker.start()
        yield speaker
    finally:
        await speaker.close()


async def _v6(extent: Extent, line: str) -> Result:
    count, used = extent.of(100, 5), _processor_s()
    async with espeak() as speaker:
        alone = [await _timed(speaker.speak(OF_25)) for _ in range(count)]
    used = _processor_s() - used
    rounds = extent.of(20, 1)
    async with espeak() as speaker:
        among, per_s = await _among(speaker, rounds)
        cache = PromptCache(speaker)
        await cache.speak(OF_25)
        cached = [await _timed(cache.speak(OF_25)) for _ in range(extent.of(1_000, 10))]
        deaths = extent.of(20, 4)
        told, spoken = await _with_crashes(speaker, deaths)
        unnoticed = await _with_kills(speaker, deaths)
    measured: dict[str, float | int | str | None] = {
        "alone_p95_ms": percentile(alone, 95) * 1000,
        "processor_ms_per_sentence": used / count * 1000,
        "at_16_p95_ms": percentile(among, 95) * 1000,
        "sentences_per_s": per_s,
        "cached_p95_ms": percentile(cached, 95) * 1000,
        "crashes_told": told,
        "spoken_after_them": spoken,
        "kills_unnoticed": unnoticed,
    }
    fast = (
        percentile(alone, 95) <= ALONE_S
        and percentile(among, 95) <= AMONG_S
        and percentile(cached, 95) <= CACHED_S
    )
    return Result("V6", line, measured, told == spoken == unnoticed == deaths, fast=fast)


async def _among(speaker: Synthesiser, rounds: int) -> tuple[list[float], float]:
    """How long each of AT_ONCE took beside the others, and sentences in a second."""
    took: list[float] = []
    began = time.perf_counter()
    for _ in range(rounds):
        took += await asyncio.gather(*(_timed(speaker.speak(OF_25)) for _ in range(AT_ONCE)))
    return took, rounds * AT_ONCE / (time.perf_counter() - began)


async def _with_crashes(speaker: Synthesiser, count: int) -> tuple[int, int]:
    """Sentences whose process crashed and told as such, and those spoken right after them."""
    told = spoken = 0
    for _ in range(count):
        await _until(lambda: not _copies())
        asked = asyncio.create_task(speaker.speak(OF_2000))
        await _until(_copies)
        for copy in _copies():
            os.kill(copy, signal.SIGSEGV)
        try:
            await asked
        except SynthesiserError:
            told += 1
        spoken += bool((await speaker.speak(OF_25)).pcm)
    return told, spoken


async def _with_kills(speaker: Synthesiser, count: int) -> int:
    """Sentences that were spoken although every worker had been killed just before."""
    spoken = 0
    for _ in range(count):
        for worker in _children(os.getpid()):
            os.kill(worker, signal.SIGKILL)
        spoken += bool((await speaker.speak(OF_25)).pcm)
    return spoken


def _copies() -> list[int]:
    """What the workers speak by at this moment."""
    return [copy for worker in _children(os.getpid()) for copy in _children(worker)]


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(AWAITED_S):
        while not holds():  # noqa: ASYNC110 - what is waited for knows nothing of it
            await asyncio.sleep(0.001)


def _children(parent: int) -> list[int]:
    try:
        return [
            int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        ]
    except FileNotFoundError:
        return []


def _processor_s() -> float:
    """Of this process and of its children that have ended."""
    return sum(os.times()[:4])


async def _timed(speaking: Awaitable[Speech]) -> float:
    began = time.perf_counter()
    await speaking
    return time.perf_counter() - began


def v15(extent: Extent) -> Result:
    """Every pace over the sentences of the tests, pauses inside them included."""
    line = "each of 5 paces within ±10 % of 1.5, 2.0, 2.7, 3.1, 3.5 Han characters a second"
    if not FILE.exists() or shutil.which("espeak-ng") is None:
        return Result("V15", line, {}, False, "no sentences, or " + NOT_HERE)
    return asyncio.run(_v15(line))


async def _v15(line: str) -> Result:
    texts = sentences()
    rates = []
    async with espeak() as speaker:
        for pace in range(SLOWEST, FASTEST + 1):
            spoken = await asyncio.gather(*(speaker.speak(text, pace=pace) for text in texts))
            rates.append(sum(map(han, texts)) / sum(one.duration_s for one in spoken))
    measured: dict[str, float | int | str | None] = {"sentences": len(texts)}
    measured |= {
        f"pace_{pace}_per_s": round(rate, 3) for pace, rate in enumerate(rates, start=SLOWEST)
    }
    errors = [abs(rate / wanted - 1) for rate, wanted in zip(rates, PACES_PER_S, strict=True)]
    return Result("V15", line, measured, max(errors) <= PACE_ERROR)
