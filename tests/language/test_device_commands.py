"""Sentences taken apart into commands: several things, rooms, corrections, slips."""

from __future__ import annotations

import pytest

from language.device_commands import Command, areas_in, mend, parse, says_every
from language.device_values import Value

DEGREES_26 = Value("set", "temperature", 26)


def lamp(act: str | None, *areas: str, word: str = "灯", **more: object) -> Command:
    return Command("light", word, areas=areas, act=act, **more)  # type: ignore[arg-type]


TABLE: dict[str, list[Command]] = {
    "开灯": [lamp("on")],
    "打开客厅的灯": [lamp("on", "客厅")],
    "唔該幫我閂燈": [lamp("off")],
    "屋头太黑咯开哈灯": [lamp("on", value=Value("complain", "light", None, 1))],
    "阳台灯忘关了帮我关一哈": [lamp("off", "阳台")],
    "走廊的灯别开着了": [lamp("off", "玄关")],
    "所有的灯都关了": [lamp("off", every=True)],
    "先别关客厅灯": [lamp("keep", "客厅")],
    "餐厅跟过道的灯熄了": [lamp("off", "客厅", "玄关")],
    "书房台灯开一下": [Command("light", "台灯", True, ("书房",), "on")],
    "空调整二十六度": [Command("climate", "空调", value=DEGREES_26)],
    "冷气开大啲啦，焗死人": [
        Command("climate", "冷气", act="on", value=Value("change", "size", None, 1))
    ],
    # several at once
    "关客厅灯，开卧室灯": [lamp("off", "客厅"), lamp("on", "卧室")],
    "把灯关了电视也关了": [lamp("off"), Command("tv", "电视", act="off")],
    "关灯开电视": [lamp("off"), Command("tv", "电视", act="on")],
    "把客厅灯和空调关了": [
        lamp("off", "客厅", shared=True),
        Command("climate", "空调", areas=("客厅",), act="off", shared=True),
    ],
    "把客厅灯和卧室灯关了": [lamp("off", "客厅"), lamp("off", "卧室")],
    # corrections
    "打开客厅的灯，不对，卧室的": [lamp("on", "卧室")],
    "开灯，不是客厅，是卧室": [lamp("on", "卧室")],
    "床帘拉上，不对，窗帘": [Command("curtain", "窗帘", act="off")],
    "把机顶盒打开不对是先开电视": [Command("tv", "电视", act="on")],
    "空调不要二十四度二十四度凉要二十六度": [Command("climate", "空调", value=DEGREES_26)],
    # what is said before or after the thing
    "我要二十六度，空调": [Command("climate", "空调", value=DEGREES_26)],
    "关了吧，电费贵着呢，我说取暖器": [Command("heater", "取暖器", True, act="off")],
    "空调二十度太狠了，调到二十六度": [Command("climate", "空调", value=DEGREES_26)],
    "外头太阳直射电视，把窗帘遮一遮": [Command("curtain", "窗帘", act="off")],
    # nothing named
    "太暗了": [Command("light", value=Value("complain", "light", None, 1))],
    "烧洗澡水": [Command("water_heater", act="on")],
    "风速调三档": [Command("climate", value=Value("set", "level", 3))],
    "改制热": [Command("climate", value=Value("set", "mode", "heat"))],
    "全关了": [Command(None, act="off", every=True)],
    "客厅的电器统统关掉": [Command(None, areas=("客厅",), act="off", every=True)],
    "打开它": [Command(None, act="on")],
    "再低一度": [Command(None, value=Value("change", "size", 1, -1))],
    "你好": [Command(None)],
    "门锁上": [Command("lock", "门", act="off")],
    "门锁打开": [Command("lock", "门锁", act="on")],
    # words that only look like things
    "总水阀给我关了出远门": [Command("other", "总水阀", True, act="off")],
    "黑灯瞎火的，亮一个": [Command(None, act="on")],
}


@pytest.mark.parametrize(("words", "commands"), TABLE.items())
def test_sentence_is_taken_apart(words: str, commands: list[Command]) -> None:
    assert parse(words) == commands


def test_misheard_names_are_put_right_and_known_ones_left() -> None:
    assert mend("空掉打开", [("device", "空掉")]) == "空调打开"
    assert mend("把客听的灯关了", [("area", "客听"), ("device", "灯")]) == "把客厅的灯关了"
    assert mend("打开香蕉", [("device", "香蕉")]) == "打开香蕉"


def test_rooms_and_all() -> None:
    assert areas_in("不是客厅是灶屋") == ("厨房",)
    assert (says_every("统统关掉"), says_every("关掉")) == (True, False)
