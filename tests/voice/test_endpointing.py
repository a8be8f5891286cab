"""Where utterances begin and end: long pauses do not split them, short answers are quick."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest

from language import voice_commands
from tests.voice.traces import parts, sound, spread, voice_ends
from voice.fakes import TimedEars
from voice.listening import Ear
from voice.patience import Completeness, Patience
from voice.talk import Habits
from voice.timers import VirtualTimers

WORDS = Completeness(voice_commands.is_complete, voice_commands.is_open)
SENTENCES = [
    ("我家", "厨房", "水管", "漏水了"), ("阿姨", "想问一下", "物业费", "怎么交"),
    ("那个", "楼道灯", "坏了", "好几天"), ("孙子", "明天", "来看我", "车停哪里"),
    ("我", "血压药", "快吃完了"), ("隔壁", "装修", "太吵了", "能不能管管"),
]  # fmt: skip


class Noted:
    """What an ear tells, and when."""

    def __init__(self, timers):
        self.timers = timers
        self.finals = []
        self.begins = []

    def began(self, utterance):
        self.begins.append(round(self.timers.now(), 2))

    def voice(self, utterance, voiced_s):
        pass

    def partial(self, utterance):
        pass

    def missed(self):
        pass

    def ended(self, utterance):
        pass

    def heard(self, utterance, heard):
        self.finals.append((round(self.timers.now(), 2), heard))

    @property
    def texts(self):
        return [heard.transcript.text for _, heard in self.finals]


async def listen(trace, words, *, habits=None, chunk_s=0.1, before=None, **kind):
    """The noted finals of a trace, with its words spread over its voice."""
    timers = VirtualTimers(rounds=6)
    at, spans = 0.0, []
    for what, seconds in parts(trace):
        if what == "v":
            spans.append((at, at + seconds))
        at += seconds
    ears = TimedEars(timers, spread(words, spans))
    noted = Noted(timers)
    patience = Patience(habits or Habits(), WORDS)
    if before:
        before(patience)
    ear = Ear(ears, patience, timers, noted, lambda: "key", asyncio.create_task)
    ear.open = True
    pcm = sound(trace, **kind)
    size = int(chunk_s * 16_000) * 2
    for start in range(0, len(pcm), size):
        await timers.advance(len(pcm[start : start + size]) / 32_000)
        ear.hear(pcm[start : start + size])
    await timers.settle()
    await ear.close()
    return noted


def shapes(count):
    """Traces as elders speak: two to five stretches of voice with pauses of up to 2.0 s."""
    chance = random.Random(20251103)
    for number in range(count):
        words = SENTENCES[number % len(SENTENCES)]
        stretches = chance.randint(2, 5)
        trace = [f"s{chance.uniform(0.3, 1.5):.2f}"]
        for place in range(stretches):
            trace.append(f"v{chance.uniform(0.3, 1.8):.2f}")
            longest = 2.0 if chance.random() < 0.4 else chance.uniform(0.2, 2.0)
            trace.append(f"s{longest if place < stretches - 1 else 4.0:.2f}")
        yield (
            " ".join(trace),
            words,
            chance.choice([10.0, 30.0, 80.0]),
            chance.choice([1_500.0, 4_000.0, 9_000.0]),
        )


async def test_v1_no_pause_of_two_seconds_splits_an_utterance_of_a_senior():
    split = []
    for trace, words, noise, loud in shapes(200):
        noted = await listen(trace, words, noise=noise, loud=loud)
        if noted.texts != ["".join(words)]:
            split.append((trace, noise, loud, noted.texts))
    assert split == []


@pytest.mark.parametrize("word", ["停", "好", "不", "对", "是"])
@pytest.mark.parametrize(
    ("senior", "at_most_s"), [(False, 1.0), (True, 1.5)], ids=["usual", "senior"]
)
async def test_v2_a_short_answer_is_final_soon_after_the_voice(word, senior, at_most_s):
    trace = "s0.6 v0.3 s4"
    noted = await listen(trace, (word,), habits=Habits(senior=senior), chunk_s=0.06)
    late = [round(at - voice_ends(trace), 2) for at, _ in noted.finals]
    assert noted.texts == [word]
    assert all(0.4 <= after <= at_most_s for after in late), late


async def test_words_that_end_open_are_waited_for_longer():
    trace = "s0.5 v0.8 s3.3 v0.8 s4"
    noted = await listen(trace, ("我要", "报修"))
    assert noted.texts == ["我要报修"]
    noted = await listen(trace, ("水管", "漏水"))
    assert noted.texts == ["水管", "漏水"]


async def test_an_answer_that_the_question_named_is_complete():
    trace = "s0.5 v0.5 s4"

    def asked(patience):
        patience.answers = frozenset({"物业费"})

    open_question = await listen(trace, ("物业费",))
    closed = await listen(trace, ("物业费",), before=asked)
    assert (open_question.texts, closed.texts) == (["物业费"], ["物业费"])
    assert open_question.finals[0][0] - closed.finals[0][0] == pytest.approx(1.3, abs=0.11)


async def test_a_person_who_pauses_little_is_answered_sooner():
    trace = "s0.5 v1.0 s4"
    quick = Habits(senior=False, pauses_s=(0.2, 0.3) * 10)
    slow = Habits(senior=False, pauses_s=(1.4, 1.5) * 10)
    ends = [(await listen(trace, ("水管",), habits=one)).finals[0][0] for one in (quick, slow)]
    assert ends[0] - voice_ends(trace) == pytest.approx(0.8, abs=0.11)
    assert ends[1] - voice_ends(trace) == pytest.approx(1.95, abs=0.11)


async def test_the_longest_pause_of_an_utterance_is_told():
    noted = await listen(
        "s0.5 v0.8 s0.4 v0.8 s1.7 v0.8 s0.9 v0.5 s3", ("我家", "水管", "漏水", "好几天了")
    )
    assert [heard.pause_s for _, heard in noted.finals] == [pytest.approx(1.7, abs=0.08)]


async def test_a_cough_is_no_utterance():
    assert (await listen("s0.5 v0.12 s3", ())).begins == []


async def test_the_words_before_the_beginning_are_heard_too():
    timers = VirtualTimers(rounds=6)
    ears = TimedEars(timers)
    fed = []
    noted = Noted(timers)
    ear = Ear(
        ears, Patience(Habits(), WORDS), timers, noted, lambda: "key", asyncio.create_task,
        keeps_sound=True,
    )  # fmt: skip
    ear.open = True
    pcm = sound("s1.0 v0.6 s3")
    for start in range(0, len(pcm), 640):
        await timers.advance(0.02)
        ear.hear(pcm[start : start + 640])
    await timers.settle()
    [(_, heard)] = noted.finals
    place = pcm.find(heard.pcm)
    assert place >= 0
    assert place / 32_000 == pytest.approx(1.0 - 0.6, abs=0.05)
    fed.append(ears.open)
    assert fed == [0]


async def test_speech_without_end_is_taken_as_it_is():
    usual = Habits(senior=False)
    noted = await listen("s0.5 " + "v2.0 s0.3 " * 15 + "s3", ("长",), habits=usual)
    assert noted.finals[0][0] == pytest.approx(30.5, abs=0.3)


async def test_a_room_that_is_loud_all_the_time_is_no_voice():
    noted = await listen("s20", (), noise=700.0)
    assert noted.begins == []


async def test_a_voice_is_told_from_a_fan():
    noted = await listen("s3 v1.0 s1.5 v1.0 s4", ("水管", "漏水"), noise=300.0, loud=6_000.0)
    assert noted.texts == ["水管漏水"]


async def test_an_utterance_ends_when_the_device_sends_no_more():
    timers = VirtualTimers(rounds=6)
    noted = Noted(timers)
    ear = Ear(
        TimedEars(timers, [(0.5, "喂")]), Patience(Habits(), WORDS), timers, noted,
        lambda: "key", asyncio.create_task,
    )  # fmt: skip
    ear.open = True
    pcm = sound("v1.0")
    for start in range(0, len(pcm), 1_920):
        await timers.advance(0.06)
        ear.hear(pcm[start : start + 1_920])
    await timers.advance(10)
    assert noted.texts == ["喂"]
    assert noted.finals[0][0] == pytest.approx(4.0, abs=0.1)


async def test_chunks_of_any_length_are_the_same_stream():
    trace = "s0.5 v0.8 s1.9 v0.7 s3"
    finals = []
    for chunk_s in (0.0113125, 0.02, 0.5):
        noted = await listen(trace, ("水管", "漏水"), chunk_s=chunk_s)
        finals.append((noted.texts, len(noted.begins)))
    assert finals == [(["水管漏水"], 1)] * 3


async def test_an_ear_that_is_closed_hears_nothing_and_keeps_nothing():
    timers = VirtualTimers(rounds=6)
    noted = Noted(timers)
    ear = Ear(
        TimedEars(timers), Patience(Habits(), WORDS), timers, noted, lambda: "key",
        asyncio.create_task, keeps_sound=True,
    )  # fmt: skip
    ear.hear(sound("v2.0"))
    ear.open = True
    ear.hear(sound("s0.1 v0.4 s4"))
    await timers.settle()
    [(_, heard)] = noted.finals
    assert len(heard.pcm) / 32_000 < 0.1 + 0.4 + 2.2


async def test_what_an_ear_heard_before_it_was_closed_is_forgotten():
    timers = VirtualTimers(rounds=6)
    noted = Noted(timers)
    ear = Ear(
        TimedEars(timers), Patience(Habits(), WORDS), timers, noted, lambda: "key",
        asyncio.create_task, keeps_sound=True,
    )  # fmt: skip
    ear.open = True
    ear.hear(sound("s0.81", noise=20.0))
    ear.open = False
    ear.open = True
    spoken = sound("v0.6 s4")
    ear.hear(spoken)
    await timers.settle()
    [(_, heard)] = noted.finals
    assert spoken.startswith(heard.pcm)


async def test_utterances_are_told_in_the_order_of_speaking():
    timers = VirtualTimers(rounds=6)
    noted = Noted(timers)
    ears = TimedEars(timers, [(0.4, "好"), (1.9, "不用")], finishes_s=[4.0, 0.0])
    ear = Ear(ears, Patience(Habits(), WORDS), timers, noted, lambda: "key", asyncio.create_task)
    ear.open = True
    pcm = sound("v0.5 s1.0 v0.5 s1.5")
    for start in range(0, len(pcm), 1_920):
        await timers.advance(0.06)
        ear.hear(pcm[start : start + 1_920])
    await timers.advance(5)
    assert noted.texts == ["好", "不用"]


async def test_a_loud_machine_is_a_voice_for_a_moment_only():
    timers = VirtualTimers(rounds=6)
    noted = Noted(timers)
    ear = Ear(
        TimedEars(timers), Patience(Habits(), WORDS), timers, noted, lambda: "key",
        asyncio.create_task,
    )  # fmt: skip
    ear.open = True
    hiss = np.random.default_rng(5).normal(0, 4_000, 20 * 16_000 + 15)
    rumble = np.convolve(hiss, np.ones(16) / 16, "valid").astype("<i2").tobytes()
    for start in range(0, len(rumble), 1_920):
        await timers.advance(0.06)
        ear.hear(rumble[start : start + 1_920])
    await ear.close()
    assert all(at < 1.0 for at in noted.begins), noted.begins
    assert all(at < 5.0 for at, _ in noted.finals), noted.finals
