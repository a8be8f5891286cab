"""G11: what residents speak: every format of WeChat's to 16 kHz PCM, in time; what is none, kindly."""

from __future__ import annotations

import asyncio
import random
import time

from bench.goal import Extent, Result, percentile
from bench.script import ROOT
from community.errors import BadInput
from voice.decoder import Decoder

SAMPLES = ROOT / "tests/voice/samples"
SPEECH_S, MINUTE_S = 2.5, 60.0
NAMES = (
    "narrow.amr", "wide.amr", "wechat.silk", "plain.silk", "speex.ogg", "frames.speex", "opus.ogg",
    "speech.mp3",
)  # fmt: skip
P95_S, DURATION_ERROR = 0.3, 0.01


def g11(extent: Extent) -> Result:
    """All samples are decoded, a minute's clip within 300 ms at p95; garbage is a typed error."""
    line = "all formats, duration error < 1 %, p95 ≤ 300 ms for 60 s, garbage refused"
    if not SAMPLES.is_dir():
        return Result("G11", line, {}, False, "the samples of the tests are not here")
    return asyncio.run(_measure(extent, line))


async def _measure(extent: Extent, line: str) -> Result:
    decoder = Decoder()
    try:
        reference = (await decoder.decode((SAMPLES / "speech.wav").read_bytes())).duration_s
        errors = {}
        for name in NAMES:
            clip = await decoder.decode((SAMPLES / name).read_bytes())
            errors[name] = abs(clip.duration_s - reference) / reference
        took_s = [await _timed(decoder) for _ in range(extent.of(40, 5))]
        refused = await _garbage(decoder, extent.of(500, 20))
    finally:
        await decoder.close()
    measured: dict[str, float | int | str | None] = {
        "formats": len(errors),
        "worst_duration_error_percent": max(errors.values()) * 100,
        "minute_p50_ms": percentile(took_s, 50) * 1000,
        "minute_p95_ms": percentile(took_s, 95) * 1000,
        "garbage_refused_or_decoded": refused,
    }
    in_time = percentile(took_s, 95) <= P95_S
    return Result("G11", line, measured, max(errors.values()) < DURATION_ERROR, fast=in_time)


async def _timed(decoder: Decoder) -> float:
    data = (SAMPLES / "minute.amr").read_bytes()
    began = time.perf_counter()
    await decoder.decode(data)
    return time.perf_counter() - began


async def _garbage(decoder: Decoder, count: int) -> int:
    """How many broken clips led to a typed error or to sound; any other exception is raised."""
    dice = random.Random(11)  # noqa: S311 - repeatable
    good = [(SAMPLES / name).read_bytes() for name in NAMES]
    for _ in range(count):
        broken = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 30)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            await decoder.decode(bytes(broken[: dice.randint(1, len(broken))]))
        except BadInput:
            continue
    return count
