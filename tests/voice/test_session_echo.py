"""What a device that hears itself takes for its own voice, and what it never does."""

from __future__ import annotations

import pytest

from tests.voice.traces import room
from voice.device import Device, Duplex
from voice.talk import Fate, Kind, Said
from voice.words import listed

LEAKY = Device(duplex=Duplex.LEAKY, shared=False)
NEWS = Said(1, "今天停水到下午五点，请您提前接水。", Kind.ANSWER)
TIMES = Said(2, "您可以说现在就来，或者明天上午。", Kind.ANSWER, choices=("现在就来", "明天上午"))
PILLS = Said(3, "药吃了吗？吃了就好，没吃现在吃也对。", Kind.ANSWER)
HELP = Said(4, "有急事您就喊救命，我马上叫人来。", Kind.ANSWER)


def answers(text):
    known = {"停水吗": NEWS, "什么时候来": TIMES, "提醒": PILLS, "你会什么": HELP}
    return [(0.3, known[text])] if text in known else []


async def asked(r, words, for_s):
    """Woken and asked; `for_s` after the answer has begun."""
    await r.session.wake()
    await r.passes(3)
    await r.says(words)
    await r.passes(0.3 + for_s)


async def test_a_stop_is_obeyed_though_the_sentence_that_is_said_holds_its_syllable():
    r = room(answers, device=LEAKY)
    async with r:
        await asked(r, "停水吗", 1.0)
        await r.speaks("停", trace="v0.5 s2.5")
        await r.passes(10)
        assert (r.talk.words, r.talk.fates) == (["停水吗"], [(1, Fate.CUT)])


@pytest.mark.parametrize("words", ["明天上午", "现在就来", "现在就来吧"])
async def test_an_offered_choice_is_taken_the_moment_the_sound_is_over(words):
    r = room(answers, device=LEAKY)
    async with r:
        await asked(r, "什么时候来", len(TIMES.text) * 0.2 + 0.1)
        assert r.states[-1] == "listening"
        await r.speaks(words, trace="v0.8 s2.5")
        assert r.talk.words == ["什么时候来", words]


@pytest.mark.parametrize("words", ["好", "对", "吃了"])
@pytest.mark.parametrize("for_s", [1.0, len(PILLS.text) * 0.2 + 0.4])
async def test_a_short_answer_counts_though_the_question_holds_it(words, for_s):
    r = room(answers, device=LEAKY)
    async with r:
        await asked(r, "提醒", for_s)
        await r.speaks(words, trace="v0.5 s2.5")
        assert r.talk.words == ["提醒", words]


async def test_a_short_piece_of_its_own_voice_stops_nothing():
    r = room(answers, device=LEAKY)
    async with r:
        await asked(r, "停水吗", 0.5)
        await r.speaks("停水", trace="v0.5 s2.5")
        await r.passes(10)
        assert (r.talk.words, r.talk.fates) == (["停水吗"], [(1, Fate.PLAYED)])


async def test_a_cry_the_moment_the_sound_is_over_rings():
    r = room(answers, device=LEAKY)
    async with r:
        await asked(r, "你会什么", len(HELP.text) * 0.2 + 0.1)
        await r.speaks("救命", trace="v0.8 s0.5")
        assert r.talk.words == ["你会什么", "救命"]


async def cried_over_it(r):
    """The device asks whether to call somebody, and has finished asking."""
    await asked(r, "你会什么", 1.0)
    await r.speaks("救命", trace="v0.8 s2.5")
    await r.passes(9)
    assert "".join(r.saying[-2:]) == listed("help_asked")[0]
    assert r.talk.words == ["你会什么"]


async def test_a_cry_that_may_be_its_own_voice_rings_when_nobody_says_no():
    r = room(answers, device=LEAKY)
    async with r:
        await cried_over_it(r)
        await r.passes(10)
        assert r.talk.words == ["你会什么", "救命"]


async def test_a_cry_that_may_be_its_own_voice_rings_when_the_answer_is_not_understood():
    r = room(answers, device=LEAKY)
    async with r:
        await cried_over_it(r)
        await r.hears("v1.5 s2.6")
        assert r.talk.words == ["你会什么", "救命"]


async def test_a_cry_that_may_be_its_own_voice_rings_when_the_answer_is_neither_yes_nor_no():
    r = room(answers, device=LEAKY)
    async with r:
        await cried_over_it(r)
        await r.says("你说什么呢老头子")
        await r.passes(5)
    assert r.talk.words == ["你会什么", "救命", "你说什么呢老头子"]


async def test_a_cry_that_may_be_its_own_voice_rings_when_the_device_goes_before_an_answer():
    r = room(answers, device=LEAKY)
    async with r:
        await cried_over_it(r)
    assert r.talk.words == ["你会什么", "救命"]


async def test_a_cry_that_may_be_its_own_voice_does_not_ring_after_a_no():
    r = room(answers, device=LEAKY)
    async with r:
        await cried_over_it(r)
        await r.says("不用")
        await r.passes(30)
    assert r.talk.words == ["你会什么"]


async def test_a_cry_that_may_be_its_own_voice_is_not_forgotten_for_a_private_message():
    r = room(answers, device=Device(duplex=Duplex.LEAKY, shared=True))
    async with r:
        await cried_over_it(r)
        r.talk.comes(Said(9, "血压一百三。", Kind.STAFF, private=True))
        await r.passes(25)
        assert r.talk.words == ["你会什么", "救命"]
