"""Voice commands: short sentences to the speaker itself, understood by plain code before any engine."""

from __future__ import annotations

import enum
import re

from language.clean import fold
from language.emergency import detect


class Command(enum.Enum):
    """What is wanted of the speaker, whatever it is doing."""

    HELP = "help"
    STOP = "stop"
    REPEAT = "repeat"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HUMAN = "human"
    MENU = "menu"
    UNDO = "undo"
    WAIT = "wait"
    ACKNOWLEDGE = "acknowledge"


_WORDS = {
    Command.STOP: "停|停下|停一下|别说了|闭嘴|安静",
    Command.REPEAT: "再说一遍|没听清|你说什么|啥|重说一遍",
    Command.SLOWER: "慢一?点|说慢一?点|太快了",
    Command.FASTER: "快一?点|说快一?点|太慢了",
    Command.LOUDER: "大声一?点|声音大一?点|听不见",
    Command.QUIETER: "小声一?点|声音小一?点|太吵了",
    Command.HUMAN: "找人工|转人工|转居委会|找真人",
    Command.MENU: "能做什么|你会什么|你能做什么",
    Command.UNDO: "撤销|不要了|取消",
    Command.WAIT: "等一下|等等|我想想|等我想想|等一下我想想",
    Command.ACKNOWLEDGE: "知道了|晓得了|收到",
}
_PATTERNS = {command: re.compile(f"(?:{words})[了吧啊呀]?") for command, words in _WORDS.items()}
_COMPLETE = re.compile(
    "好的?|不要?|对|是的?|不是|不用|嗯|行|可以|没有|[一二三四五六七八九十]+号楼.*[零一二三四五六七八九]|明天上午|明天下午|上午|下午"
)
_OPEN = re.compile(".*(?:我要|那个|这个|在|的|号楼|单元|嗯|然后|就是|我|是)")


def command(text: str) -> Command | None:
    """The command that these words are, as a whole; None when they say anything else."""
    said = fold(text).strip("，,。.！!？? ")
    for found, pattern in _PATTERNS.items():
        if pattern.fullmatch(said):
            return found
    return Command.HELP if detect(text).sos else None


def is_complete(text: str) -> bool:
    """Whether nothing more need follow: a command, a yes or no, a whole answer."""
    said = fold(text).strip("，,。.！!？? ")
    return command(said) is not None or _COMPLETE.fullmatch(said) is not None


def is_open(text: str) -> bool:
    """Whether more must follow."""
    said = fold(text).strip("，,。.！!？? ")
    return len(said) > 1 and not is_complete(said) and _OPEN.fullmatch(said) is not None
