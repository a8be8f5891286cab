"""What the intent classifier sees of a sentence: short runs of characters, words and sounds."""

from collections.abc import Sequence

from bot.nlu.lexicon import Sentence
from bot.nlu.text import is_mark, sound

VIEWS = ("characters", "words", "sounds", "names")

_CHARACTERS = 3
_WORDS = 2
_SOUNDS = 2


def views(sentence: Sentence) -> dict[str, list[str]]:
    """The features of one sentence, by view, as strings."""
    characters = _spaced(sentence.plain)
    syllables = [sound(character) for character in characters if character != " "]
    said = [word for word in sentence.words if not word.isspace()]
    return {
        "characters": _runs(characters, _CHARACTERS, ""),
        "words": _runs(said, _WORDS, " "),
        "sounds": _runs(syllables, _SOUNDS, " "),
        "names": [kind for name in sentence.names for kind in name.kinds] or ["-"],
    }


def _spaced(text: str) -> list[str]:
    """The characters, every run of marks one space, none at the ends."""
    cleared = "".join(" " if is_mark(character) else character for character in text)
    return list(" ".join(cleared.split()))


def _runs(parts: Sequence[str], longest: int, glue: str) -> list[str]:
    bounded = ["^", *parts, "$"]
    return [
        glue.join(bounded[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(bounded) - length + 1)
    ]
