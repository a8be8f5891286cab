"""Private things on a shared speaker: announced without saying what, read when their owner is known."""

from __future__ import annotations

import pytest

from tests.voice.traces import room
from voice.device import Device, Duplex, Owner
from voice.talk import Fate, Kind, Said

SHARED = Device(duplex=Duplex.CLEAN, shared=True)
WANG = Owner("王阿姨", ("王秀英", "秀英"))
PILLS = Said(3, "该吃降压药了，一片。", Kind.REMINDER, private=True)
OPENER = ["有一条给王阿姨的提醒，是哪位在听？", "请说一下您是谁。"]


async def test_only_the_opener_is_said_until_somebody_says_who_they_are():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        assert (r.saying, r.talk.fates) == (OPENER, [])
        await r.says("我是王阿姨")
        await r.passes(4)
        assert r.saying[2:] == [PILLS.text]
    assert (r.talk.fates[0], r.talk.words) == ((3, Fate.PLAYED), [])


@pytest.mark.parametrize(
    "answer",
    [
        "我是王秀英",
        "王阿姨在听",
        "秀英",
        "是我",
        "哎，是我",
        "我就是",
        "我是网秀英",
        "王阿姨知道了",
    ],
)
async def test_the_owner_may_say_so_in_many_ways(answer):
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        await r.says(answer)
        await r.passes(4)
        assert r.saying[-1] == PILLS.text


@pytest.mark.parametrize(
    "answer", ["我是她女儿", "王阿姨不在", "不是我", "她出门买菜了", "我是小李", "没人"]
)
async def test_somebody_else_hears_nothing_of_it(answer):
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        await r.says(answer)
        await r.passes(4)
        assert (r.saying[-1], r.talk.words) == ("好的，那我等王阿姨在的时候再说。", [])
        assert r.talk.fates == [(3, Fate.QUEUED)]


async def test_other_business_is_no_answer_and_is_not_lost():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        await r.says("今天停水吗")
        await r.passes(3)
        assert (r.talk.words, r.talk.fates) == (["今天停水吗"], [(3, Fate.QUEUED)])
        assert PILLS.text not in r.saying


async def test_nobody_there_leaves_it_waiting_and_the_next_wake_tells_of_it():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(30)
        assert (r.saying, r.talk.fates, r.states[-1]) == (OPENER, [(3, Fate.QUEUED)], "idle")
        await r.session.wake()
        await r.passes(8)
        assert r.saying[2:] == OPENER
        await r.says("我是王阿姨")
        await r.passes(4)
        assert r.saying[-1] == PILLS.text


async def test_who_is_known_stays_known_for_a_while_and_not_for_ever():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        await r.says("我是王阿姨")
        await r.passes(20)
        r.talk.comes(Said(4, "血压一百三。", Kind.STAFF, private=True))
        await r.passes(20)
        assert r.saying[-1] == "血压一百三。"
        await r.passes(300)
        r.talk.comes(Said(5, "血糖五点六。", Kind.STAFF, private=True))
        await r.passes(20)
        assert r.saying[-2:] == ["有一件给王阿姨的事，是哪位在听？", "请说一下您是谁。"]


async def test_several_private_things_have_one_opener():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        r.talk.comes(Said(4, "血压一百三。", Kind.STAFF, private=True))
        await r.passes(9)
        assert r.saying == OPENER
        await r.says("我是王阿姨")
        await r.passes(20)
        assert sorted(r.saying[2:]) == sorted([PILLS.text, "血压一百三。"])


async def test_a_private_answer_needs_its_owner_too():
    r = room(
        lambda _: [(0.3, Said(1, "您上次血压一百五。", Kind.ANSWER, private=True))],
        device=SHARED, owner=WANG,
    )  # fmt: skip
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("我的血压记录")
        await r.passes(6)
        assert r.saying[-2:] == ["有一件给王阿姨的事，是哪位在听？", "请说一下您是谁。"]
        await r.says("我是王阿姨")
        await r.passes(4)
        assert r.saying[-1] == "您上次血压一百五。"


