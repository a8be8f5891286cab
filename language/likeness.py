"""Likeness: how much of what was heard occurs in what was said, by the sound of it.

A microphone hears the loudspeaker beside it, and a recogniser writes its words with other
characters; so syllables are compared, without tones and with those alike that are mixed up.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from pypinyin import lazy_pinyin

from language.clean import fold

_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h"))
_ROOM = 1.5
"How much longer the stretch may be in which the heard syllables stand"


def likeness(heard: str, said: str) -> float:
    """From 0, nothing of it was said, to 1, all of it was, together and in this order."""
    few, many = _syllables(heard), _syllables(said)
    if not few or not many:
        return 0.0
    reach = max(len(few), int(len(few) * _ROOM))
    return max(
        _shared(few, many[start : start + reach])
        for start in range(max(1, len(many) - len(few) // 2))
    )


def _shared(few: tuple[str, ...], many: tuple[str, ...]) -> float:
    blocks = SequenceMatcher(None, few, many, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(few)


@lru_cache(maxsize=256)
def _syllables(text: str) -> tuple[str, ...]:
    plain = "".join(char for char in fold(text) if char.isalnum())
    return tuple(_blurred(sound) for sound in lazy_pinyin(plain))


def _blurred(sound: str) -> str:
    for one, other in _ALIKE:
        sound = sound.replace(one, other)
    return sound
