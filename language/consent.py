"""Consent: a plain yes or no to a question that our own code asked (您是说报修吗), and nothing else."""

from __future__ import annotations

import re

from language.clean import fold
from language.short_answers import is_yes

_END = "[了啦吧呀啊的嘛呢哦哈， ,。.！!]*"
_NO = re.compile(
    "(?:嗯|啊|哎|不+|那|我)*[， ,]*"
    "(?:不是|不对|不要|不用|不必|不了|不|错|错了|没有?|没说|莫|算了|唔系|唔是|弗是|勿是|甭|不需要|不行|没这么说)"
    f"(?:我|说|这个|这样|这么说)*{_END}"
)
_DENIAL = re.compile(
    "(?:嗯|啊|哎)*(?:不是|不对|错了?|没说|唔系|弗是|勿是)(?:这个|的|了|啊|呀)*[，,。 ]*(?=.)"
)


def consent(text: str) -> bool | None:
    """True or False; None when the words say something else, too."""
    said = fold(text).strip()
    if is_yes(said):
        return True
    return False if _NO.fullmatch(said) else None


def correction(text: str) -> str | None:
    """What a denial puts right (不是，是三号楼: 是三号楼); None when there is no denial or nothing after."""
    said = text.strip()
    found = _DENIAL.match(said)
    if found is None or consent(said) is not None:
        return None
    return said[found.end() :]
