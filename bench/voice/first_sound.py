"""V3: a real gateway, a box at its socket, espeak-ng: how soon an answer is heard after the words."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.goal import Extent, Result, percentile
from bench.voice.box import Box, settle
from bench.voice.pitches import RESIDENTS, voice_of, words_of
from bench.wechat.bot import Bot
from bench.wechat.gateway import Process, client
from community.config import Settings

MODULE = "bench.voice.gateway"
QUICK_S, SLOW_S = 0.02, 6.0
"That the bot takes"
P50_S, P95_S, FILLER_S, SILENCE_S = 0.4, 0.8, 1.7, 2.0
"A filler is due after 1.5 s and has to become sound"
AGAIN_S = 2.1
"A wake word that comes sooner after another is taken for the same"
SHOWN_S = 0.1
"Between a press and the first word"
SPOKEN, QUIET = "v0.7 s0.1", "s0.6"
SLOW, LATE = RESIDENTS - 1, "九十九单"
"Whose questions take long, and what their answers say"


@dataclass(frozen=True)
class Turn:
    """One question and its answer, in seconds."""

    sound_s: float
    "From where the utterance was taken to end to the first frame"
    wait_s: float
    "From the end of the voice"
    stopped_s: float
    "From an abort to the last frame after it"


@dataclass(frozen=True)
class Slow:
    """One question that took long."""

    filler_s: float
    silence_s: float
    "The longest without sound until the answer began"
    answered: bool


def v3(extent: Extent) -> Result:
    """Questions with a button held and without, and questions whose answers take six seconds."""
    line = "endpoint → sound p50 ≤ 400 ms, p95 ≤ 800 ms; filler ≤ 1.7 s, never silence > 2 s"
    if shutil.which("espeak-ng") is None:
        return Result("V3", line, {}, False, "espeak-ng is not installed")
    return asyncio.run(_measure(line, extent.of(40, 2), extent.of(10, 1), extent.of(3, 1)))


async def _measure(line: str, pressed: int, called: int, slow: int) -> Result:
    async with box_at_gateway() as box:
        first = await _held(box, 0)
        held = [await _held(box, number) for number in range(pressed)]
        free = [await _free(box, number) for number in range(called)]
        waits = [await _slow(box) for _ in range(slow)]
    every = [turn.sound_s for turn in (*held, *free)]
    fillers = [one.filler_s for one in waits]
    silence_s = max(one.silence_s for one in waits)
    measured: dict[str, float | int | str | None] = {"held": len(held), "hands_free": len(free)}
    measured["first_of_the_process_ms"] = first.sound_s * 1000
    measured |= _shown("held", [turn.sound_s for turn in held])
    measured |= _shown("free", [turn.sound_s for turn in free])
    measured |= {
        "voice_end_to_sound_p50_ms": percentile([turn.wait_s for turn in free], 50) * 1000,
        "abort_to_last_frame_max_ms": max(turn.stopped_s for turn in (*held, *free)) * 1000,
        "slow": len(waits),
        "filler_max_ms": max(fillers) * 1000,
        "longest_silence_ms": silence_s * 1000,
    }
    fast = percentile(every, 50) <= P50_S and percentile(every, 95) <= P95_S
    patient = max(fillers) <= FILLER_S and silence_s <= SILENCE_S
    return Result("V3", line, measured, all(w.answered for w in waits), fast=fast and patient)


def _shown(name: str, took_s: Sequence[float]) -> dict[str, float | int | str | None]:
    return {f"{name}_p{part}_ms": percentile(took_s, part) * 1000 for part in (50, 95)}


@asynccontextmanager
async def box_at_gateway() -> AsyncIterator[Box]:
    """The only box of a gateway that is a process of its own, beside a bot."""
    bot = Bot(lambda text: SLOW_S if text == words_of(SLOW) else QUICK_S, _answer)
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        async with bot.serving() as engine_url, client() as session:
            settings = Settings(data_dir=Path(folder), engine_url=engine_url)
            [name] = await settle(settings, 1)
            gateway = Process(settings, MODULE)
            await gateway.start(session)
            try:
                box = await Box.open(session, gateway.url, name)
                await box.until_told("hello")
                yield box
                await box.close()
            finally:
                await gateway.stop()


def _answer(text: str) -> list[str]:
    """25 Han characters, new each time, and nothing like the question: that would be an echo."""
    number = "".join(filter(str.isdecimal, text))
    return [f"好的，今天第{number}单，登记好了，师傅明天上午九点会到您府上。"]


async def _held(box: Box, number: int) -> Turn:
    await box.tell("start", held=True)
    await asyncio.sleep(SHOWN_S)
    await box.speak(voice_of(number % SLOW, SPOKEN))
    ended = await box.tell("stop")
    heard = await box.sound_after(ended)
    return Turn(heard - ended, heard - ended, await _stop(box))


async def _free(box: Box, number: int) -> Turn:
    """Called, welcomed, then spoken to: the session itself decides when the words are over."""
    await asyncio.sleep(AGAIN_S)
    began = await box.tell("start", held=False)
    await box.until_told("saying", since=began)
    await box.until_told("state", since=began, state="listening")
    await asyncio.sleep(0.3)
    await box.speak(voice_of(number % SLOW, SPOKEN))
    speaking = asyncio.get_running_loop().time()
    quiet = asyncio.create_task(_be_quiet(box, number % SLOW), name="box-quiet")
    try:
        ended = await box.until_told("heard", since=began, final=True)
        heard = await box.sound_after(ended)
    finally:
        quiet.cancel()
    return Turn(heard - ended, heard - speaking, await _stop(box))


async def _be_quiet(box: Box, number: int) -> None:
    while True:
        await box.speak(voice_of(number, QUIET))


async def _stop(box: Box) -> float:
    """Have enough of the answer."""
    await asyncio.sleep(0.3)
    aborted = await box.tell("abort")
    await box.until_told("hush", since=aborted)
    last = max((at for at, _ in box.sounds if at > aborted), default=aborted)
    return last - aborted


async def _slow(box: Box) -> Slow:
    await asyncio.sleep(AGAIN_S)
    await box.tell("start", held=True)
    await asyncio.sleep(SHOWN_S)
    await box.speak(voice_of(SLOW, SPOKEN))
    ended = await box.tell("stop")
    filler = await box.sound_after(ended)
    await box.until(lambda: LATE in "".join(box.texts("saying", since=ended)))
    answered = await box.sound_after(box.told[-1][0])
    silence_s, plays_until = 0.0, ended
    for at, lasts_s in box.sounds:
        if ended < at <= answered:
            silence_s = max(silence_s, at - plays_until)
            plays_until = max(at, plays_until) + lasts_s
    await _stop(box)
    return Slow(filler - ended, silence_s, answered=True)
