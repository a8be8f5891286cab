"""How much a message is like a cry for help, by the short runs it is made of; the rules decide with it.

A linear model over runs of characters and of sounds, learnt from the sentences of
`data/emergency_corpus.yml` by `scripts/nlu fit-cries`. It hears what no rule was written for
(嘴唇都紫了喊也不应), and tells a rule that has hit a joke apart from one that has hit a cry.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from pypinyin import Style, lazy_pinyin

from .emergency_sound import fold_syllable
from .emergency_text import Solid, Span, is_han

CHARACTERS, SOUNDS = 4, 3  # the longest runs
WINDOW = 60  # characters that are judged together: a long message is not one scene
START, END = "^", "$"
BIAS = ""  # the name of the weight that every message has
WEIGHTS = "emergency_weights.tsv"


@dataclass(frozen=True)
class Scorer:
    """What each run says for a cry (above 0) or against it, and from where it decides."""

    weights: Mapping[str, float]
    sure: float
    """From this score a message is a cry although no rule hits."""
    certain: float
    """From this score one or two clauses are a cry, whatever else stands around them."""
    refuted: float
    """Below this score it is none although a rule hits, unless a clause of it is sure."""

    def score(self, said: Solid) -> float:
        """The score of the stretch that is the most like a cry; logarithm of the odds."""
        return max(self._score(said.chars[first:last]) for first, last in windows(said))

    def certain_stretches(self, said: Solid) -> Iterator[Span]:
        """Clauses, one or two that follow each other, that are a cry by themselves."""
        for first, last in stretches(said):
            if self._score(said.chars[first:last]) >= self.certain:
                yield first, last

    def refutes(self, said: Solid) -> bool:
        """Whether a rule that has hit is not to be heeded.

        Never when one clause is a cry by itself: it may stand among any amount of other business.
        """
        return self.score(said) < self.refuted and all(
            self._score(said.chars[first:last]) < self.sure for first, last in said.clauses
        )

    def _score(self, chars: str) -> float:
        known = self.weights
        return known[BIAS] + sum(known.get(run, 0.0) for run in runs(chars))


def runs(chars: str) -> set[str]:
    """What the model sees of solid text: runs of characters, and of folded syllables after a space."""
    bounded = f"{START}{chars}{END}"
    sounds = [START, *map(_syllable, chars), END]
    return {
        bounded[first : first + length]
        for length in range(1, CHARACTERS + 1)
        for first in range(len(bounded) - length + 1)
    } | {
        " " + " ".join(sounds[first : first + length])
        for length in range(1, SOUNDS + 1)
        for first in range(len(sounds) - length + 1)
    }


def windows(said: Solid) -> Iterator[Span]:
    """Stretches of at most WINDOW characters: the whole, or from each clause as many as fit."""
    if len(said.chars) <= WINDOW:
        yield 0, len(said.chars)
        return
    for place, (first, last) in enumerate(said.clauses):
        if last - first > WINDOW:
            for begin in range(first, last, WINDOW // 2):
                yield begin, min(begin + WINDOW, last)
            continue
        for _, end in said.clauses[place + 1 :]:
            if end - first > WINDOW:
                break
            last = end
        yield first, last


def stretches(said: Solid) -> Iterator[Span]:
    """Every clause, and every two that follow each other: what a cry among other business fills."""
    yield from said.clauses
    for (first, _), (_, last) in pairwise(said.clauses):
        yield first, last


@cache
def scorer() -> Scorer:
    """The model shipped with this package, read at the first call."""
    text = (files(__package__) / "data" / WEIGHTS).read_text("utf-8")
    head, *lines = text.splitlines()
    sure, certain, refuted = map(float, head.split("\t")[1:])
    parts = (line.split("\t") for line in lines)
    return Scorer({run: float(weight) for weight, run in parts}, sure, certain, refuted)


@cache
def _syllable(char: str) -> str:
    if not is_han(char):
        return char
    return fold_syllable(lazy_pinyin(char, style=Style.NORMAL)[0])