async def test_a_device_of_ones_own_says_it_at_once():
    r = room(owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(4)
        assert r.saying == [PILLS.text]


async def test_without_a_known_name_only_oneself_can_answer():
    r = room(device=SHARED)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        assert r.saying[0] == "有一条给主人的消息，是哪位在听？"
        await r.says("我是小李")
        await r.passes(4)
        assert PILLS.text not in r.saying


async def test_an_alarm_is_never_held_back():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(Said(5, "王阿姨摔倒了，快去看看！", Kind.ALARM, private=True))
        await r.passes(4)
        assert r.saying == ["王阿姨摔倒了，快去看看！"]


async def test_what_waits_for_its_owner_is_given_back_when_the_device_goes():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(1)
    assert r.talk.fates == [(3, Fate.QUEUED)]


HEARD = Said(1, "您上次血压一百五。", Kind.ANSWER, private=True)


async def owner_heard(r, said=HEARD):
    """The owner is known, and has heard it."""
    await r.session.wake()
    await r.passes(3)
    r.talk.comes(said)
    await r.passes(8)
    await r.says("我是王阿姨")
    await r.passes(8)
    assert r.saying[-1] == said.text


@pytest.mark.parametrize("words", ["再说一遍", "慢一点"])
async def test_what_the_owner_heard_is_not_said_again_to_whoever_asks_later(words):
    r = room(device=SHARED, owner=WANG)
    async with r:
        await owner_heard(r)
        await r.passes(400)
        told = len(r.saying)
        await r.says(words)
        await r.passes(8)
        assert HEARD.text not in r.saying[told:]
        assert r.saying[-2:] == ["有一件给王阿姨的事，是哪位在听？", "请说一下您是谁。"]
        await r.says("我是小李")
        await r.passes(6)
        assert r.saying[-1] == "好的，那我等王阿姨在的时候再说。"
        await r.says(words)
        await r.passes(8)
        await r.says("是我，王阿姨")
        await r.passes(6)
        assert r.saying[-1] == HEARD.text
    assert [fate for seq, fate in r.talk.fates if seq == 1 and fate is Fate.PLAYED] == [Fate.PLAYED]


async def test_nothing_is_said_again_that_was_said_more_than_ten_minutes_ago():
    r = room(lambda _: [(0.3, Said(1, "今天不停水。", Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(590)
        await r.says("再说一遍")
        await r.passes(5)
        assert r.saying[-1] == "今天不停水。"
        await r.passes(600)
        await r.says("再说一遍")
        await r.passes(5)
        assert "".join(r.saying[-2:]) == "我还没说什么呢。您有什么事，请讲。"


QUESTION = Said(2, "您的降压药吃了吗？", Kind.ANSWER, private=True)


async def test_a_private_question_is_not_asked_again_of_somebody_else():
    r = room(device=SHARED, owner=WANG)
    async with r:
        await owner_heard(r, QUESTION)
        await r.passes(400)
        told = len(r.saying)
        await r.session.wake()
        await r.passes(100)
        assert not [one for one in r.saying[told:] if "降压药" in one]


def openers(r):
    return r.saying.count(OPENER[0])


async def test_a_reminder_that_waits_is_announced_after_5_and_15_minutes_and_said_once():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(30)
        r.talk.comes(PILLS)  # its lease is over: whoever gave it back is given it again
        await r.passes(240)
        assert (openers(r), r.talk.fates) == (1, [(3, Fate.QUEUED)])
        await r.passes(60)
        assert openers(r) == 2
        await r.passes(540)
        assert openers(r) == 2
        await r.passes(60)
        assert openers(r) == 3
        await r.passes(3_600)
        assert openers(r) == 3
        await r.session.wake()
        await r.passes(8)
        await r.says("是我")
        await r.passes(30)
        assert r.saying.count(PILLS.text) == 1


async def test_a_reminder_that_was_said_is_announced_no_more():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        await r.says("是我")
        await r.passes(2_000)
        assert openers(r) == 1


async def test_what_may_not_be_said_any_more_is_not_announced_again():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(30)
        r.talk.overtaken.add(PILLS.seq)
        await r.passes(2_000)
        await r.session.wake()
        await r.passes(8)
        assert openers(r) == 1


async def test_a_cry_instead_of_an_answer_leaves_it_waiting_and_announced_again():
    r = room(device=SHARED, owner=WANG)
    async with r:
        r.talk.comes(PILLS)
        await r.passes(8)
        await r.says("救命啊")
        await r.passes(2)
        assert (r.talk.words, r.talk.fates) == (["救命啊"], [(3, Fate.QUEUED)])
        await r.session.wake()
        await r.passes(8)
        assert r.saying[-2:] == OPENER
