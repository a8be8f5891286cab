"""Commands to the reading itself: go on, again, the result, enough; everything else is for the dialogue.

They are read as whole utterances only, so that a sentence which holds 结果 or 再见 is still a sentence.
"""

from __future__ import annotations

import enum
import re
from functools import cache

from connectors.skills.words import several
from language.clean import fold
from language.numbers import digits


class Command(enum.Enum):
    MORE = "say_more"
    AGREED = "say_more_agreeing"
    "Goes on only when it was asked whether to"
    ENOUGH = "enough_said"
    HUSH = "hush"
    REPEAT = "repeat"
    RESULT = "result"
    LEAVE = "leave"


CODE_LENGTH = 8
"Of a household code"
_EDGES = " 。.!！,，?？~～、"
_PARTICLES = "啊呀吧呢哦嘛啦了"
_BIND = re.compile(
    "^(?:请|帮我|我要|我想|给我)*绑定(?:一下)?(?:我家|家里|房子|户号|房屋|住房)*(?:的|是|为)?"
)


def read(text: str) -> Command | None:
    """The command that the words are; None for words of the dialogue."""
    said = fold(text).strip(_EDGES)
    table = _table()
    return table.get(said) or table.get(said.rstrip(_PARTICLES))


def household_code(text: str) -> str | None:
    """The code in 绑定一二三四五六七八 or 绑定户号12345678; None for anything else."""
    said = "".join(c for c in fold(text) if c not in _EDGES)
    found = _BIND.match(said)
    code = digits(said[found.end() :]) if found else None
    return code if code is not None and len(code) == CODE_LENGTH else None


def opens(text: str, skill_name: str) -> bool:
    """Whether the words only open the skill by its name: 打开邻声."""
    said = fold(text).strip(_EDGES)
    name = fold(skill_name).strip()
    if not name or not said.endswith(name):
        return False
    return said == name or said.removesuffix(name).strip() in several("opening")


@cache
def _table() -> dict[str, Command]:
    found: dict[str, Command] = {}
    for command in Command:
        for phrase in several(command.value):
            found.setdefault(phrase, command)
    return found
