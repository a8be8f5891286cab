"""How words sound: folded syllables, words mended by their sound, and single slips; knows no rule."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import jieba
from pypinyin import Style, lazy_pinyin

from .emergency_text import is_han

LEAST_COUNT = 5  # how often the dictionary saw a word that is not rare
SURE_SYLLABLES = 2  # a word this short must share a character with what was heard

_FIRST_SIGN = 0xE000  # private use: one code point stands for one folded syllable
_FOLDED_SOUNDS = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^n(?!g?$)"), "l"),
    (re.compile("^f"), "h"),
    (re.compile("^hui$"), "hei"),
    (re.compile("^hun$"), "hen"),
    (re.compile("^hu(?=[ao])"), "h"),
    (re.compile("(?<=[ie])ng$"), "n"),
)


def fold_syllable(syllable: str) -> str:
    """A toneless syllable without what southern speakers and recognisers confuse.

    n/l, zh/z, ch/c, sh/s, f/h (fei and hui too), ing/in, eng/en fall together.
    """
    for pattern, replacement in _FOLDED_SOUNDS:
        syllable = pattern.sub(replacement, syllable)
    return syllable


class SoundTable(dict[int, str]):
    """For `str.translate`: a Han character to the sign of its folded syllable, others to themselves."""

    def __init__(self) -> None:
        super().__init__()
        self._signs: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if not is_han(char):
            return char
        syllable = fold_syllable(lazy_pinyin(char, style=Style.NORMAL)[0])
        sign = self._signs.setdefault(syllable, chr(_FIRST_SIGN + len(self._signs)))
        self[code] = sign
        return sign


@dataclass(frozen=True)
class Ear:
    """What is needed to hear the words of a cry in words that only sound like them."""

    sounds: SoundTable
    words: Mapping[str, str]
    """The sound of a word, one sign for each character, to the word."""
    pattern: re.Pattern[str]
    """Looks ahead for any of these sounds; group 1 is the longest."""
    meant: re.Pattern[str]
    """Ordinary words that sound the same and are meant as they are written (运到)."""
    homophones: Mapping[str, str]
    """A sign to the characters of the rules that sound so."""
    steady: frozenset[str]
    """Characters that are never slips."""
    pairs: frozenset[str]
    """Ordinary words of two characters; what is part of one is no slip."""

    def mended(self, solid: str) -> str:
        """Words that sound like the words of a cry put right (晕到 → 晕倒); of the same length."""
        spans = [found.span(1) for found in self.pattern.finditer(self._doubtful(solid))]
        chars = list(solid)
        for first, last in sorted(spans, key=lambda span: (span[1] - span[0], -span[0])):
            said = solid[first:last]
            word = self.words[said.translate(self.sounds)]
            if len(word) > SURE_SYLLABLES or any(map(str.__eq__, said, word)):
                chars[first:last] = word
        return "".join(chars)

    def slips(self, solid: str, first: int, last: int) -> Iterator[tuple[int, str]]:
        """Each text with one character of the span replaced by one of the same sound, and where."""
        sounded = self._doubtful(solid)
        for index in range(first, last):
            if self._is_meant(solid, index):
                continue
            for char in self.homophones.get(sounded[index], ""):
                if char != solid[index]:
                    yield index, solid[:index] + char + solid[index + 1 :]

    def _is_meant(self, solid: str, index: int) -> bool:
        """Whether a character is no slip: a very common one, or part of an ordinary word."""
        if solid[index] in self.steady:
            return True
        return (
            solid[max(0, index - 1) : index + 1] in self.pairs
            or solid[index : index + 2] in self.pairs
        )

    def _doubtful(self, solid: str) -> str:
        """The sound of what may be a slip; what is surely meant as written stays as it is."""
        sounded = solid.translate(self.sounds)
        for found in self.meant.finditer(solid):
            first, last = found.span()
            sounded = sounded[:first] + solid[first:last] + sounded[last:]
        return sounded


def ordinary_pairs() -> frozenset[str]:
    """The words of two characters in the dictionary of jieba that are not rare; takes half a second."""
    with jieba.get_dict_file() as lines:
        entries = (line.decode("utf-8").split() for line in lines)
        return frozenset(
            entry[0] for entry in entries if len(entry[0]) == 2 and int(entry[1]) >= LEAST_COUNT
        )
