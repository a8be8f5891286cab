"""Numbers to write down are said twice; sums, dates, questions and lists are not."""

from __future__ import annotations

import pytest

from tests.voice.traces import room
from voice.talk import Kind, Said
from voice.twice import numbers_twice
from voice.words import Words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("物业电话是62345678。早上八点上班。", "物业电话是62345678。再说一遍，62345678。早上八点上班。"),
        ("请打13800138000", "请打13800138000。再说一遍，13800138000。"),
        ("报修单WX20240501-007已经登记。", "报修单WX20240501-007已经登记。再说一遍，WX20240501-007。"),
        ("预约号是4829。请带身份证。", "预约号是4829。再说一遍，4829。请带身份证。"),
        ("访客码是 482913，今天有效。", "访客码是 482913，今天有效。再说一遍，482913。"),
        ("电话是13800138000，对吗？", "电话是13800138000，对吗？"),
        ("物业费1325元，11月30日到期。", "物业费1325元，11月30日到期。"),
        ("您的车京A12345已经登记。", "您的车京A12345已经登记。"),
        ("着急请打120，或者12345。", "着急请打120，或者12345。"),
        ("3号楼2单元501停水。", "3号楼2单元501停水。"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_number_to_write_down_is_said_twice(text, said):
    assert numbers_twice(text, Words()) == said


def test_a_list_of_numbers_is_said_once():
    text = "物业电话62345678。居委会电话62345679。水务电话62345670。"
    assert numbers_twice(text, Words()) == text


async def test_only_answers_say_it_twice():
    r = room(lambda _: [(0.3, Said(1, "物业电话是62345678。", Kind.ANSWER))])
    async with r:
        r.talk.comes(Said(2, "值班电话是62345679。", Kind.STAFF))
        await r.passes(6)
        await r.session.wake()
        await r.passes(3)
        await r.says("电话多少")
        await r.passes(10)
        assert [r.saying[0], *r.saying[2:]] == [
            "值班电话是62345679。", "物业电话是62345678。", "再说一遍，62345678。",
        ]  # fmt: skip


async def test_a_long_sentence_that_was_not_caught_twice_is_said_in_pieces():
    told = Said(1, "今天下午两点到五点停水，请您提前接水，明天早上恢复。谢谢您。", Kind.ANSWER)
    r = room(lambda _: [(0.3, told)])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(8)
        whole = ["今天下午两点到五点停水，请您提前接水，明天早上恢复。", "谢谢您。"]
        await r.says("再说一遍")
        await r.passes(12)
        assert r.saying[3:] == whole
        await r.says("再说一遍")
        await r.passes(20)
        assert r.saying[5:] == [
            "今天下午两点到五点停水。",
            "请您提前接水。",
            "明天早上恢复。",
            "谢谢您。",
        ]
