"""Bigram: how likely a word is after another, as a finite-state acceptor."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from voice.training.corpus import Sentence

_DISCOUNT = 0.6
"What each pair that was seen gives to those that were not"
_GOES_ON = 0.2
"How often another clause follows without a stop that is heard"

Arc = tuple[int, int, int, float]
"From a state to a state, by a word, at a cost; word 0 is none"


class Bigram:
    """Counts of pairs of words, with what is left over given to single words.

    State 0 is the beginning of a clause, state n the word of number n, the last state knows of no
    word before. Costs are negative natural logarithms.
    """

    def __init__(self, sentences: Iterable[Sentence], numbers: Mapping[str, int]) -> None:
        self._size = max(numbers.values()) + 1
        self._pairs: dict[int, Counter[int]] = defaultdict(Counter)
        for sentence in sentences:
            path = [0, *(numbers[word] for word in sentence), 0]
            for before, word in pairwise(path):
                self._pairs[before][word] += 1
        followers = Counter(word for pairs in self._pairs.values() for word in pairs)
        known = {0, *numbers.values()}
        everything = sum(followers.values()) + len(known)
        self._single = {word: (followers[word] + 1) / everything for word in known}

    def arcs(self) -> Iterator[Arc]:
        for word, share in sorted(self._single.items()):
            if word:
                yield self._size, word, word, -math.log(share)
        for before in sorted(self._single):
            yield before, self._size, 0, -math.log(self._left_over(before))
            for word in sorted(self._pairs[before]):
                if word:
                    yield before, word, word, -math.log(self._share(before, word))
        yield self._size, 0, 0, -math.log(self._single[0] * _GOES_ON)

    def ends(self) -> Iterator[tuple[int, float]]:
        """The states in which a clause may end, and at what cost."""
        yield self._size, -math.log(self._single[0])
        for before in sorted(self._single):
            if before and self._pairs[before][0]:
                yield before, -math.log(self._share(before, 0))

    def _left_over(self, before: int) -> float:
        pairs = self._pairs[before]
        return _DISCOUNT * len(pairs) / pairs.total() if pairs else 1.0

    def _share(self, before: int, word: int) -> float:
        pairs = self._pairs[before]
        seen = max(pairs[word] - _DISCOUNT, 0) / pairs.total()
        return seen + self._left_over(before) * self._single[word]
