"""A wish for later is told from one for now, and from a time that belongs to somebody."""

from __future__ import annotations

from datetime import datetime

import pytest

from community.times import SHANGHAI
from language.device_hours import later

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("十点钟把空调关掉", (10, 10, 0)), ("半个小时以后关电视", (10, 10, 0)),
        ("明天早上七点拉开窗帘", (11, 7, 0)), ("十分钟后关了", (10, 9, 40)),
        ("过一个钟头把电热毯关掉", (10, 10, 30)), ("下午三点开热水器", (10, 15, 0)),
        ("客厅灯晚上九点关", (10, 21, 0)), ("两点把灯打开", (10, 14, 0)),
        ("不是八点，晚上九点关灯", (10, 21, 0)),
    ],
)  # fmt: skip
def test_wish_for_a_moment_to_come(words: str, moment: tuple[int, int, int]) -> None:
    found = later(words, NOW)
    assert found is not None
    assert (found.start.day, found.start.hour, found.start.minute) == moment


@pytest.mark.parametrize(
    "words",
    [
        "把空调关掉", "我五分钟后进去洗，浴室暖起来", "客人五分钟后到，把灯打开",
        "三点半叫我，把灯关了", "现在就关，十点我要睡", "浴室先暖起来，十分钟后洗",
        "音量调到十点", "空调调低一点", "空调开到二十六度", "天黑了，把灯打开",
        "晚上凉，空调高两度", "门给我落锁，晚上了", "不是十点关灯",
    ],
)  # fmt: skip
def test_wish_for_now(words: str) -> None:
    assert later(words, NOW) is None
