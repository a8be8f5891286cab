"""The judge: what a model read in annotated sentences, and the figures that come of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.nlu.thresholds import ANSWER, CLARIFY, OUT_OF_SCOPE, REJECT, SOS

BINS = 10
"""Ranges of confidence whose accuracy is compared with it."""
Place = tuple[int, int, str]
"""Start and end of an entity, in characters, and its kind."""


@dataclass(frozen=True)
class Gold:
    """A sentence with what is to be read in it."""

    text: str
    intent: str
    spans: frozenset[Place]


@dataclass(frozen=True)
class Reading:
    """What was read in a sentence."""

    intent: str
    """The likeliest one; `out_of_scope` when it was turned away."""
    confidence: float
    decision: str
    """answer, clarify or reject"""
    spans: frozenset[Place]
    cries: bool
    """Whether the code alone takes it for a cry for help."""


@dataclass
class Tally:
    """Counts readings; all figures are shares from 0 to 1."""

    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(intent, what it was taken for), the right ones among them."""
    decisions: Counter[str] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)
    """Decisions about sentences that nothing of ours is meant by."""
    hits: int = 0
    found: int = 0
    wanted: int = 0
    cries: int = 0
    heard: int = 0
    _bins: list[list[tuple[float, bool]]] = field(default_factory=lambda: [[] for _ in range(BINS)])

    def add(self, gold: Gold, read: Reading) -> None:
        """Count one sentence."""
        self.confused[gold.intent, read.intent] += 1
        self.decisions[read.decision] += 1
        if gold.intent == OUT_OF_SCOPE:
            self.strangers[read.decision] += 1
        self.hits += len(read.spans & gold.spans)
        self.found += len(read.spans)
        self.wanted += len(gold.spans)
        if gold.intent == SOS:
            self.cries += 1
            self.heard += read.cries or read.intent == SOS
        place = min(int(read.confidence * BINS), BINS - 1)
        self._bins[place].append((read.confidence, read.intent == gold.intent))

    @property
    def n(self) -> int:
        return self.decisions.total()

    @property
    def intents(self) -> list[str]:
        """All that were asked for or given, by name."""
        return sorted({one for pair in self.confused for one in pair})

    @property
    def intent_accuracy(self) -> float:
        return _share(sum(self.confused[one, one] for one in self.intents), self.n)

    @property
    def macro_f1(self) -> float:
        """The mean of the F1 of all intents that were asked for."""
        asked, given = Counter[str](), Counter[str]()
        for (gold, said), count in self.confused.items():
            asked[gold] += count
            given[said] += count
        scores = [_f1(self.confused[one, one], given[one], asked[one]) for one in asked]
        return _share(sum(scores), len(scores))

    @property
    def entity_f1(self) -> float:
        """Of exact stretches of the right kind."""
        return _f1(self.hits, self.found, self.wanted)

    @property
    def calibration_error(self) -> float:
        """How far confidence and accuracy are apart in a range, weighed by its sentences.

        Source: Guo et al., On Calibration of Modern Neural Networks (2017), expected calibration error.
        """
        apart = [
            abs(sum(confidence for confidence, _ in one) - sum(right for _, right in one))
            for one in self._bins
        ]
        return _share(sum(apart), self.n)

    def worst(self, most: int) -> list[tuple[str, str, int]]:
        """The pairs that are confused most often: (intent, taken for, how often)."""
        wrong = [(*pair, n) for pair, n in self.confused.most_common() if pair[0] != pair[1]]
        return wrong[:most]

    def figures(self) -> dict[str, Any]:
        """All of it, rounded, as `scripts/nlu evaluate` prints it; None for what was not asked."""
        in_scope = self.decisions - self.strangers
        shares = {
            "intent_accuracy": self.intent_accuracy,
            "macro_f1": self.macro_f1,
            "entity_f1": self.entity_f1 if self.wanted else None,
            "sos_recall": _share(self.heard, self.cries) if self.cries else None,
            "out_of_scope_recall": _share(self.strangers[REJECT], self.strangers.total())
            if self.strangers
            else None,
            "in_scope_turned_away": _share(in_scope[REJECT], in_scope.total()),
            "answered": _share(self.decisions[ANSWER], self.n),
            "clarified": _share(self.decisions[CLARIFY], self.n),
            "turned_away": _share(self.decisions[REJECT], self.n),
            "calibration_error": self.calibration_error,
        }
        return {name: None if one is None else round(one, 4) for name, one in shares.items()} | {
            "n": self.n
        }


def missed(figures: dict[str, Any], bounds: dict[str, dict[str, float]]) -> Iterable[str]:
    """A line for each bound (`at_least`, `at_most`) that a figure does not hold."""
    for name, bound in bounds.items():
        value = figures[name]
        if value is None:
            yield f"{name} was not measured"
        elif value < bound.get("at_least", value):
            yield f"{name} is {value}, less than {bound['at_least']}"
        elif value > bound.get("at_most", value):
            yield f"{name} is {value}, more than {bound['at_most']}"


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(hits: int, found: int, wanted: int) -> float:
    return _share(2 * hits, found + wanted)
