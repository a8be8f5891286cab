"""What is wished of a thing at home, in many voices."""

from __future__ import annotations

import pytest

from language.device_values import Value, find_acts, parse_act, parse_value


def put(what: str, amount: float | str | None) -> Value:
    return Value("set", what, amount)


def step(what: str, sign: int, amount: float | None = None) -> Value:
    return Value("change", what, amount, sign)


ACTS = {
    "on": (
        "打开", "开开", "开一下", "开哈", "开咗佢", "点上", "点着", "拉着", "扯亮嘛", "整着", "启动", "转起来", "吹起来吧",
        "喷起来", "亮一个", "亮起来", "把水烧上", "烧洗澡水", "拉开", "扒拉开", "推开", "通电", "插上", "唔该着返", "開",
        "开锁", "把锁打开", "整上", "走起",
    ),
    "off": (
        "关", "关掉", "关咯", "关脱伊", "关脱算了", "闩", "閂", "閂埋佢", "熄了", "熄晒", "灭了", "灭咖", "整灭了", "给我灭掉",
        "断电", "断了", "拉上", "遮一遮", "锁上", "反锁一下", "落锁", "拧死", "别开着了", "别烧了", "别转着", "收起来",
        "忘关了帮我关一哈", "别忘了关", "莫忘记关", "合上", "叫它歇会儿",
    ),
    "stop": ("停下来", "停住", "停一停", "暂停", "别转"),
    "keep": ("先别关", "别关", "莫关", "不要开", "先不要关", "唔好熄", "你先别动", "暂时别开", "留着"),
    None: ("调一下", "开关", "开得太亮", "二十六度", "你好", "关心一下", "关小点"),
}  # fmt: skip

VALUES: dict[str, Value | None] = {
    # degrees
    "二十六度": put("temperature", 26), "26度": put("temperature", 26),
    "调到二十六度": put("temperature", 26), "开到二十六度": put("temperature", 26),
    "整二十六度": put("temperature", 26), "开廿四度": put("temperature", 24),
    "二十六度半": put("temperature", 26.5), "二是五度": put("temperature", 25),
    "温度设定为二十五度": put("temperature", 25), "干到十八度": put("temperature", 18),
    "调低到二十度": put("temperature", 20), "别低于二十七度": put("temperature", 27),
    "不要二十四度二十四度凉要二十七度": put("temperature", 27),
    "二十六度，不对，二十四度": put("temperature", 24),
    # shares
    "一半": put("percent", 50), "拉一半": put("percent", 50), "百分之三十": put("percent", 30),
    "30%": put("percent", 30), "调到百分之六十": put("percent", 60), "三分之一": put("percent", 33),
    "留一条缝": put("percent", 10), "半开": put("percent", 50), "四分之三": put("percent", 75),
    # levels, modes, ends
    "三档": put("level", 3), "开二挡": put("level", 2), "开三当": put("level", 3),
    "低档": put("level", 1), "中档": put("level", 2), "开大档": put("level", 3),
    "睡眠档": put("mode", "sleep"), "制冷": put("mode", "cool"), "调到制热": put("mode", "heat"),
    "换成除湿": put("mode", "dry"), "改送风": put("mode", "fan_only"), "静音": put("mode", "quiet"),
    "别出声": put("mode", "quiet"), "换成暖光": put("mode", "warm_light"),
    "调白光": put("mode", "cold_light"), "换个护眼光": put("mode", "day_light"),
    "最大": put("end", "max"), "打到最亮": put("end", "max"), "转最慢": put("end", "min"),
    "最小": put("end", "min"), "最暗": put("end", "min"),
    # bare numbers
    "26": put("number", 26), "三十": put("number", 30), "音量开到三十": put("number", 30),
    "回到二十六": put("number", 26), "我要二十五，不要二十八": put("number", 25),
    # more and less
    "亮一点": step("light", 1), "再亮一些": step("light", 1), "调亮点": step("light", 1),
    "整亮点": step("light", 1), "弄暗些": step("light", -1), "调暗一点": step("light", -1),
    "暗一眼": step("light", -1), "柔和点": step("light", -1), "再弱一点": step("light", -1),
    "调小点": step("size", -1), "拧小点": step("size", -1), "调低一点": step("size", -1),
    "拉低点": step("size", -1), "开大点": step("size", 1), "开大啲": step("size", 1),
    "调高一点": step("size", 1), "升一升": step("size", 1), "再拉开点": step("size", 1),
    "慢一点": step("size", -1), "调热点": step("warmth", 1), "再烫一点": step("warmth", 1),
    "大声点": step("sound", 1), "轻一点": step("sound", -1), "细声啲": step("sound", -1),
    "小点声": step("sound", -1), "调响一点": step("sound", 1),
    "高两度": step("size", 1, 2), "打高两度": step("size", 1, 2), "较低两度": step("size", -1, 2),
    "再低一度": step("size", -1, 1), "下调一度": step("size", -1, 1), "升两度": step("size", 1, 2),
    "降三度": step("size", -1, 3), "小一格": step("size", -1, 1), "高一档": step("size", 1, 1),
    "再调一格": step("again", 0, 1), "再来一档": step("again", 0, 1),
    # how it is felt
    "太亮了": Value("complain", "light", None, -1), "太暗了": Value("complain", "light", None, 1),
    "屋头太黑咯": Value("complain", "light", None, 1), "热死了": Value("complain", "warmth", None, -1),
    "有点冷": Value("complain", "warmth", None, 1), "刺眼睛": Value("complain", "light", None, -1),
    "我听不见": Value("complain", "sound", None, 1), "吵死了": Value("complain", "sound", None, -1),
    # no wish of how much
    "打开": None, "关掉": None, "开一下": None, "转三分钟": None, "五点半": None, "中央一台": None,
    "凉了": None, "三号楼": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "act"), [(words, act) for act, group in ACTS.items() for words in group]
)
def test_act_in_many_voices(words: str, act: str | None) -> None:
    assert parse_act(words) == act


@pytest.mark.parametrize(("words", "value"), VALUES.items())
def test_value_in_many_voices(words: str, value: Value | None) -> None:
    assert parse_value(words) == value


def test_last_of_two_acts_counts_and_each_has_its_place() -> None:
    found = find_acts("打开，不，关掉")
    assert [(one.start, one.act) for one in found] == [(0, "on"), (5, "off")]
    assert parse_act("打开，不，关掉") == "off"


def test_complaint_gives_way_to_a_wish() -> None:
    assert parse_value("太亮了，调到百分之三十") == put("percent", 30)
    assert parse_value("调到百分之三十，太亮了") == put("percent", 30)
