"""Notices: which of them concern a home, a topic and a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from community.services import notice
from community.store.identities import Home, Party
from community.times import SHANGHAI
from tests.community.village import Village


def at(day: int, hour: int) -> datetime:
    """A moment of November 2025; the clock stands on the 3rd at 14:05."""
    return datetime(2025, 11, day, hour, tzinfo=SHANGHAI)


async def titles(village: Village, account: Party, **asked) -> list[str]:
    found = await notice.about(village.ctx, account, **({"topic": None} | asked))
    return [one.title for one in found]


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("明天停水吗", "停水"), ("几点来水", "停水"), ("我们楼断水了", "停水"), ("停不停电", "停电"),
        ("今天停电吗", "停电"), ("啥时候来电", "停电"), ("停气通知", "停气"), ("燃气什么时候通", "停气"),
        ("电梯年检", "电梯"), ("电梯维修到几号", "电梯"), ("几号供暖", "供暖"), ("暖气什么时候来", "供暖"),
        ("装修吵死了", "施工"), ("周末有什么活动", "活动"), ("义诊在哪", "活动"), ("消防演练", "消防"),
        ("有什么通知", None), ("", None),
    ],
)  # fmt: skip
def test_words_ask_about_a_topic(words: str, topic: str | None) -> None:
    assert notice.topic_of(words) == topic


@pytest.mark.parametrize("words", ["明天停水停电吗", "停水、停电", "停电停气通知"])
def test_words_about_two_outages_leave_neither_out(words: str) -> None:
    assert notice.topic_of(words) is None


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("3-2-501", ["全小区", "3号楼", "3号楼2单元"]),
        ("3-1-501", ["全小区", "3号楼"]),
        ("13-2-501", ["全小区"]),
        ("2-2-501", ["全小区"]),
        (None, ["全小区"]),
    ],
)
async def test_notice_is_told_to_those_it_concerns(
    village: Village, who: str | None, told: list[str]
) -> None:
    home: Home | None = None
    if who:
        building, unit, number = who.split("-")
        home = await village.home(int(building), int(unit), number, code="10000001")
    account = await village.account(home)
    await village.notice("全小区", starts=at(4, 8))
    await village.notice("3号楼", building=3, starts=at(4, 9))
    await village.notice("3号楼2单元", building=3, unit=2, starts=at(4, 10))
    assert await titles(village, account) == told


async def test_only_published_and_not_expired_notices_are_told(
    village: Village, stranger: Party
) -> None:
    await village.notice("刚发的", published_h=0)
    await village.notice("还没发", published_h=0.01)
    await village.notice("过期了", expires_h=0)
    await village.notice("快过期", expires_h=0.01)
    assert sorted(await titles(village, stranger)) == ["刚发的", "快过期"]


async def test_soonest_comes_first_and_what_has_no_time_last(
    village: Village, stranger: Party
) -> None:
    await village.notice("没有时间")
    await village.notice("后天", starts=at(5, 9))
    await village.notice("今晚", starts=at(3, 20))
    await village.notice("明天", starts=at(4, 9))
    assert await titles(village, stranger) == ["今晚", "明天", "后天", "没有时间"]


async def test_topic_leaves_the_others_out(village: Village, stranger: Party) -> None:
    await village.notice("停水", "停水")
    await village.notice("义诊", "活动")
    assert await titles(village, stranger, topic="停水") == ["停水"]
    assert await titles(village, stranger, topic="消防") == []


async def test_time_leaves_out_what_is_before_and_after(village: Village, stranger: Party) -> None:
    await village.notice("九点到五点", starts=at(4, 9), ends=at(4, 17))
    await village.notice("九点开始", starts=at(4, 9) + timedelta(seconds=1))
    await village.notice("没有时间")
    table = {
        (at(4, 0), at(5, 0)): ["九点到五点", "九点开始", "没有时间"],
        (at(4, 16), at(4, 18)): ["九点到五点", "没有时间"],
        (at(4, 17), at(4, 18)): ["没有时间"],
        (at(4, 8), at(4, 9)): ["没有时间"],
        (at(4, 12), at(4, 12)): ["九点到五点", "没有时间"],
        (at(3, 0), at(4, 0)): ["没有时间"],
        (at(5, 0), at(6, 0)): ["没有时间"],
    }
    assert {asked: await titles(village, stranger, period=asked) for asked in table} == table


async def test_point_in_time_meets_what_begins_then(village: Village, stranger: Party) -> None:
    await village.notice("九点停水", starts=at(4, 9), ends=at(4, 17))
    met = {
        hour: await titles(village, stranger, period=(at(4, hour), at(4, hour)))
        for hour in (8, 9, 17)
    }
    assert met == {8: [], 9: ["九点停水"], 17: []}
