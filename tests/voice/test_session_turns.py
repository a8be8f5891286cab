"""Turns of a session: waking, answering, waiting, asking again, and being unsure."""

from __future__ import annotations

import asyncio
import itertools
import re

import pytest

from community.errors import CommunityError, StoreError
from tests.voice.traces import room
from voice.device import Device, Duplex
from voice.recogniser import Overloaded, RecogniserError
from voice.talk import Fate, Habits, Kind, Said
from voice.timers import LoopTimers
from voice.words import listed

QUESTION = Said(1, "请问您家是几号楼？", Kind.ANSWER)
BUTTON = Device(hands_free=False, shared=False)
LADDER = {step: listed(f"ladder.{step}") for step in ("silent", "unheard", "person")}


def asking(delay_s=0.3, **changes):
    return lambda text: [(delay_s, QUESTION)]


async def test_v5_waking_is_acknowledged_at_once():
    r = room()
    async with r:
        await r.passes(1)
        await r.session.wake()
        await r.passes(0.3)
        assert r.door.times("state")[0] == 1.0
        assert r.saying[0] in listed("wake")
        assert r.door.times("sound")[0] - 1.0 <= 0.3


async def test_a_button_is_acknowledged_without_words():
    r = room(device=BUTTON)
    async with r:
        await r.session.wake()
        await r.passes(0.3)
        assert (r.states, r.saying) == (["listening"], [])


async def test_waking_twice_is_waking_once():
    r = room()
    async with r:
        await r.session.wake()
        await r.passes(0.2)
        await r.session.wake()
        await r.passes(5)
        assert len(r.saying) == 1


async def test_what_is_said_is_handed_over_and_answered():
    r = room(asking())
    async with r:
        await r.session.wake()
        await r.passes(2)
        await r.speaks("水管", "漏水了", trace="s0.5 v0.8 s1.9 v0.8 s2.4")
        await r.passes(4)
    [taken] = r.talk.taken
    assert (taken.text, r.saying[-1], r.talk.fates) == (
        "水管漏水了", QUESTION.text, [(1, Fate.PLAYED)],
    )  # fmt: skip
    assert r.door.values("final") == ["水管漏水了"]


async def test_a_button_says_where_an_utterance_ends_whatever_the_silence():
    r = room(asking(), device=BUTTON)
    async with r:
        await r.session.wake()
        await r.speaks("水管", "漏水了", trace="s0.5 v0.8 s6 v0.8 s0.1")
        await r.session.end_of_speech()
        await r.passes(0.1)
        assert r.talk.words == ["水管漏水了"]
        await r.passes(4)
        assert r.states == ["listening", "thinking", "speaking", "idle"]


async def test_a_button_that_was_pressed_in_silence_is_answered_kindly():
    r = room(device=BUTTON)
    async with r:
        await r.session.wake()
        await r.hears("s0.8")
        await r.session.end_of_speech()
        await r.passes(1)
    assert r.saying[0] in LADDER["unheard"]


async def test_the_microphone_closes_silently_after_an_answer():
    r = room(
        lambda _: [(0.3, Said(1, "今天不停水。", Kind.ANSWER))],
        talk={"habits": Habits(senior=False)},
    )
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(1.5)
        said, end = len(r.saying), r.timers.now()
        await r.passes(20)
        assert (r.states[-1], len(r.saying)) == ("idle", said)
        assert r.door.times("state")[-1] - end == pytest.approx(8.0, abs=0.5)


@pytest.mark.parametrize(("senior", "after_s"), [(False, 8.0), (True, 10.0)])
async def test_a_question_that_nobody_answers_is_asked_again(senior, after_s):
    r = room(asking(), talk={"habits": Habits(senior=senior)})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(2.1)
        asked = r.timers.now()
        await r.passes(after_s + 0.2)
        assert r.saying[-1] in LADDER["silent"]
        assert r.door.times("saying")[-1] - asked == pytest.approx(after_s, abs=0.2)


