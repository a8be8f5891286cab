"""V1 and V2: sessions on a virtual clock hear elders who pause, and answers of one syllable."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.goal import Extent, Result
from voice.room import room
from voice.talk import Habits
from voice.trace import parts, voice_ends

LONGEST_PAUSE_S = 2.0
USUAL_S, SENIOR_S = 1.0, 1.5
AWAKE_S = 3.0
"The word of welcome is over"
SENTENCES = [
    ("我家", "厨房", "水管", "漏水了"), ("阿姨", "想问一下", "物业费", "怎么交"),
    ("那个", "楼道灯", "坏了", "好几天"), ("孙子", "明天", "来看我", "车停哪里"),
    ("我", "血压药", "快吃完了"), ("隔壁", "装修", "太吵了", "能不能管管"),
]  # fmt: skip
SHORT = ("停", "好", "不", "对", "是")
ROOMS = (10.0, 30.0, 80.0)
"Loudness of the room itself, of 32 768"
VOICES = (1_500.0, 4_000.0, 9_000.0)


@dataclass(frozen=True)
class Spoken:
    """What is said, how, and where."""

    trace: str
    words: tuple[str, ...]
    noise: float
    loud: float
    senior: bool = True


@dataclass(frozen=True)
class Ending:
    """What a session took to be one utterance."""

    text: str
    after_s: float
    "From the end of the voice"


def v1(extent: Extent) -> Result:
    """Two to five stretches of voice with pauses of up to 2.0 s, in quiet and loud rooms."""
    line = "no utterance of a senior split by a pause ≤ 2.0 s, in 200 cases"
    cases = list(_hesitant(extent.of(200, 6)))
    endings = [asyncio.run(_endings(case)) for case in cases]
    split = sum(
        [one.text for one in ends] != ["".join(case.words)]
        for case, ends in zip(cases, endings, strict=True)
    )
    measured: dict[str, float | int | str | None] = {
        "cases": len(cases),
        "longest_pause_s": max(map(_longest_pause, cases)),
        "split": split,
        "longest_wait_s": max(ends[-1].after_s for ends in endings if ends),
    }
    return Result("V1", line, measured, split == 0)


def v2(extent: Extent) -> Result:
    """Each short answer in each room, by voices short and long, soft and loud."""
    line = "停, 好, 不, 对, 是 final ≤ 1.0 s after the voice, ≤ 1.5 s of a senior"
    after_s: dict[bool, list[float]] = {False: [], True: []}
    wrong = 0
    lengths = (0.25, 0.4) if extent.quick else (0.25, 0.3, 0.4, 0.5)
    places = itertools.product(lengths, ROOMS[:1] if extent.quick else ROOMS, VOICES[1:])
    cases = [
        Spoken(f"s0.6 v{length} s4", (word,), noise, loud, senior)
        for length, noise, loud in places
        for word in SHORT
        for senior in after_s
    ]
    for case in cases:
        ends = asyncio.run(_endings(case))
        wrong += [one.text for one in ends] != list(case.words)
        after_s[case.senior] += [one.after_s for one in ends]
    measured: dict[str, float | int | str | None] = {
        "cases": len(cases),
        "not_heard_as_said": wrong,
        "usual_worst_s": max(after_s[False], default=None),
        "senior_worst_s": max(after_s[True], default=None),
    }
    in_time = max(after_s[False]) <= USUAL_S and max(after_s[True]) <= SENIOR_S
    return Result("V2", line, measured, wrong == 0 and in_time)


async def _endings(case: Spoken) -> list[Ending]:
    """What a session that was woken takes the words of a trace to be."""
    r = room(talk={"habits": Habits(senior=case.senior)})
    async with r:
        await r.session.wake()
        await r.passes(AWAKE_S)
        began_s = r.timers.now()
        await r.speaks(*case.words, trace=case.trace, noise=case.noise, loud=case.loud)
        texts, times = r.door.values("final"), r.door.times("final")
    ends_s = began_s + voice_ends(case.trace)
    return [Ending(str(text), round(at - ends_s, 3)) for text, at in zip(texts, times, strict=True)]


def _hesitant(count: int) -> Iterator[Spoken]:
    """Elders as they speak; two pauses in five are as long as they may be. The same every time."""
    chance = random.Random(20251103)  # noqa: S311 - nothing is kept secret
    for number in range(count):
        stretches = chance.randint(2, 5)
        trace = [f"s{chance.uniform(0.3, 1.5):.2f}"]
        for place in range(stretches):
            trace.append(f"v{chance.uniform(0.3, 1.8):.2f}")
            pause = chance.uniform(0.2, LONGEST_PAUSE_S)
            pause = LONGEST_PAUSE_S if chance.random() < 0.4 else pause
            trace.append(f"s{pause if place < stretches - 1 else 4.5:.2f}")
        words = SENTENCES[number % len(SENTENCES)]
        yield Spoken(" ".join(trace), words, chance.choice(ROOMS), chance.choice(VOICES))


def _longest_pause(case: Spoken) -> float:
    return max(seconds for what, seconds in parts(case.trace)[1:-1] if what == "s")
