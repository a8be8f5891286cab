"""What is wished of a thing at home: on or off, a degree, a share, a step up or down.

Which thing it is stays open here (`device_commands` reads that); a word that names one should be
masked before, or 大灯 and 冷气 are read as wishes.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from language.clean import fold
from language.corrections import is_denied
from language.numerals import NUMBER, parse_number

Act = Literal["on", "off", "stop", "keep"]
"on also opens and unlocks, off also closes and locks; keep is a plea to leave it (先别关)"


class Value(NamedTuple):
    """`how`: set, change, or `complain` (太亮了: a change if nothing else is said).

    `what` and `amount`: temperature, degrees; percent, 0 to 100; level, 1 to 3 or low, middle,
    high; mode, its word; end, max or min; number, without a unit; of a change up (+) or down (-)
    it is warmth, light, sound or size, and the amount is degrees or steps, None for 一点.
    """

    how: Literal["set", "change", "complain"]
    what: str
    amount: float | str | None
    sign: int = 0


class Said(NamedTuple):
    """A reading with the place that it has in the text."""

    start: int
    end: int
    value: Value


class Acted(NamedTuple):
    start: int
    end: int
    act: Act


_KEEP = "(?:先|暂时|你)?(?:别|莫|甭|勿|唔好|不要|不用|不准|不必|不想)(?:再|急着|着急|给我|把它|去)?"
_HALT = "[关开闩熄灭锁动]"
_ACTS: tuple[tuple[Act, re.Pattern[str]], ...] = (
    ("on", re.compile("[开解]锁|锁(?:给我)?打?开")),
    ("off", re.compile("(?:别|不要|甭|莫)(?:再)?(?:开着|开了|亮着|烧|转着|吹着|喷|放了)|唔使开")),
    ("keep", re.compile(f"{_KEEP}(?!忘|着凉|对|人){_HALT}(?!错)|留着|不用管")),
    ("stop", re.compile("停(?:下来|下|住|一停|一下)|(?:别|莫|甭)转(?!太)|暂停|别动")),
    ("off", re.compile(
        "(?<!开)关(?!小|低|键|心|系|于|到.{0,4}[半成]|[着没]没)|闩|熄(?!火没)|(?:弄|整|扯|拉|吹)?灭(?!蚊)|断电|断[了开]|"
        "合上|拉上|拉拢|拉起来|遮(?:一遮|上|住|起来)?|反锁|落锁|锁(?:上|好|起|死|紧|门|一下)?|拧[死紧]|掐|"
        "歇(?:会|一)|收起来|收了|停(?:了|掉)|撤了?|布上"
    )),
    ("on", re.compile(
        "打开|(?<!公)开(?!得|关|水|心|会|车|始充|饭|门红)|点[上亮着](?!的)|点一下|拉[开着]|扯[开亮]|扒拉开|撩开|启动|"
        "(?<![不没])亮(?:起来|一个|上|着(?![没呢吗]))|(?:烧|转|吹|喷|暖|热|动)起来|烧(?:上|洗澡水|水)|通电|插上|推开|敞开|着返|"
        "解锁|(?:整|弄)着|走起|整上|升起"
    )),
)  # fmt: skip
"Earlier ones hide later ones at the same place"


def find_acts(text: str) -> list[Acted]:
    """All that is to be done, from left to right: 把灯关咯, 闩灯, 窗帘拉上, 先别关."""
    said, found = fold(text), list[Acted]()
    for act, pattern in _ACTS:
        for match in pattern.finditer(said):
            if all(match.end() <= one.start or one.end <= match.start() for one in found):
                found.append(Acted(match.start(), match.end(), act))
    return sorted(found)


def parse_act(text: str) -> Act | None:
    """The last act of the text; None when it has none."""
    found = find_acts(text)
    return found[-1].act if found else None


_WARMTH, _LIGHT, _SOUND, _SIZE = "warmth", "light", "sound", "size"
_UP = {
    "热": _WARMTH, "暖": _WARMTH, "烫": _WARMTH, "亮": _LIGHT, "强": _LIGHT, "响": _SOUND, "大声": _SOUND,
    "高": _SIZE, "大": _SIZE, "快": _SIZE, "升": _SIZE, "多": _SIZE, "开": _SIZE,
}  # fmt: skip
_DOWN = {
    "冷": _WARMTH, "凉": _WARMTH, "暗": _LIGHT, "柔和": _LIGHT, "柔": _LIGHT, "弱": _LIGHT, "黑": _LIGHT,
    "轻": _SOUND, "静": _SOUND, "细声": _SOUND, "细": _SOUND, "小声": _SOUND,
    "低": _SIZE, "小": _SIZE, "慢": _SIZE, "降": _SIZE, "少": _SIZE,
}  # fmt: skip
_SENSE = {word: (what, 1) for word, what in _UP.items()} | {
    word: (what, -1) for word, what in _DOWN.items()
}
_WORDS = "|".join(sorted(_SENSE, key=len, reverse=True))
_BIT = "(?:一?(?:点点|丁点|点儿?|些|啲|眼|哈|丢丢|滴滴)|的|忒)"
_STEP = rf"(?P<number>{NUMBER})(?P<unit>度|格|档|挡|当|级)"
_VERB = "(?:[再更往朝较上下调弄整打拧放升降拉搞掉开关转烧回]|给我|声音?|音量|温度|亮度|风速|小)"
_CHANGE = re.compile(
    rf"(?:{_VERB}){{0,4}}(?<![最太])(?P<sense>{_WORDS})(?:(?P<to>到|成|至)|{_STEP}|(?P<bit>{_BIT})|$|(?P<end>了|着|啊|呗|吧))"
    rf"|(?P<twice>升一升|降一降|暖一暖|亮一亮)|(?P<once>小|大|高|低)一[格档挡度]"
)
_BY_STEP = re.compile(rf"(?P<way>上调|下调|[升加减降][了个]?){_STEP}")
_SHORT = re.compile(
    "(?P<sense>大声|小声|细声|[轻静慢亮暗])(?:一?(?:点|些|啲|眼))|[大小]点声|小声|大声"
)
_COMPLAINT = re.compile(
    "[太老忒好][过特]?(?P<sense>暗|黑|亮|热|冷|凉|烫|响|吵|大声|小声|闷)|(?P<dazzle>刺眼|晃眼|照得?眼)|(?P<dim>看不见|看不清|看不到|"
    "黑灯瞎火|瞅不见)|(?P<deaf>听不见|听不到|听不清)|(?P<noise>吵死|太吵|吵得)|(?P<freeze>热死|热得|闷热|焗|出汗)|(?P<chill>冷死|冻得|好冷|有点冷)"
)
_COMPLAINED = {
    "暗": (_LIGHT, 1), "黑": (_LIGHT, 1), "亮": (_LIGHT, -1), "热": (_WARMTH, -1), "闷": (_WARMTH, -1),
    "冷": (_WARMTH, 1), "凉": (_WARMTH, 1), "烫": (_WARMTH, -1), "响": (_SOUND, -1),
    "吵": (_SOUND, -1), "大声": (_SOUND, -1), "小声": (_SOUND, 1), "dazzle": (_LIGHT, -1),
    "dim": (_LIGHT, 1), "deaf": (_SOUND, 1), "noise": (_SOUND, -1), "freeze": (_WARMTH, -1),
    "chill": (_WARMTH, 1),
}  # fmt: skip

_MODES = {
    "cool": "制冷|冷风|冷气模式", "heat": "制热|热风|暖风|制暖", "dry": "除湿|抽湿", "fan_only": "送风|通风",
    "auto": "自动", "sleep": "睡眠", "quiet": "静音|(?:别|不要)出声|闭嘴", "warm_light": "暖光|暖黄|暖色|黄光",
    "cold_light": "白光|冷光", "day_light": "自然光|护眼光?", "save": "节能|省电",
}  # fmt: skip
_MODE = {code: re.compile(words) for code, words in _MODES.items()}
_LEVELS: dict[str, float] = {"低": 1, "小": 1, "弱": 1, "中": 2, "高": 3, "大": 3, "强": 3}
_LEVEL = re.compile(rf"(?P<number>{NUMBER})[档挡当]|(?P<word>[低小弱中高大强])[档挡]")
_ENDS = re.compile(
    "最(?P<top>大|亮|高|快|热|强|响|猛)|最(?P<low>小|暗|低|慢|弱|轻|静)|(?P<full>开到头|拉到底|拉满|全开)"
)
_DEGREE = re.compile(
    rf"(?P<number>{NUMBER})度(?P<half>半)?|(?P<ten>[二三四五六]是[一二三四五六七八九])度"
)
_PERCENT = re.compile(
    rf"百分之(?P<of>{NUMBER})|(?P<sign>\d{{1,3}}) ?%|(?P<half>一半|(?<!点)半开(?!始)|对半)|"
    rf"(?P<below>[二三四五])分之(?P<above>[一二三四])|(?P<slit>一条缝|条缝|一道缝)"
)
_BARE = re.compile(
    rf"(?:[到成为至整设定干回要开■]|音量|温度)(?P<number>{NUMBER})(?![\d分点个小时秒块楼号台频条盏样会下些度格档挡当级成%/之])"
)
_ALONE = re.compile(rf"(?:就|要|那就|改成?)?(?P<number>{NUMBER})(?:吧|就行|就好|好了|啊)?")


def find_values(text: str) -> list[Said]:
    """All wishes of how much, from left to right; what is denied (不要二十八) is left out."""
    said, found = fold(text), list[Said]()
    for read in (_percents, _changes, _settings, _bare, _complaints):
        for one in read(said):
            if all(one.end <= other.start or other.end <= one.start for other in found):
                found.append(one)
    kept = [one for one in found if not is_denied(said, one.start, one.end)]
    return sorted(kept)


def parse_value(text: str) -> Value | None:
    """The last wish of the text, a complaint only if there is no other; None when it has none."""
    found = [one.value for one in find_values(text)]
    plain = [one for one in found if one.how != "complain"]
    kept = plain or found
    return kept[-1] if kept else None


def _percents(said: str) -> list[Said]:
    found = []
    for match in _PERCENT.finditer(said):
        if match["half"]:
            amount: float | None = 50
        elif match["slit"]:
            amount = 10
        elif match["below"]:
            above, below = parse_number(match["above"]), parse_number(match["below"])
            amount = round(100 * above / below) if above and below else None
        else:
            amount = parse_number(match["of"] or match["sign"])
        if amount is not None:
            found.append(Said(*match.span(), Value("set", "percent", amount)))
    return found


def _changes(said: str) -> list[Said]:
    found = []
    for match in _SHORT.finditer(said):
        what, sign = _SENSE[match["sense"]] if match["sense"] else _SENSE[_loudness(match.group())]
        found.append(Said(*match.span(), Value("change", what, None, sign)))
    for match in _BY_STEP.finditer(said):
        sign = -1 if match["way"][0] in "降减下" else 1
        found.append(_step(match, _SIZE, sign))
    for match in _CHANGE.finditer(said):
        if match["to"] or (match["end"] and not re.match(_VERB, match.group())):
            continue  # 调低到二十度 sets; 冷了 is a remark
        if match["twice"]:
            what, sign = _SENSE[match["twice"][0]]
        elif match["once"]:
            what, sign = _SENSE[match["once"]]
            found.append(Said(*match.span(), Value("change", what, 1, sign)))
            continue
        else:
            what, sign = _SENSE[match["sense"]]
            if len(match.group()) == 1 or (
                match["sense"] == "开" and (match["bit"] or "")[-1:] not in {*"点儿些啲"}
            ):
                continue  # one syllable alone is no wish, and 打开 is an act
        found.append(_step(match, what, sign))
    again = re.fullmatch(rf"再(?P<plain>调|来)?{_STEP}(?:吧)?", said)
    if again:
        found.append(_step(again, "again", 0))
    return found


def _loudness(word: str) -> str:
    return "大声" if "大" in word else "小声"


def _step(match: re.Match[str], what: str, sign: int) -> Said:
    number = match["number"]
    amount = parse_number(number) if number else None
    return Said(*match.span(), Value("change", what, amount, sign))


def _settings(said: str) -> list[Said]:
    found = []
    for match in _ENDS.finditer(said):
        end = "min" if match["low"] else "max"
        found.append(Said(*match.span(), Value("set", "end", end)))
    for match in _LEVEL.finditer(said):
        level = parse_number(match["number"]) if match["number"] else _LEVELS[match["word"]]
        if level is not None:
            found.append(Said(*match.span(), Value("set", "level", level)))
    for match in _DEGREE.finditer(said):
        number = (match["number"] or match["ten"]).replace(
            "是", "十"
        )  # 二是五度, as it is misheard
        degrees = parse_number(number)
        if degrees is not None:
            half = 0.5 if match["half"] else 0
            found.append(Said(*match.span(), Value("set", "temperature", degrees + half)))
    for code, pattern in _MODE.items():
        found += [Said(*m.span(), Value("set", "mode", code)) for m in pattern.finditer(said)]
    return found


def _bare(said: str) -> list[Said]:
    whole = _ALONE.fullmatch(said.strip(" ，。！!,."))
    matches = [whole] if whole else list(_BARE.finditer(said))
    found = []
    for match in matches:
        number = parse_number(match["number"])
        if number is not None:
            start = 0 if whole else match.start("number")
            end = len(said) if whole else match.end("number")
            found.append(Said(start, end, Value("set", "number", number)))
    return found


def _complaints(said: str) -> list[Said]:
    found = []
    for match in _COMPLAINT.finditer(said):
        key = match["sense"] or str(match.lastgroup)
        what, sign = _COMPLAINED[key]
        found.append(Said(*match.span(), Value("complain", what, None, sign)))
    return found
