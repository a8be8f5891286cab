"""A sentence read once for all who look at it: its plain form, its words, and the names in it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.nlu.names import Found, Names
from bot.nlu.segment import Segmenter
from bot.nlu.text import plain

Tables = Mapping[str, Sequence[str]]
LONGEST = 500
"""Characters of a text that are looked at: who says more has said what it is about."""

_KEPT = 256  # sentences; the tagger reads what the classifier has just read


class Sentence(NamedTuple):
    """What was said, as features see it."""

    plain: str
    """As long as the text, or its first LONGEST characters; offsets are the same."""
    words: tuple[str, ...]
    """Joined, they are `plain`."""
    classes: tuple[str, ...]
    """What class each of the words is of."""
    names: tuple[Found, ...]


class Lexicon:
    """The lookup tables of the training data, as words and as names."""

    def __init__(self, tables: Tables) -> None:
        self.tables = {kind: sorted(set(tables[kind])) for kind in sorted(tables)}
        self._names = Names(self.tables)
        self._segmenter = Segmenter(name for names in self.tables.values() for name in names)
        self.read = lru_cache(_KEPT)(self._read)

    def _read(self, text: str) -> Sentence:
        """Cut and search one text."""
        folded = plain(text[:LONGEST])
        words = tuple(self._segmenter.words(folded))
        classes = tuple(map(self._segmenter.word_class, words))
        return Sentence(folded, words, classes, tuple(self._names.find(folded)))


def lexicon(tables: Tables) -> Lexicon:
    """The lexicon of these tables; there is one in a process, since a dictionary is large."""
    return _made(tuple((kind, tuple(names)) for kind, names in sorted(tables.items())))


@lru_cache(2)
def _made(tables: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    return Lexicon(dict(tables))
