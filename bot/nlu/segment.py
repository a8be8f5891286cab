"""Text cut into words by jieba, which is told the community's own names, and what class a word is of."""

import logging
from collections.abc import Iterable

import jieba

from bot.nlu.text import plain

UNKNOWN_CLASS = "?"
"""Of a word that jieba's dictionary does not have: a name of ours, a mark, a number."""


class Segmenter:
    """Cuts plain text into words that joined are the text again."""

    def __init__(self, names: Iterable[str]) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        self._classes = _classes(self._jieba)
        for name in names:
            self._jieba.add_word(plain(name))

    def words(self, folded: str) -> list[str]:
        """The words of a text in plain form; marks and spaces are words too."""
        # Without HMM: it would make words of what recognisers and dialects garble.
        return list(self._jieba.cut(folded, HMM=False))

    def word_class(self, word: str) -> str:
        """The class of a word as jieba's dictionary has it (n, v, ns …), or UNKNOWN_CLASS.

        Source: https://github.com/fxsjy/jieba, dict.txt: word, frequency, class.
        """
        return self._classes.get(word, UNKNOWN_CLASS)


def _classes(tokenizer: jieba.Tokenizer) -> dict[str, str]:
    tokenizer.initialize()
    words = {word: word for word in tokenizer.FREQ}  # the strings that are in memory already
    classes: dict[str, str] = {}
    names: dict[str, str] = {}
    with tokenizer.get_dict_file() as lines:
        for line in lines:
            word, _, kind = line.decode().rstrip().rsplit(" ", 2)
            classes[words.get(word, word)] = names.setdefault(kind, kind)
    return classes
