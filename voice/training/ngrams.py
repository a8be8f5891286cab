"""Ngrams: how likely a word is after those before it, as a finite-state acceptor."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from voice.training.corpus import Sentence

ORDER = 3
"Words that are looked at together"
_DISCOUNT = 0.6
"What each word that was seen gives to those that were not"
_GOES_ON = 0.2
"How often another clause follows without a stop that is heard"
_WHOLE = 0.3
"How often one of the whole phrases is said"

Arc = tuple[int, int, int, float]
"From a state to a state, by a word, at a cost; word 0 is none"
History = tuple[int, ...]
"The words before, at most ORDER - 1; 0 is the beginning of a clause"
_BEGINNING: History = (0,)


class Ngrams:
    """Counts of words after others, with what is left over given to shorter histories; and beside
    them whole phrases, which are each as likely.

    State 0 is the beginning of a clause. Costs are negative natural logarithms.
    """

    def __init__(
        self, sentences: Iterable[Sentence], whole: Sequence[Sentence], numbers: Mapping[str, int]
    ) -> None:
        self._whole = [[numbers[word] for word in phrase] for phrase in whole]
        self._after: dict[History, Counter[int]] = defaultdict(Counter)
        for sentence in sentences:
            path = (0, *(numbers[word] for word in sentence), 0)
            for place in range(1, len(path)):
                for begin in range(max(0, place - ORDER + 1), place):
                    self._after[path[begin:place]][path[place]] += 1
        before = Counter(
            word for history, words in self._after.items() if len(history) == 1 for word in words
        )
        known = {0, *numbers.values()}
        everything = before.total() + len(known)
        self._single = {word: (before[word] + 1) / everything for word in sorted(known)}
        histories = [_BEGINNING, (), *sorted(set(self._after) - {_BEGINNING})]
        self._state = {history: number for number, history in enumerate(histories)}

    def arcs(self) -> Iterator[Arc]:
        """All of them, those of the beginning first, as OpenFst takes the first for the start."""
        for history, state in self._state.items():
            if history:
                yield state, self._state[history[1:]], 0, -math.log(self._left_over(history))
            for word in sorted(self._after[history]) if history else self._single:
                if word:
                    cost = -math.log(self._share(history, word))
                    yield state, self._led_to((*history, word)), word, cost
        alone = -math.log(self._single[0] * _GOES_ON)
        yield self._state[()], self._state[_BEGINNING], 0, alone
        for phrase, states in self._paths():
            for index, word in enumerate(phrase):
                cost = 0.0 if index else -math.log(_WHOLE / len(self._whole))
                yield states[index], states[index + 1], word, cost

    def ends(self) -> Iterator[tuple[int, float]]:
        """The states in which a clause may end, and at what cost."""
        for history, state in self._state.items():
            if not history or self._after[history][0]:
                yield state, -math.log(self._share(history, 0))
        for _, states in self._paths():
            yield states[-1], 0.0

    def _led_to(self, history: History) -> int:
        """The state of what can be told of a history."""
        shorter = history[-(ORDER - 1) :]
        while shorter not in self._state:
            shorter = shorter[1:]
        return self._state[shorter]

    def _paths(self) -> Iterator[tuple[list[int], list[int]]]:
        """Each whole phrase with the states that it goes through."""
        free = len(self._state)
        for phrase in self._whole:
            yield phrase, [0, *range(free, free + len(phrase))]
            free += len(phrase)

    def _share(self, history: History, word: int) -> float:
        if not history:
            return self._single[word]
        words = self._after[history]
        seen = max(words[word] - _DISCOUNT, 0) / words.total()
        less = self._left_over(history) * self._share(history[1:], word)
        return self._among(history) * seen + less

    def _left_over(self, history: History) -> float:
        words = self._after[history]
        return self._among(history) * _DISCOUNT * len(words) / words.total()

    def _among(self, history: History) -> float:
        """What the whole phrases leave to what was counted."""
        return 1 - _WHOLE if self._whole and history == _BEGINNING else 1.0
