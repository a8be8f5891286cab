"""What has gone wrong elsewhere: echoes, late aborts, early sound, empty chunks, hang-ups."""

from __future__ import annotations

import asyncio

import pytest

from tests.voice.traces import room, sound
from voice.device import Device, Duplex
from voice.talk import Fate, Kind, Said
from voice.words import listed

NEWS = Said(1, "今天下午两点到五点停水，请提前接水。明天恢复。", Kind.ANSWER)
QUESTION = Said(2, "请问您家是几号楼？", Kind.ANSWER)
LEAKY = Device(duplex=Duplex.LEAKY, shared=False)
ECHO = ("今天下午", "两点到五点", "停水")


def news(text):
    return [(0.3, NEWS)] if text == "停水吗" else [(0.3, QUESTION)]


async def speaking(r):
    """Woken, asked, and in the first sentence of the answer."""
    await r.session.wake()
    await r.passes(3)
    await r.says("停水吗")
    await r.passes(0.5)
    assert r.states[-1] == "speaking"


async def test_its_own_voice_in_the_microphone_is_no_barge_in_and_no_utterance():
    r = room(news, device=LEAKY)
    async with r:
        await speaking(r)
        await r.speaks(*ECHO, trace="v2.4 s3")
        await r.passes(10)
    assert (r.talk.words, r.talk.fates) == (["停水吗"], [(1, Fate.PLAYED)])
    assert r.saying[-2:] == ["今天下午两点到五点停水，请提前接水。", "明天恢复。"]


async def test_homophones_of_its_own_voice_are_its_own_voice():
    r = room(news, device=LEAKY)
    async with r:
        await speaking(r)
        await r.speaks("金天下午", "两点道五点", "听水", trace="v2.4 s3")
        await r.passes(10)
    assert r.talk.words == ["停水吗"]


async def test_a_resident_who_speaks_over_it_is_heard_on_a_leaky_device():
    r = room(news, device=LEAKY)
    async with r:
        await speaking(r)
        await r.speaks("我家", "灯坏了", trace="v1.6 s2.5")
    assert (r.talk.words[-1], r.talk.fates[0]) == ("我家灯坏了", (1, Fate.CUT))


async def test_v4_a_voice_of_300_ms_stops_it_within_100_ms_on_a_clean_device():
    r = room(news)
    async with r:
        await speaking(r)
        begin = r.timers.now()
        await r.hears("v1.0")
        stopped = r.door.times("hush")[0]
        assert stopped - begin <= 0.3 + 0.1
        assert max(r.door.times("sound")) <= stopped


async def test_a_noise_that_stopped_it_lets_it_go_on():
    r = room(news)
    async with r:
        await speaking(r)
        await r.hears("v0.6 s2.5")
        await r.passes(12)
    sentences = ["今天下午两点到五点停水，请提前接水。", "明天恢复。"]
    assert r.saying[-3:] == [sentences[0], *sentences]
    assert r.talk.fates == [(1, Fate.CUT), (1, Fate.PLAYED)]


async def test_v4_abort_stops_at_once_and_the_state_follows():
    r = room(news)
    async with r:
        await speaking(r)
        at = r.timers.now()
        await r.session.abort()
        await r.passes(2)
        assert (r.door.times("hush"), r.states[-1]) == ([at], "listening")
        assert max(r.door.times("sound")) <= at
        assert r.door.times("state")[-1] - at <= 0.1
        await r.passes(60)
    assert "明天恢复。" not in r.saying


async def test_abort_after_the_end_is_nothing():
    r = room(news)
    async with r:
        await speaking(r)
        await r.passes(7)
        told = len(r.door.told)
        await r.session.abort()
        await r.passes(0.5)
        assert len(r.door.told) == told
        await r.speaks("报修", trace="v0.8 s2.5")
        assert r.talk.words[-1] == "报修"


async def test_sound_before_waking_is_not_heard():
    r = room(news)
    async with r:
        await r.speaks("别人的话", trace="v1.2 s3")
        await r.session.wake()
        await r.passes(3)
        await r.speaks("停水吗", trace="v0.8 s2.5")
    assert r.talk.words == ["停水吗"]


async def test_sound_before_the_session_runs_is_harmless():
    r = room(news)
    await r.session.hear(sound("v1.0"))
    async with r:
        await r.passes(1)
        assert (r.talk.words, r.door.values("state")) == ([], [])


async def test_a_device_that_is_always_on_needs_no_wake_word():
    r = room(news, device=Device(duplex=Duplex.CLEAN, shared=False, always_on=True))
    async with r:
        await r.passes(30)
        await r.speaks("停水吗", trace="v0.8 s2.5")
    assert r.talk.words == ["停水吗"]


