"""Words that take others back: 不是 before them, 没空 after, 不对 between them and the right."""

import re

_DENIED = re.compile(
    "(?:不是|不在|不住|不去|不要|不用|并非|除了|除开|别|唔系|唔是|勿是|弗是|莫是|莫|没说|取消)"
    "(?:我?说的?|住|在|去|写|要|约)?$"
)
_ASKED = re.compile("(?:是不|要不|在不|能不|可不|用不|去不)[是要在能可用去]?[住在]?$")
_RHETORIC = re.compile("(?:的|号|那天)?[吗嘛么]")
_CORRECTED = re.compile(
    "不对|不是|错[了啦咯喽]|[说讲搞弄写]错|改[成到为]?|换[成到]?|应该[是系]|[哦噢喔啊]不|不不|.还是"
    "|[，, ]不[，, ]|推[到迟]|挪到|提前到|重[说讲来]|更正|唔[系啱]|勿对|不系"
)
_BUSY = re.compile(
    "[^，,。.；;！!？?]{0,5}?"
    "(?:不行|没空|没时间|不方便|不得[空闲]|唔得|冇空|冇时间"
    "|来不了|去不了|不来|不去|不要|不可以|不成|退掉)"
)
_MAY_BE_BUSY = re.compile("[^，,。.；;！!？?]{0,5}?(?:不在|有事|出门|没人|要?上班|要?开会)")
_REACH = 8  # characters before a stretch that can deny it


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether 不是 or the like stands right before; a question (是不是) denies nothing."""
    before = text[max(0, start - _REACH) : start]
    if _ASKED.search(before) or not _DENIED.search(before):
        return False
    return _RHETORIC.match(text, end) is None


def is_busy(text: str, end: int) -> bool:
    """Whether the words after a time say that it does not suit (明天上午不行)."""
    return _BUSY.match(text, end) is not None


def may_be_busy(text: str, end: int) -> bool:
    """Whether they may mean so (明天上午出门), to be believed when another time is said too."""
    return _MAY_BE_BUSY.match(text, end) is not None


def corrects(between: str) -> bool:
    """Whether the words between two values say that the second replaces the first."""
    return _CORRECTED.search(between) is not None
