"""What nobody asked for: reminders, staff and notices find their moment, and their fate is told."""

from __future__ import annotations

import pytest

from tests.voice.traces import room
from voice.device import Device
from voice.talk import Fate, Kind, Said
from voice.words import listed

PILLS = Said(3, "王阿姨，该吃药了。", Kind.REMINDER)
NOTICE = Said(4, "明天上午擦玻璃。", Kind.NOTICE)
STAFF = Said(5, "师傅下午两点到。", Kind.STAFF)
QUESTION = Said(1, "请问您家是几号楼？", Kind.ANSWER)


def asking(text):
    return [(0.3, QUESTION)] if text == "我要报修" else []


async def test_a_reminder_comes_with_a_chime_and_waits_to_be_acknowledged():
    r = room()
    async with r:
        r.talk.comes(PILLS)
        await r.passes(5)
        assert sum(r.door.values("sound")) == pytest.approx(0.44 + 9 * 0.2, abs=0.05)
        assert (r.states[-1], r.talk.fates) == ("listening", [(3, Fate.PLAYED)])
        await r.says("知道了")
        await r.passes(1)
        assert (r.talk.fates, r.talk.words) == ([(3, Fate.PLAYED), (3, Fate.ANSWERED)], ["知道了"])


async def test_a_reminder_that_nobody_answers_stays_played():
    r = room()
    async with r:
        r.talk.comes(PILLS)
        await r.passes(400)
        await r.session.wake()
        await r.says("几点了")
        await r.passes(3)
    assert r.talk.fates == [(3, Fate.PLAYED)]


async def test_a_reminder_that_is_cut_may_be_acknowledged_too():
    r = room()
    async with r:
        r.talk.comes(PILLS)
        await r.passes(1.5)
        await r.says("吃过了")
        await r.passes(1)
    assert r.talk.fates == [(3, Fate.CUT), (3, Fate.ANSWERED)]


async def test_a_reminder_does_not_come_between_a_question_and_its_answer():
    r = room(asking)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(3)
        r.talk.comes(PILLS)
        await r.passes(4)
        assert r.saying[-1] == QUESTION.text
        await r.says("三号楼")
        await r.passes(15)
        assert r.saying[-1] == PILLS.text
    assert r.talk.words == ["我要报修", "三号楼"]


async def test_a_reminder_that_has_waited_long_comes_and_the_question_is_asked_again():
    r = room(asking)
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我要报修")
        await r.passes(2)
        r.talk.comes(PILLS)
        for _ in range(9):
            await r.passes(9)
            await r.says("等一下")
        await r.passes(45)
        assert PILLS.text in r.saying
        await r.says("知道了")
        await r.passes(5)
        assert r.talk.words == ["我要报修"]
        assert (3, Fate.ANSWERED) in r.talk.fates
        assert r.saying[-3:] == [
            *listed("acknowledged"), *listed("back_to_question"), QUESTION.text,
        ]  # fmt: skip


async def test_after_a_reminder_in_a_form_silence_leads_back_to_the_question():
    r = room(asking, device=Device(hands_free=False, shared=False))
    async with r:
        await r.says("我要报修")
        await r.passes(30)
        r.talk.comes(PILLS)
        await r.passes(15)
        assert r.saying[-2:] == [*listed("back_to_question"), QUESTION.text]


async def test_a_notice_waits_until_nobody_is_waited_for():
    r = room(lambda _: [(0.3, Said(1, "今天不停水。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(1)
        r.talk.comes(NOTICE)
        await r.passes(9)
        assert NOTICE.text not in r.saying
        await r.passes(6)
        assert r.saying[-1] == NOTICE.text


async def test_staff_are_heard_after_the_answer_and_before_the_rest():
    r = room(lambda _: [(0.3, Said(1, "今天不停水。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        for said in (NOTICE, PILLS, STAFF):
            r.talk.comes(said)
        await r.says("停水吗")
        await r.passes(60)
        told = [one for one in r.saying if one not in listed("wake")]
    assert told == ["今天不停水。", STAFF.text, PILLS.text, NOTICE.text]


async def test_nobody_is_spoken_over():
    r = room()
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("我想", "说的是", trace="v1.0 s0.3 v1.0")
        for said in (NOTICE, PILLS, STAFF):
            r.talk.comes(said)
        await r.speaks("这件事", trace="v1.5 s1.9")
        assert [one for one in r.saying if one not in listed("wake")] == []


async def test_after_a_stop_only_what_is_urgent_is_said_for_a_while():
    r = room(lambda _: [(0.3, Said(1, "今天不停水。明天也不停。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(1)
        await r.says("别说了")
        said = len(r.saying)
        r.talk.comes(STAFF)
        await r.passes(8)
        assert len(r.saying) == said
        await r.passes(6)
        assert r.saying[-1] == STAFF.text


async def test_what_was_not_said_is_given_back_and_what_was_begun_is_cut():
    r = room()
    async with r:
        r.talk.comes(PILLS)
        await r.passes(1)
        r.talk.comes(NOTICE)
        await r.passes(0.2)
    assert r.talk.fates == [(3, Fate.CUT), (4, Fate.QUEUED)]


async def test_repeating_a_reminder_does_not_undo_its_acknowledgement():
    r = room()
    async with r:
        r.talk.comes(PILLS)
        await r.passes(5)
        await r.says("知道了")
        await r.passes(4)
        await r.says("再说一遍")
        await r.passes(5)
        assert r.saying[-1] == PILLS.text
    assert r.talk.fates == [(3, Fate.PLAYED), (3, Fate.ANSWERED)]


async def test_what_a_person_overtook_while_it_waited_is_not_begun():
    r = room()
    async with r:
        r.talk.comes(STAFF)
        r.talk.comes(NOTICE)
        await r.passes(0.5)
        r.talk.overtaken.add(NOTICE.seq)
        await r.passes(60)
        assert r.saying == [STAFF.text]
