"""Urgency of a repair: the rules of the domain model as a table of sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.labels import group
from community.services import urgency
from community.times import FixedClock
from language.emergency import detect

DUE = {
    "critical": timedelta(minutes=5),
    "high": timedelta(minutes=30),
    "normal": timedelta(hours=24),
    "low": timedelta(days=3),
}

CRIES = {
    "着火": ("厨房着火了", "fire"),
    "煤气味": ("家里有煤气味", "gas"),
    "触电": ("我妈触电了", "shock"),
    "电梯困人": ("电梯困人了", "lift"),
    "晕倒": ("老伴晕倒了", "medical"),
    "爆管": ("水管爆了", "flood"),
    "老人联系不上": ("老人联系不上", "missing"),
}
"Dangers of the domain model that are an emergency before they can be a repair"

TABLE = {
    "critical": ["厨房水管爆了", "爆管了", "墙上的水管喷水了", "水柱冲到天花板", "插座冒火花"],
    "high": [
        "厨房水管漏水", "天花板渗水", "水龙头滴滴答答一晚上", "漏了好多水", "流得一地都是",
        "我家停电了", "家里没电了", "跳闸了合不上", "插座漏电",
        "门锁打不开", "大门打不开了", "锁坏了", "钥匙断在里头，进不了家", "我被锁在外面",
        "家里没水了", "马桶堵了", "马桶冲不下去", "下水道堵了", "地漏往外冒水", "地漏返味",
        "灯坏了，老人一个人在家", "我坐轮椅，电梯卡坏了",
    ],
    "normal": [
        "客厅灯不亮", "空调不制冷", "窗户关不上", "热水器没热水", "油烟机不转", "插座没反应",
        "燃气灶打不着火", "暖气片不热",
    ],
    "low": [
        "柜门松了一点", "抽屉有点松", "墙上有划痕", "地板掉漆了", "不急，灯有点暗",
        "空调有异响", "灯不亮，有空再来", "窗户关不严，什么时候都行",
    ],
}  # fmt: skip

GRAVEST_WINS = [("不急，水龙头滴水", "high"), ("不着急，水管喷水了", "critical")]

NEAR = [
    ("花洒不喷水了", "normal"), ("水管一直喷水", "critical"),
    ("燃气灶打不出火花", "normal"), ("打不着火花", "normal"), ("插座老是打火花", "critical"),
    ("门口的灯坏了", "normal"), ("门铃坏了", "normal"), ("柜门坏了", "normal"),
    ("入户门坏了", "high"), ("防盗门的锁坏了", "high"), ("门口的锁打不开", "high"),
    ("没电视信号", "normal"), ("没有电视信号", "normal"), ("家里没有电", "high"),
    ("下水道反味", "high"),
]  # fmt: skip
"Words that look like an urgent one, and the urgent one beside them"


@pytest.mark.parametrize(
    ("words", "level"),
    [(words, level) for level, sentences in TABLE.items() for words in sentences]
    + GRAVEST_WINS
    + NEAR,
)
def test_words_have_the_urgency_of_the_table(words: str, level: str) -> None:
    assert urgency.decide(words) == level


@pytest.mark.parametrize(("words", "kind"), CRIES.values(), ids=CRIES.keys())
def test_danger_to_life_is_an_emergency_before_it_is_a_repair(words: str, kind: str) -> None:
    assert detect(words).kind == kind


@pytest.mark.parametrize("level", DUE)
def test_each_level_has_its_time_and_its_promise(clock: FixedClock, level: str) -> None:
    assert urgency.due_at(level, clock.now()) - clock.now() == DUE[level]
    assert group("urgency")[level]
    assert group("promise")[level]