async def test_an_empty_chunk_and_an_odd_byte_are_harmless():
    r = room(news)
    async with r:
        await r.session.wake()
        await r.passes(3)
        begin = r.timers.now()
        r.ears.words.append((begin + 0.5, "停水吗"))
        await r.session.hear(b"")
        pcm = sound("v0.8 s3")
        for start in range(0, len(pcm), 1_921):
            chunk = pcm[start : start + 1_921]
            await r.timers.advance(len(chunk) / 32_000)
            await r.session.hear(chunk)
        await r.timers.settle()
    assert r.talk.words == ["停水吗"]


async def test_hang_up_in_the_middle_of_a_form_hands_over_what_was_said():
    r = room(news)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(3)
        await r.speaks("三号楼", "二单元", trace="v1.0 s0.3")
    assert r.talk.words == ["我要报修", "三号楼二单元"]
    assert (2, Fate.PLAYED) in r.talk.fates


async def test_words_are_handed_over_though_the_device_is_gone_before_it_can_show_them():
    r = room(news)
    async with r:
        await r.session.wake()
        await r.passes(3)
        r.door.gone = True
        await r.says("我要报修")
        await r.passes(1)
        assert not r.running
    assert r.talk.words == ["我要报修"]


async def test_a_device_that_takes_nothing_any_more_is_gone():
    r = room(news)
    async with r:
        await r.session.wake()
        await r.passes(3)
        r.door.saying = lambda _: asyncio.Event().wait()
        await r.says("停水吗")
        await r.passes(3.5)
        assert not r.running
    assert r.talk.fates == [(1, Fate.CUT)]


async def test_a_session_that_is_cancelled_leaves_nothing_behind():
    before = len(asyncio.all_tasks())
    r = room(news)
    async with r:
        await speaking(r)
        await r.hears("v0.5")
        r._running.cancel()
        await asyncio.wait([r._running])
        r._running = asyncio.create_task(r.timers.settle())
    await r.timers.settle()
    assert (len(asyncio.all_tasks()), r.ears.open) == (before, 0)


async def test_sound_that_comes_faster_than_it_is_heard_is_bounded_and_said_kindly():
    r = room(news, ears={"delay_s": 4.0}, device=Device(hands_free=False, shared=False))
    async with r:
        await r.session.wake()
        for _ in range(4):
            await r.session.hear(sound("v6.0"))
        await r.session.end_of_speech()
        await r.passes(130)
    assert r.saying[0] in listed("filler")
    assert any(one in listed("failed.overloaded")[0] for one in r.saying)


async def test_two_devices_of_one_person_do_not_mix():
    first, second = room(news), room(news)
    async with first, second:
        for r in (first, second):
            await r.session.wake()
            await r.passes(3)
        await asyncio.gather(
            first.speaks("停水吗", trace="v0.8 s2.5"), second.speaks("我要报修", trace="v0.8 s4.2")
        )
    assert (first.talk.words, second.talk.words) == (["停水吗"], ["我要报修"])


async def test_a_button_may_be_pressed_again_while_it_speaks():
    r = room(news, device=Device(hands_free=False, shared=False))
    async with r:
        await r.says("停水吗")
        await r.passes(1)
        at = r.timers.now()
        await r.session.wake()
        await r.passes(0.2)
        assert (r.door.times("hush"), r.states[-1]) == ([at], "listening")
        await r.speaks("报修", trace="v0.8 s0.1")
        await r.session.end_of_speech()
        await r.passes(0.1)
        assert r.talk.words == ["停水吗", "报修"]


async def test_a_call_that_fails_for_no_known_reason_ends_the_session_loudly():
    r = room(news)

    async def broken(*_, **__):
        raise ZeroDivisionError

    r.talk.say = broken
    running = asyncio.create_task(r.session.run())
    await r.timers.settle()
    await r.session.hear_text("停水吗")
    await r.timers.advance(1)
    with pytest.raises(ZeroDivisionError):
        await running


