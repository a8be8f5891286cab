"""A cry for help: heard in every state, before its sentence ends, never gated, once, not of an echo."""

from __future__ import annotations

import pytest

from tests.voice.traces import room
from voice.device import Device, Duplex
from voice.recogniser import RecogniserError
from voice.talk import Kind, Said
from voice.words import listed

SAFE = Said(9, "快打一二零！值班人员马上联系您。", Kind.ANSWER)
LEAKY = Device(duplex=Duplex.LEAKY, shared=False)


def answers(text):
    return (
        [(0.1, SAFE)]
        if "救命" in text
        else [(0.3, Said(1, "今天下午停水，请您提前接水。", Kind.ANSWER))]
    )


async def test_a_cry_in_a_partial_rings_before_the_sentence_ends_and_is_one_message():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        begin = r.timers.now()
        await r.speaks("救命啊", "我摔在", "厨房了", trace="v0.8 s0.2 v0.8 s1.9 v0.8 s2.6")
        await r.passes(5)
    [taken] = r.talk.taken
    assert taken.text == "救命啊我摔在厨房了"
    assert taken.at_s - (begin + 0.72) == pytest.approx(0.3, abs=0.12)
    assert SAFE.text.split("！")[0] + "！" in r.saying


async def test_the_safety_sentence_does_not_wait_for_the_end_of_the_cry():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        begin = r.timers.now()
        await r.speaks("救命啊", "救命啊", trace="v0.8 s0.2 v3.0")
        assert r.door.times("saying")[-2] - begin < 1.6
        assert r.saying[-2:] == ["快打一二零！", "值班人员马上联系您。"]
        assert r.door.values("hush") == []


async def test_a_cry_that_does_not_stand_is_none():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        begin = r.timers.now()
        r.ears.words += [(begin + 0.40, "救命"), (begin + 0.50, "稻草是什么意思")]
        await r.hears("v0.9 s2.6")
    assert r.talk.taken[0].at_s - begin > 2.5


@pytest.mark.parametrize("sure", [0.05, 0.5])
async def test_a_cry_is_never_gated_by_how_sure_it_is(sure):
    r = room(answers, ears={"confidence": sure})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("救命啊", trace="v0.8 s2.6")
    assert r.talk.words == ["救命啊"]


async def test_a_cry_stops_what_is_being_said_and_is_answered():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(1.0)
        await r.speaks("救命啊", trace="v0.8 s1.5")
        assert r.talk.words == ["停水吗", "救命啊"]
        await r.passes(4)
        assert r.saying[-2:] == ["快打一二零！", "值班人员马上联系您。"]


async def test_a_cry_while_our_own_question_is_open_is_no_answer_to_it():
    r = room(answers, ears={"confidence": 0.5})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("水管", "漏水")
        await r.passes(3)
        await r.says("救命啊")
        assert r.talk.words == ["救命啊"]


async def test_a_cry_that_the_loudspeaker_said_is_asked_about_and_not_rung():
    def safety(text):
        return [(0.3, Said(1, "有急事您就喊救命啊，我马上叫人来。", Kind.ANSWER))]

    r = room(safety, device=LEAKY)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("你会什么")
        await r.passes(1.0)
        await r.speaks("喊救命啊", trace="v1.0 s2.6")
        await r.passes(8)
        assert r.talk.words == ["你会什么"]
        assert "".join(r.saying[-2:]) == listed("help_asked")[0]
        await r.says("要")
        await r.passes(1)
        assert r.talk.words == ["你会什么", "喊救命啊"]


async def test_an_echo_of_a_cry_that_nobody_confirms_is_left():
    def safety(text):
        return [(0.3, Said(1, "有急事您就喊救命啊，我马上叫人来。", Kind.ANSWER))]

    r = room(safety, device=LEAKY)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("你会什么")
        await r.passes(1.0)
        await r.speaks("喊救命啊", trace="v1.0 s2.6")
        await r.passes(8)
        await r.says("不用")
        await r.passes(4)
        assert (r.talk.words, r.saying[-1]) == (["你会什么"], listed("help_declined")[0])


async def test_an_alarm_is_said_at_once_whatever_is_going_on():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(1.0)
        at = r.timers.now()
        r.talk.comes(Said(5, "楼里着火了，快从楼梯下楼！", Kind.ALARM))
        await r.passes(6)
        place = r.saying.index("楼里着火了，快从楼梯下楼！")
        assert r.door.times("saying")[place] - at <= 0.1
        assert r.saying[place + 1] == "今天下午停水，请您提前接水。"


async def test_an_alarm_is_said_while_somebody_speaks_and_is_not_stopped_by_a_voice():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.hears("v1.0")
        r.talk.comes(Said(5, "楼里着火了，快从楼梯下楼！", Kind.ALARM))
        await r.hears("v2.0 s3")
        assert "楼里着火了，快从楼梯下楼！" in r.saying
        assert (5, "played") in [(seq, fate.value) for seq, fate in r.talk.fates]
        assert r.door.values("hush") == []


async def test_a_cry_as_the_device_is_lost_is_still_handed_over():
    r = room(answers)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("救命啊", trace="v0.8")
        r.door.gone = True
        await r.session.close()
        await r.passes(1)
        assert not r.running
    assert r.talk.words == ["救命啊"]


async def test_the_end_of_one_utterance_does_not_silence_the_cry_in_the_next():
    r = room(answers, ears={"finishes_s": [0.75]})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("好", trace="v0.5 s0.9")
        begin = r.timers.now()
        await r.speaks("救命啊", trace="v0.6 s0.2 v4.0")
        cry = next(one for one in r.talk.taken if one.text == "救命啊")
    assert cry.at_s - begin < 1.6


async def test_a_cry_is_handed_over_though_the_recogniser_fails_at_the_end():
    r = room(
        answers, device=Device(hands_free=False, shared=False),
        ears={"failures": [RecogniserError("late")]},
    )  # fmt: skip
    async with r:
        await r.session.wake()
        await r.speaks("救命啊", trace="s0.2 v0.6")
        await r.session.end_of_speech()
        await r.passes(0.2)
        assert r.talk.words == ["救命啊"]


async def test_a_question_that_answers_a_cry_stays_open_at_the_end_of_the_cry():
    r = room(lambda _: [(0.1, Said(9, "您在哪里？", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("救命啊", "救命啊", trace="v0.8 s0.2 v3.0 s2.4")
        await r.passes(10)
        assert (r.talk.words, r.saying[-2:]) == (
            ["救命啊救命啊"], ["您在哪里？", listed("ladder.silent")[0]],
        )  # fmt: skip
