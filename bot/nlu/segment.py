"""Text cut into words by jieba, which is told the community's own names."""

import logging
from collections.abc import Iterable

import jieba

from bot.nlu.text import plain


class Segmenter:
    """Cuts plain text into words that joined are the text again."""

    def __init__(self, names: Iterable[str]) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        for name in names:
            self._jieba.add_word(plain(name))

    def words(self, folded: str) -> list[str]:
        """The words of a text in plain form; marks and spaces are words too."""
        # Without HMM: it would make words of what recognisers and dialects garble.
        return list(self._jieba.cut(folded, HMM=False))