async def test_a_noise_that_goes_on_keeps_no_answer_back():
    r = room(lambda _: [(2.0, Said(1, "今天不停水。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.hears("v6.0")
    assert (r.saying[-1], r.talk.fates) == ("今天不停水。", [(1, Fate.PLAYED)])


async def test_somebody_who_speaks_keeps_an_answer_back():
    r = room(lambda text: [(2.0, NEWS)] if text == "停水吗" else [])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.speaks("我想", "再问", "一件事", trace="v6.0")
        assert NEWS.text.split("。")[0] + "。" not in r.saying


async def test_an_answer_that_never_comes_is_not_waited_for_for_ever():
    r = room()
    r.talk.waits = True
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(90)
        fillers = [one for one in r.saying if one in listed("filler")]
        assert (len(fillers), r.states[-1]) == (8, "idle")


async def test_a_question_is_forgotten_after_half_an_hour():
    r = room(news)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(1_900)
        r.talk.comes(Said(7, "该吃药了。", Kind.REMINDER))
        await r.passes(30)
        assert r.saying[-1] == "该吃药了。"


async def test_a_flood_of_texts_waits_at_the_door():
    r = room()
    gate = asyncio.Event()
    plain = r.talk.say

    async def say(*words, **more):
        await gate.wait()
        await plain(*words, **more)

    r.talk.say = say
    async with r:
        await r.session.wake()
        flood = [asyncio.create_task(r.session.hear_text(f"第{n}句话")) for n in range(30)]
        await r.timers.settle()
        assert sum(one.done() for one in flood) == 9
        gate.set()
        await r.passes(1)
        assert all(one.done() for one in flood)
    assert r.talk.words == [f"第{n}句话" for n in range(30)]


async def test_utterances_that_pile_up_are_not_begun():
    r = room(
        ears={"delay_s": 3.0}, device=Device(duplex=Duplex.CLEAN, shared=False, always_on=True)
    )
    async with r:
        for _ in range(12):
            await r.session.hear(sound("v0.5 s2.5"))
            await r.timers.settle()
        assert r.ears.open == 4
        await r.passes(60)


OVERLOADED = listed("failed.overloaded")


async def test_who_speaks_while_too_much_waits_to_be_recognised_is_told_so_once():
    r = room(
        ears={"delay_s": 4.0}, device=Device(duplex=Duplex.CLEAN, shared=False, always_on=True)
    )
    async with r:
        for _ in range(4):
            await r.session.hear(sound("v0.5 s2.5"))
            await r.timers.settle()
        assert [one for one in r.saying if one in OVERLOADED] == []
        await r.session.hear(sound("v2.5 s2.5"))
        await r.passes(3)
        assert [one for one in r.saying if one in OVERLOADED] == OVERLOADED[:1]
        await r.passes(60)


async def test_who_holds_the_button_while_too_much_waits_is_told_so():
    r = room(ears={"delay_s": 4.0}, device=Device(hands_free=False, shared=False))
    async with r:
        for count in range(5):
            await r.session.wake()
            await r.session.hear(sound("v0.5"))
            await r.session.end_of_speech()
            await r.passes(0.1)
            assert [one for one in r.saying if one in OVERLOADED] == OVERLOADED[: count // 4]
        await r.passes(60)


async def test_private_things_that_pile_up_are_given_back():
    r = room(device=Device(duplex=Duplex.CLEAN, shared=True))
    async with r:
        for number in range(20):
            r.talk.comes(Said(number, "血压一百三。", Kind.STAFF, private=True))
        await r.passes(1)
        assert r.talk.fates == [(number, Fate.QUEUED) for number in range(4)]


async def test_its_own_voice_is_not_shown_as_the_residents_words():
    r = room(news, device=LEAKY)
    async with r:
        await speaking(r)
        before = len(r.door.values("heard")) + len(r.door.values("final"))
        await r.speaks(*ECHO, trace="v2.4 s3")
        await r.passes(10)
        assert len(r.door.values("heard")) + len(r.door.values("final")) == before
    assert r.talk.kept.pauses_s == ()


async def test_who_is_speaking_already_is_not_asked_to_speak():
    r = room(news, device=Device(duplex=Duplex.CLEAN, shared=False, always_on=True))
    async with r:
        await r.passes(5)
        r.ears.words.append((r.timers.now() + 1.0, "停水吗"))
        await r.hears("v0.6")
        await r.session.wake()
        await r.hears("v0.6 s2.5")
        await r.passes(5)
    assert (r.talk.words, [one for one in r.saying if one in listed("wake")]) == (["停水吗"], [])


async def test_the_rest_of_an_answer_in_parts_is_not_said_after_other_business():
    def parts_of(text):
        if text == "停水吗":
            return [(0.3, NEWS), (0.4, Said(3, "还要问别的小区吗？", Kind.ANSWER))]
        return [(0.3, Said(4, "好的，登记了。", Kind.ANSWER))]

    r = room(parts_of)
    async with r:
        await speaking(r)
        await r.says("我家灯坏了")
        await r.passes(12)
        assert r.saying[-1] == "好的，登记了。"
    assert [one for one in r.talk.fates if one[0] == 3] == [(3, Fate.CUT)]


async def test_a_part_that_was_still_to_be_said_follows_the_repeat():
    def parts_of(text):
        return [(0.3, NEWS), (0.4, Said(3, "还要问别的小区吗？", Kind.ANSWER))]

    r = room(parts_of)
    async with r:
        await speaking(r)
        await r.says("再说一遍")
        await r.passes(17)
    assert r.saying[-3:] == [
        "今天下午两点到五点停水，请提前接水。",
        "明天恢复。",
        "还要问别的小区吗？",
    ]


async def test_a_button_that_is_pressed_twice_in_a_moment_is_heard_twice():
    r = room(device=Device(hands_free=False, shared=False))
    async with r:
        for word in ("别说了", "报修"):
            await r.session.wake()
            await r.speaks(word, trace="s0.1 v0.6 s0.1")
            await r.session.end_of_speech()
            await r.passes(0.2)
    assert r.talk.words == ["报修"]


async def test_words_that_come_after_the_end_are_refused():
    r = room()
    async with r:
        await r.session.close()
        await r.passes(1)
        with pytest.raises(ConnectionError):
            await r.session.hear_text("报修")
