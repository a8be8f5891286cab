"""Twice: a number that somebody wants to write down is said once more, right after its sentence."""

from __future__ import annotations

import re

from language.phones import find_phones
from language.plates import PROVINCES
from voice.words import Words

_AT_MOST = 2
"Of one text: more is a list, which nobody writes down by ear"
_SENTENCE = re.compile("[^。！？!?\n]+[。！？!?\n]?")
_ORDER = re.compile(
    rf"(?<![A-Za-z\d{PROVINCES}])[A-Za-z]{{1,6}}[-—]?\d{{4,}}(?:-\d{{1,20}})*(?![A-Za-z\d])"
)
_CODE = re.compile(
    r"(?<=[号码])(?:是|为)?[：: ]?(?P<code>\d{4,}(?:-\d{1,20})*)(?![\d.]|[年月日号元块])"
)
_ASKS = ("？", "?")
_ENDS = ("。", "！", "!", "\n", *_ASKS)


def numbers_twice(text: str, words: Words) -> str:
    """The text with its telephone numbers, codes and numbers of orders said once more."""
    sentences = _SENTENCE.findall(text)
    held = [[] if one.endswith(_ASKS) else _numbers(one) for one in sentences]
    if not 0 < sum(map(len, held)) <= _AT_MOST:
        return text
    return "".join(
        _ended(one) + words.say("twice", number="，".join(numbers)) if numbers else one
        for one, numbers in zip(sentences, held, strict=True)
    )


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(_ENDS) else f"{sentence}。"


def _numbers(sentence: str) -> list[str]:
    phones = [(one.start, one.end) for one in find_phones(sentence)]
    others = [one.span() for one in _ORDER.finditer(sentence)]
    others += [one.span("code") for one in _CODE.finditer(sentence)]
    apart = [
        (start, end)
        for start, end in others
        if not any(start < last and first < end for first, last in phones)
    ]
    return [sentence[start:end] for start, end in sorted({*phones, *apart})]
