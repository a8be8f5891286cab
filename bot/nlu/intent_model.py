"""The intent classifier itself: n-grams first, a sentence vector where they are in doubt; no Rasa here.

Most sentences say plainly what they are about: a machine over n-grams is sure, and quick. Only where
it is not, the sentence vector, which costs twenty times as much, is asked too. What makes decision
values confidences is learnt on sentences that the machines had not seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.nlu import vectors
from bot.nlu.gram_machine import SEED, Document, GramMachine, GramOptions, Matrix
from bot.nlu.grams import views
from bot.nlu.lexicon import Tables, lexicon
from bot.nlu.vector_machine import VectorMachine, VectorOptions, softmax

RANKED = 10
"""Intents that are named in a ranking."""

Places = npt.NDArray[np.intp]
"""Numbers of sentences, or of intents."""


@dataclass(frozen=True)
class IntentOptions:
    """How an `IntentModel` is trained; chosen by cross-validation, see docs/nlu.md."""

    cost: float = GramOptions.cost
    at_least: int = GramOptions.at_least
    name_weight: float = GramOptions.name_weight
    vector_cost: float = VectorOptions.cost
    vector_iterations: int = VectorOptions.iterations
    use_vectors: bool = True
    """Whether doubt is settled by sentence vectors."""
    sure: float = 0.8
    """Confidence of the n-grams, 0 to 1, from which no vector is asked."""
    vectors_each: int = 150
    """Sentences of one intent, at most, that vectors are learnt from: they take long to make."""
    unseen_every: int = 3
    """One sentence in this many is kept unseen, to learn how much to trust the machines."""

    @property
    def grams(self) -> GramOptions:
        return GramOptions(self.cost, self.at_least, self.name_weight)

    @property
    def vectors(self) -> VectorOptions:
        return VectorOptions(self.vector_cost, self.vector_iterations)


class Trust(NamedTuple):
    """What decision values are multiplied with to be logarithms of likelihoods."""

    alone: float
    """The n-grams, where they are sure."""
    grams: float
    vectors: float


class IntentModel:
    """Tells which intent a sentence has, with a confidence for every intent."""

    def __init__(
        self,
        options: IntentOptions,
        tables: Tables,
        labels: Sequence[str],
        grams: GramMachine,
        points: VectorMachine | None,
        trust: Trust,
    ) -> None:
        self.labels = list(labels)
        self._options = options
        self._lexicon = lexicon(tables)
        self._grams = grams
        self._points = points
        self._trust = trust

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], tables: Tables, options: IntentOptions
    ) -> "IntentModel":
        """Learn from `texts`, the intent of each in `labels`; raises ValueError below two intents."""
        intents = sorted(set(labels))
        if len(intents) < 2:
            raise ValueError("there must be sentences of at least two intents")
        read = lexicon(tables).read
        number = {intent: place for place, intent in enumerate(intents)}
        targets = np.array([number[label] for label in labels])
        lesson = Lesson([views(read(text)) for text in texts], targets, len(intents))
        if options.use_vectors:
            lesson = lesson.with_vectors(texts, options.vectors_each)
        grams, points = lesson.fit(options)
        return cls(options, tables, intents, grams, points, _trust(lesson, options))

    def confidences(self, texts: Sequence[str]) -> Matrix:
        """One row for each text, one column for each of `labels`; rows sum to 1."""
        decided = self._grams.decide([views(self._lexicon.read(text)) for text in texts])
        found = softmax(decided * self._trust.alone)
        if self._points is None:
            return found
        doubtful = np.flatnonzero(found.max(axis=1, initial=0) < self._options.sure)
        if len(doubtful):
            points = vectors.encode([texts[place] for place in doubtful])
            found[doubtful] = softmax(
                decided[doubtful] * self._trust.grams
                + self._points.decide(points) * self._trust.vectors
            )
        return found

    def save(self, folder: Path) -> None:
        """Write the model as JSON and plain arrays."""
        about = {
            "options": asdict(self._options),
            "labels": self.labels,
            "tables": self._lexicon.tables,
            "terms": self._grams.strings(),
            "trust": self._trust._asdict(),
        }
        (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        points = self._points.arrays() if self._points else {}
        np.savez_compressed(folder / "intents.npz", **self._grams.arrays(), **points)

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Read what `save` wrote."""
        about = json.loads((folder / "intents.json").read_text("utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        options = IntentOptions(**about["options"])
        return cls(
            options,
            about["tables"],
            about["labels"],
            GramMachine.from_parts(about["terms"], arrays),
            VectorMachine.from_arrays(arrays) if options.use_vectors else None,
            Trust(**about["trust"]),
        )


def options_in(config: Mapping[str, Any]) -> IntentOptions:
    """The options that a part of `config.yml` gives, the others by default."""
    known = {field.name for field in fields(IntentOptions)}
    return IntentOptions(**{name: config[name] for name in known & set(config)})


def ranked(labels: Sequence[str], confidences: Matrix) -> list[dict[str, Any]]:
    """The likeliest labels, the best first, as Rasa writes a ranking."""
    order = confidences.argsort()[::-1][:RANKED]
    return [{"name": labels[place], "confidence": float(confidences[place])} for place in order]


@dataclass(frozen=True)
class Lesson:
    """What is learnt from: sentences by number."""

    documents: Sequence[Document]
    targets: Places
    """The number of each sentence's intent."""
    count: int
    """Of intents."""
    points: Matrix | None = None
    pointed: Places | None = None
    """Which sentences `points` are of, row by row."""

    def with_vectors(self, texts: Sequence[str], each: int) -> "Lesson":
        """The lesson with the vectors of up to `each` sentences of every intent, taken by chance."""
        chosen = [rows[:each] for rows in _shuffled(self.targets)]
        pointed = np.sort(np.concatenate(chosen))
        return replace(self, points=vectors.encode([texts[n] for n in pointed]), pointed=pointed)

    def fit(self, options: IntentOptions) -> tuple[GramMachine, VectorMachine | None]:
        """Machines that have learnt all of it."""
        grams = GramMachine.fit(self.documents, self.targets, self.count, options.grams)
        if self.points is None:
            return grams, None
        targets = self.targets[self.pointed]
        return grams, VectorMachine.fit(self.points, targets, self.count, options.vectors)

    def part(self, which: Places) -> "Lesson":
        """The lesson of some of its sentences."""
        some = replace(
            self, documents=[self.documents[n] for n in which], targets=self.targets[which]
        )
        if self.points is None or self.pointed is None:
            return some
        has_point = np.isin(self.pointed, which)
        return replace(
            some,
            points=self.points[has_point],
            pointed=np.searchsorted(which, self.pointed[has_point]),
        )


def _trust(lesson: Lesson, options: IntentOptions) -> Trust:
    """The factors under which the softmax of decision values is the most truthful.

    Learnt on one in `unseen_every` sentences, judged by machines that learnt the others.
    """
    everything = np.arange(len(lesson.targets))
    unseen = np.sort(
        np.concatenate([rows[:: options.unseen_every] for rows in _shuffled(lesson.targets)])
    )
    grams, points = lesson.part(np.setdiff1d(everything, unseen)).fit(options)
    judged = lesson.part(unseen)
    by_grams = grams.decide(judged.documents)
    [alone] = _truthful([by_grams], judged.targets, [5.0])
    if points is None or judged.points is None or judged.pointed is None:
        return Trust(alone, alone, 0.0)
    both = [by_grams[judged.pointed], points.decide(judged.points)]
    return Trust(alone, *_truthful(both, judged.targets[judged.pointed], [4.0, 0.5]))


def _truthful(decided: Sequence[Matrix], targets: Places, begin: Sequence[float]) -> list[float]:
    from scipy.optimize import minimize

    def surprise(factors: Sequence[float]) -> float:
        total = sum(part * max(f, 0.01) for part, f in zip(decided, factors, strict=True))
        likely = softmax(total)[np.arange(len(targets)), targets]
        return float(-np.log(np.maximum(likely, 1e-9)).mean())

    found = minimize(surprise, begin, method="Nelder-Mead", options={"xatol": 0.01})
    return [max(float(factor), 0.01) for factor in found.x]


def _shuffled(targets: Places) -> list[Places]:
    """The sentences of each intent in an order of chance, always the same."""
    mixed = np.random.default_rng(SEED).permutation(len(targets))
    return [mixed[targets[mixed] == target] for target in np.unique(targets)]
