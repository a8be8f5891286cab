"""Introduction: what somebody answers who was asked which of the household is listening."""

from __future__ import annotations

import re

from language.clean import fold
from language.consent import consent
from language.homophones import best_match
from voice.device import Owner

_HERSELF = re.compile(
    "(?:哎|嗯|对|喂|[， ,])*(?:(?:就|正)?是我(?:本人)?|我就是|我是本人|我本人)[呀啊呢的]*"
)
_NAMING = re.compile("^(?:哎|嗯|对|喂|在|[， ,])*(?:这里|这儿)?(?:我?就?是|我?叫|我)?")
_AFTER_NAME = re.compile(
    "(?:[， ,]*(?:在[听这呢家]?[呢的里儿]?|听着[呢的]?|知道了|收到|呀|啊|呢))*$"
)
_NOT = re.compile("不|没")
_OTHER = re.compile("^(?:[嗯哎]*)(?:我是|我叫|她|他|没人|不是)|不在|出去|出门|睡着|睡觉")


def is_owner(text: str, owner: Owner) -> bool:
    """Whether the words say that the owner is there."""
    said = fold(text).strip("，,。.！!？? ")
    if _HERSELF.fullmatch(said):
        return True
    name = _AFTER_NAME.sub("", _NAMING.sub("", said))
    names = [one for one in (owner.called, *owner.names) if one]
    return not _NOT.search(said) and bool(name) and best_match(name, names) is not None


def is_somebody_else(text: str) -> bool:
    """Whether the words say that somebody else is there, or nobody, or a plain no."""
    return _OTHER.search(fold(text).strip()) is not None or consent(text) is False