async def test_v3_a_filler_is_said_when_an_answer_takes_long_and_silence_never_lasts():
    r = room(lambda _: [(12.0, Said(1, "今天不停水。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("停水吗", trace="v0.8 s2.2")
        end = next(one.at_s for one in r.door.told if str(one.value) == "State.THINKING")
        await r.passes(14)
        fillers = [
            one for one in r.door.told if one.what == "saying" and one.value in listed("filler")
        ]
        frames = [at for at in r.door.times("sound") if at > end]
    assert fillers[0].at_s - end == pytest.approx(1.5, abs=0.01)
    assert len({one.value for one in fillers}) == len(fillers) >= 3
    silences = [later - earlier for earlier, later in itertools.pairwise([end, *frames])]
    assert max(silences) <= 2.0


async def test_no_filler_when_a_person_answers_later():
    r = room()
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("师傅什么时候来")
        await r.passes(1.6)
        assert r.states[-1] == "listening"
        await r.passes(12)
        assert [one for one in r.saying if one in listed("filler")] == []
        r.talk.comes(Said(4, "师傅下午两点到。", Kind.STAFF))
        await r.passes(4)
        assert r.saying[-1] == "师傅下午两点到。"


@pytest.mark.parametrize(
    ("sure", "taken", "said"),
    [
        (0.9, ["水管漏水"], None),
        (0.6, ["水管漏水"], None),
        (0.5, [], "您是说“水管漏水”吗？"),
        (0.3, [], LADDER["unheard"][0]),
    ],
)
async def test_words_that_are_not_sure_are_asked_about(sure, taken, said):
    r = room(ears={"confidence": sure})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("水管", "漏水")
        await r.passes(1)
        assert (r.talk.words, r.saying[1:]) == (taken, [said] if said else [])


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("对", ["水管漏水"]),
        ("嗯", ["水管漏水"]),
        ("不是", []),
        ("不是，是灯坏了", ["是灯坏了"]),
        ("灯坏了", ["灯坏了"]),
    ],
)
async def test_yes_hands_the_doubtful_words_over(answer, taken):
    r = room(ears={"confidence": 0.5})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("水管", "漏水")
        await r.passes(3)
        await r.says(answer)
        await r.passes(1)
        assert r.talk.words == taken
        await r.passes(3)
        if not taken:
            assert r.saying[-1] in listed("said_again")


async def test_v16_the_ladder_never_repeats_a_sentence_and_offers_a_person_on_its_fourth_step():
    r = room(asking(), ears={"confidence": 0.1})
    climbs = []
    async with r:
        await r.session.wake()
        for _ in range(3):
            await r.says("我要报修")
            await r.passes(3)
            before = len(r.saying)
            for _ in range(4):
                await r.speaks("呜哩哇啦", "咕噜咕噜")
                await r.passes(9)
            climbs.append("".join(r.saying[before:]))
            assert any(one in climbs[-1] for one in LADDER["person"])
        said = [one for climb in climbs for one in re.split("(?<=[。！？])", climb) if one]
        said = [one for one in said if one not in {QUESTION.text, "要的话，您说“好”。"}]
    assert r.talk.words == ["我要报修"] * 3
    assert len(set(said)) == len(said)
    assert len(set(climbs)) == 3


async def test_v16_silence_climbs_the_same_ladder_and_then_keeps_quiet():
    question = Said(1, "您要哪一样？", Kind.ANSWER, choices=("报修", "交费", "找人"))
    r = room(lambda _: [(0.3, question)])
    async with r:
        await r.session.wake()
        await r.says("你好")
        await r.passes(8)
        before = len(r.saying)
        await r.passes(100)
        said, state = r.saying[before:], r.states[-1]
        await r.passes(300)
    assert said == [
        LADDER["silent"][0],
        "您可以这样说：“报修”，或者“交费”。",
        "第一，报修；", "第二，交费；", "第三，找人。", "您说第几个就行。",
        "要不要请工作人员来跟您说？", "要的话，您说“好”。",
    ]  # fmt: skip
    assert (state, r.saying[before:]) == ("idle", said)


@pytest.mark.parametrize(
    ("answer", "taken", "said"),
    [("好", ["你好", "找人工"], None), ("不用", ["你好"], listed("no_person")[0])],
)
async def test_v16_a_yes_to_the_offer_asks_for_a_person(answer, taken, said):
    r = room(asking())
    async with r:
        await r.session.wake()
        await r.says("你好")
        await r.passes(3)
        while not any(
            one.startswith(r.saying[-1]) or r.saying[-1] in one for one in LADDER["person"]
        ):
            await r.passes(1)
        await r.passes(4)
        await r.says(answer)
        await r.passes(0.1)
        assert r.talk.words == taken
        if said:
            await r.passes(4)
            assert "".join(r.saying[-2:]) == said


async def test_understanding_brings_the_ladder_down():
    r = room(asking())
    async with r:
        await r.session.wake()
        await r.says("我要报修")
        await r.passes(30)
        await r.says("三号楼")
        await r.passes(2 + 11)
        assert r.saying[-1] in LADDER["silent"]


async def test_after_a_false_wake_one_question_is_asked_and_no_more():
    r = room()
    async with r:
        await r.session.wake()
        await r.passes(120)
        assert [one in LADDER["silent"] for one in r.saying] == [False, True]
        assert r.states[-1] == "idle"


async def test_choices_that_the_words_do_not_name_are_told():
    said = Said(1, "您要哪一天？", Kind.ANSWER, choices=("今天", "明天", "后天", "大后天"))
    r = room(lambda _: [(0.3, said)])
    async with r:
        await r.session.wake()
        await r.says("我要预约")
        await r.passes(8)
        assert r.saying[-2:] == ["您要哪一天？", "您可以说今天，或者明天，或者后天。"]
        await r.speaks("明天", trace="v0.5 s1")
        assert r.ears.phrases[-1] == ("今天", "明天", "后天", "大后天")
        assert r.talk.words[-1] == "明天"


async def test_who_goes_on_before_the_answer_had_not_finished():
    r = room(lambda _: [(3.0, QUESTION)])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("我家", "水管", trace="s0.3 v1.0 s2.3")
        await r.speaks("漏水了", trace="v0.8 s2.6")
        await r.passes(1)
    first, both = r.talk.taken
    assert (first.text, both.text, both.continues) == ("我家水管", "我家水管漏水了", first.key)
    assert len(r.talk.kept.pauses_s) == 3
    assert max(r.talk.kept.pauses_s) == pytest.approx(2.3, abs=0.1)


async def test_who_goes_on_as_our_answer_begins_is_let_speak():
    r = room(lambda text: [(0.2, QUESTION)])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("我家", "水管", trace="s0.3 v1.0 s2.6")
        assert r.states[-1] == "speaking"
        await r.speaks("漏水了", trace="v0.8 s3")
    assert [one.text for one in r.talk.taken] == ["我家水管", "我家水管漏水了"]
    assert r.talk.fates[0] == (1, Fate.CUT)


@pytest.mark.parametrize("after", ["好的", "找人工", "再说一遍"])
async def test_a_command_or_a_yes_is_no_end_of_another_sentence(after):
    r = room(lambda _: [(3.0, QUESTION)])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("我家", "水管", trace="s0.3 v1.0 s2.3")
        await r.speaks(after, trace="v0.8 s2.6")
    assert [one.continues for one in r.talk.taken] == [""] * len(r.talk.taken)


async def test_a_later_sentence_is_one_of_its_own():
    r = room(lambda _: [(0.2, Said(1, "好的。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("我家", "水管", trace="s0.3 v1.0 s5")
        await r.speaks("灯坏了", trace="v0.8 s2.6")
    assert [one.continues for one in r.talk.taken] == ["", ""]


async def test_a_recogniser_that_fails_is_said_kindly_and_the_session_goes_on():
    r = room(asking(), ears={"failures": [RecogniserError("no model"), Overloaded("busy")]})
    async with r:
        await r.session.wake()
        await r.passes(3)
        for _ in range(2):
            await r.speaks(trace="v0.8 s2.4")
            await r.passes(9)
        await r.speaks("报修", trace="v0.8 s2.4")
        await r.passes(1)
        failed = [one for one in r.saying if one not in LADDER["silent"]]
        assert (
            "".join(failed[1:-1]) == listed("failed.recogniser")[0] + listed("failed.overloaded")[0]
        )
        assert r.talk.words == ["报修"]


async def test_words_of_a_recogniser_that_failed_at_the_end_are_asked_about():
    r = room(ears={"failures": [RecogniserError("late")]})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("水管", "漏水", trace="v0.8 s2.4")
        await r.passes(3)
        assert r.saying[-1] == "您是说“水管漏水”吗？"


async def test_a_slow_recogniser_is_covered_by_a_filler():
    r = room(asking(), ears={"delay_s": 0.8})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("报修", trace="v0.8 s2.4")
        await r.passes(8)
        assert (r.saying[1], r.saying[-1]) == (listed("filler")[0], QUESTION.text)
        assert r.talk.words == ["报修"]


async def test_words_that_could_not_be_taken_are_handed_over_again_under_the_same_key():
    r = room(asking(), talk={"failures": [StoreError("locked"), StoreError("locked")]})
    async with r:
        await r.session.wake()
        await r.says("我要报修")
        await r.passes(4)
        assert (r.talk.words, r.saying[-1]) == (["我要报修"], QUESTION.text)


async def test_words_that_cannot_be_taken_at_all_are_said_so():
    r = room(talk={"failures": [StoreError("full")] * 3})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(8)
        assert "".join(r.saying[1:3]) == listed("failed.talk")[0]
        assert r.running


async def test_an_error_that_will_not_mend_is_not_tried_again():
    error = CommunityError("forbidden")
    r = room(talk={"failures": [error]})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(8)
        assert r.talk.words == []


async def test_without_a_voice_answers_are_shown():
    r = room(asking())
    r.voice.broken = True
    async with r:
        await r.session.wake()
        await r.says("我要报修")
        await r.passes(1)
        assert (r.saying[-1], r.talk.fates) == (QUESTION.text, [(1, Fate.QUEUED)])
        assert listed("voice_failed")[0] in r.saying


async def test_a_half_duplex_device_is_deaf_while_it_speaks_and_a_moment_longer():
    r = room(asking(), device=Device(duplex=Duplex.HALF, shared=False))
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(0.4)
        await r.speaks("我自己的声音", trace="v1.6")
        await r.hears("s4")
        assert r.talk.words == ["我要报修"]
        await r.speaks("三号楼", trace="v0.8 s4")
        assert r.talk.words == ["我要报修", "三号楼"]


async def test_a_half_duplex_device_hears_the_very_first_words_after_its_call():
    r = room(asking(), device=Device(duplex=Duplex.HALF, shared=False))
    async with r:
        await r.session.wake()
        await r.says("我要报修")
        assert r.talk.words == ["我要报修"]


async def test_a_question_from_before_is_said_again_when_the_device_comes_back():
    r = room()
    async with r:
        r.talk.comes(QUESTION)
        await r.passes(6)
        assert r.saying == [*listed("resumed"), QUESTION.text]
        assert r.states[-1] == "listening"


async def test_what_was_learnt_of_the_person_is_kept():
    r = room(asking(), talk={"habits": Habits(pauses_s=(1.0,))})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("水管", "漏水", trace="v0.8 s1.5 v0.8 s2.4")
    assert r.talk.kept.pauses_s == (1.0, pytest.approx(1.5, abs=0.08))


async def test_sound_of_an_utterance_goes_along_only_when_it_may_be_kept():
    kept = []
    for keeps in (False, True):
        r = room(device=Device(duplex=Duplex.CLEAN, shared=False, keeps_sound=keeps))
        async with r:
            await r.session.wake()
            await r.passes(3)
            await r.speaks("水管", trace="v0.8 s2.4")
        kept.append(bool(r.talk.taken[0].pcm))
    assert kept == [False, True]


async def test_one_device_may_be_called_and_pressed():
    r = room(asking())
    async with r:
        await r.session.wake(held=True)
        await r.speaks("水管", "漏水", trace="s0.3 v0.6 s5 v0.6 s0.1")
        await r.session.end_of_speech()
        await r.passes(4)
        assert (r.talk.words, r.states[-1]) == (["水管漏水"], "idle")
        await r.session.wake(held=False)
        await r.passes(2)
        await r.speaks("三号楼", trace="v0.6 s4")
        assert r.talk.words == ["水管漏水", "三号楼"]


async def test_words_of_a_held_button_are_no_echo_and_no_second_half_though_they_repeat_what_was_cut():
    r = room(asking())
    async with r:
        await r.session.wake(held=True)
        await r.speaks("我要报修", trace="v0.8 s0.1")
        await r.session.end_of_speech()
        await r.passes(1)
        assert r.states[-1] == "speaking"
        await r.session.wake(held=True)
        await r.speaks(QUESTION.text, trace="v0.8 s0.1")
        await r.session.end_of_speech()
        await r.passes(1)
        assert r.talk.words == ["我要报修", QUESTION.text]


async def test_a_session_runs_on_the_clock_of_the_machine(until):
    r = room(asking(0.0), timers=LoopTimers(), voice={"character_s": 0.001})
    running = asyncio.create_task(r.session.run())
    await r.session.wake()
    await r.session.hear_text("我要报修")
    await until(lambda: (1, Fate.PLAYED) in r.talk.fates)
    await r.session.close()
    await running
    assert (r.talk.words, r.saying[-1]) == (["我要报修"], QUESTION.text)
