"""V6 and V15: how soon a sentence is sound, alone and beside others, and how fast it is spoken."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import uvloop

from bench.goal import Extent, Result, percentile
from bench.voice.sentences import FILE, OF_25, han, sentences
from voice.espeak import EspeakSynthesiser
from voice.prompt_cache import PromptCache
from voice.synthesiser import FASTEST, SLOWEST, Speech, Synthesiser, SynthesiserError

ALONE_S, AMONG_S, CACHED_S = 0.05, 0.2, 0.002
AT_ONCE = 16
PACES_PER_S = (1.5, 2.0, 2.7, 3.1, 3.5)
PACE_ERROR = 0.1
NOT_HERE = "espeak-ng is not installed"


def v6(extent: Extent) -> Result:
    """Sentences of 25 characters, one at a time, sixteen at a time, and again from the cache; then
    a program that dies at every other sentence.
    """
    line = "p95 ≤ 50 ms alone, ≤ 200 ms at 16, ≤ 2 ms cached; a child that dies costs one sentence"
    if shutil.which("espeak-ng") is None:
        return Result("V6", line, {}, False, NOT_HERE)
    measured: Result = uvloop.run(_v6(extent, line))  # as the gateway runs
    return measured


async def _v6(extent: Extent, line: str) -> Result:
    speaker = await EspeakSynthesiser.start()
    count, used = extent.of(100, 5), _processor_s()
    alone = [await _timed(speaker.speak(OF_25)) for _ in range(count)]
    used = _processor_s() - used
    among: list[float] = []
    began, rounds = time.perf_counter(), extent.of(20, 1)
    for _ in range(rounds):
        among += await asyncio.gather(*(_timed(speaker.speak(OF_25)) for _ in range(AT_ONCE)))
    per_s = rounds * AT_ONCE / (time.perf_counter() - began)
    cache = PromptCache(speaker)
    await cache.speak(OF_25)
    cached = [await _timed(cache.speak(OF_25)) for _ in range(extent.of(1_000, 10))]
    told, spoken = await _with_deaths(extent.of(20, 4))
    measured: dict[str, float | int | str | None] = {
        "alone_p95_ms": percentile(alone, 95) * 1000,
        "processor_ms_per_sentence": used / count * 1000,
        "at_16_p95_ms": percentile(among, 95) * 1000,
        "sentences_per_s": per_s,
        "cached_p95_ms": percentile(cached, 95) * 1000,
        "deaths_told": told,
        "spoken_after_them": spoken,
    }
    fast = (
        percentile(alone, 95) <= ALONE_S
        and percentile(among, 95) <= AMONG_S
        and percentile(cached, 95) <= CACHED_S
    )
    return Result("V6", line, measured, told == spoken > 0, fast=fast)


async def _with_deaths(count: int) -> tuple[int, int]:
    """Sentences whose process was killed and told as such, and those spoken right after them."""
    told = spoken = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "espeak-ng"
        died = Path(folder) / "died"
        program.write_text(
            f'#!/bin/sh\nif [ -e {died} ]; then /bin/rm {died}; exec {shutil.which("espeak-ng")} "$@"'
            f"\nelse : > {died}; kill -9 $$; fi\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        speaker: Synthesiser = EspeakSynthesiser(str(program), "cmn-latn-pinyin")
        for _ in range(count):
            try:
                await speaker.speak(OF_25)
            except SynthesiserError:
                told += 1
            spoken += bool((await speaker.speak(OF_25)).pcm)
    return told, spoken


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
    speaker = await EspeakSynthesiser.start()
    texts = sentences()
    rates = []
    for pace in range(SLOWEST, FASTEST + 1):
        spoken = await asyncio.gather(*(speaker.speak(text, pace=pace) for text in texts))
        rates.append(sum(map(han, texts)) / sum(one.duration_s for one in spoken))
    measured: dict[str, float | int | str | None] = {"sentences": len(texts)}
    measured |= {
        f"pace_{pace}_per_s": round(rate, 3) for pace, rate in enumerate(rates, start=SLOWEST)
    }
    errors = [abs(rate / wanted - 1) for rate, wanted in zip(rates, PACES_PER_S, strict=True)]
    return Result("V15", line, measured, max(errors) <= PACE_ERROR)
