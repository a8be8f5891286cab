"""VH: how much speech the chosen model hears in a second of a processor, and whose words are whose."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from difflib import SequenceMatcher
from pathlib import Path

from bench.goal import Extent, Result, percentile
from bench.voice.sentences import FILE, sentences
from bench.voice.speaking import espeak
from community import config
from community.errors import ConfigError
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.engines import OpenRecogniser, open_recogniser
from voice.model_folder import problems
from voice.models import PACKAGED, chosen
from voice.resample import resampled

PROCESSOR_PER_SECOND = 0.2
STREAMS = 16
CHUNK_BYTES = RATE_HZ * WIDTH_BYTES // 10


def vh(extent: Extent) -> Result:
    """Sentences by espeak-ng, in streams of 100 ms chunks: one alone, then sixteen at once."""
    line = "≤ 0.2 s of a processor for a second of speech; 16 streams keep their own words"
    folder = _model()
    if folder is None or not FILE.exists() or shutil.which("espeak-ng") is None:
        return Result(
            "VH", line, {}, True, "no speech model is chosen, or no espeak-ng is installed"
        )
    return asyncio.run(_measure(extent, line, folder, folder.resolve().name))


def _model() -> Path | None:
    """The model of the settings, or that of the tests."""
    settings = config.load(config.with_file(os.environ, Path.cwd()))
    try:
        folder = chosen(settings.voice_model, settings.data_dir)
    except ConfigError:
        return None
    return folder or (None if problems(PACKAGED) else PACKAGED)


async def _measure(extent: Extent, line: str, folder: Path, name: str) -> Result:
    texts = sentences()[: extent.of(STREAMS, 4)]
    async with espeak() as speaker:
        spoken = [await speaker.speak(text) for text in texts]
    sounds = [resampled(one.pcm, one.rate_hz, RATE_HZ) for one in spoken]
    recogniser = await open_recogniser(folder)
    try:
        used = time.process_time()
        alone = [await _heard(recogniser, sound) for sound in sounds]
        used = time.process_time() - used
        began = time.perf_counter()
        among = await asyncio.gather(*(_heard(recogniser, sound) for sound in sounds))
        took = time.perf_counter() - began
    finally:
        recogniser.close()
    texts_alone, texts_among = [text for text, _ in alone], [text for text, _ in among]
    seconds = sum(map(len, sounds)) / (RATE_HZ * WIDTH_BYTES)
    ends_s = [end_s for _, end_s in alone]
    measured: dict[str, float | int | str | None] = {
        "model": name,
        "seconds_of_speech": seconds,
        "processor_s_per_second": used / seconds,
        "seconds_heard_per_second_at_16": seconds / took,
        "end_to_words_p95_ms": percentile(ends_s, 95) * 1000,
        "streams_with_words_of_another": _crossed(texts_alone, texts_among),
    }
    apart = measured["streams_with_words_of_another"] == 0
    return Result("VH", line, measured, apart, fast=used / seconds <= PROCESSOR_PER_SECOND)


def _crossed(alone: list[str], among: list[str]) -> int:
    """Streams that, among others, heard what is more like another's words than like their own.

    Not the same to the letter: features are dithered by chance, so that a word may differ.
    """

    def like(one: str, other: str) -> float:
        return SequenceMatcher(None, one, other).ratio()

    return sum(
        max(like(heard, other) for other in alone) > like(heard, alone[own])
        for own, heard in enumerate(among)
    )


async def _heard(recogniser: OpenRecogniser, sound: bytes) -> tuple[str, float]:
    """What one stream hears, and how long its last call took."""
    hearing = recogniser.listen()
    try:
        for at in range(0, len(sound), CHUNK_BYTES):
            await hearing.feed(sound[at : at + CHUNK_BYTES])
        began = time.perf_counter()
        heard = await hearing.finish()
        return heard.text, time.perf_counter() - began
    finally:
        await hearing.close()
