"""A resident's words as features see them: one form for each character, and how each one sounds."""

import unicodedata
from functools import cache

from pypinyin.constants import PINYIN_DICT

from language.clean import fold

REPLACEMENT = "\ufffd"
_FLAT = {"zh": "z", "ch": "c", "sh": "s"}
_HUSHED = {"hu": "fu", "hui": "fei", "hun": "fen", "huo": "fo", "hua": "fa"}


def plain(text: str) -> str:
    """Fold and lower `text`, character by character: offsets stay true."""
    return "".join(_lower(character) for character in fold(text))


def is_mark(character: str) -> bool:
    """Whether a character says nothing: punctuation, a space, a symbol, an emoji."""
    return _kind(character)[0] in "PZSC"


@cache
def sound(character: str) -> str:
    """The toneless syllable of one character, sounds that dialects mix up made one.

    n is l, zh ch sh are z c s, hu… is f…, ing and eng are in and en. The commonest reading is
    taken; what has none is returned as it is.
    """
    readings = PINYIN_DICT.get(ord(character))
    if not readings:
        return character
    marked = unicodedata.normalize("NFD", readings.split(",")[0].replace("ü", "v"))
    syllable = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return _merged(syllable)


def _merged(syllable: str) -> str:
    syllable = _FLAT.get(syllable[:2], syllable[:2]) + syllable[2:]
    if syllable.startswith("n"):
        syllable = "l" + syllable[1:]
    if syllable.endswith(("ing", "eng")):
        syllable = syllable[:-1]
    if syllable.startswith("hua"):
        return "fa" + syllable[3:]
    return _HUSHED.get(syllable, syllable)


def _lower(character: str) -> str:
    if _kind(character) == "Cs":  # half of a broken pair, which no library takes
        return REPLACEMENT
    lower = character.lower()
    return lower if len(lower) == 1 else character


@cache
def _kind(character: str) -> str:
    return unicodedata.category(character)
