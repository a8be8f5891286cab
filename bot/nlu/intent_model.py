"""The intent classifier itself: a linear machine over n-grams and a sentence vector; no Rasa here.

One support vector machine for each intent, whose decision values are made confidences by one number,
learnt on sentences that the machine had not seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from bot.nlu import vectors
from bot.nlu.grams import VIEWS, views
from bot.nlu.lexicon import Tables, lexicon
from bot.nlu.terms import Terms

RANKED = 10
"""Intents that are named in a ranking."""

Matrix = npt.NDArray[np.float32]
Document = dict[str, list[str]]
"""The features of one sentence, by view."""


@dataclass(frozen=True)
class IntentOptions:
    """How an `IntentModel` is trained; chosen by cross-validation, see docs/nlu.md."""

    cost: float = 0.2
    """C of the support vector machines: what a wrong sentence costs."""
    at_least: int = 2
    """Sentences that a feature must be in."""
    vector_axes: int = 192
    """Principal axes that are kept of the sentence vectors; 0 does without them."""
    vector_weight: float = 1.5
    """Length of a sentence vector beside the n-grams, whose views have length 1."""
    name_weight: float = 0.5
    """Length of the view of names."""
    folds: int = 3
    """Parts of the data, each judged by a machine trained on the others, to learn confidence."""
    seed: int = 7


class IntentModel:
    """Tells which intent a sentence has, with a confidence for every intent."""

    def __init__(
        self,
        options: IntentOptions,
        tables: Tables,
        labels: Sequence[str],
        terms: Mapping[str, Terms],
        arrays: Mapping[str, Matrix],
    ) -> None:
        self.labels = list(labels)
        self._lexicon = lexicon(tables)
        self._options = options
        self._terms = terms
        self._arrays = arrays

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], tables: Tables, options: IntentOptions
    ) -> "IntentModel":
        """Learn from `texts`, the intent of each in `labels`; raises ValueError below two intents."""
        intents = sorted(set(labels))
        if len(intents) < 2:
            raise ValueError("there must be sentences of at least two intents")
        model = cls(options, tables, intents, {}, {})
        documents = [model._views(text) for text in texts]
        points = vectors.encode(texts) if options.vector_axes else None
        targets = np.array([intents.index(label) for label in labels])
        unseen = np.zeros((len(texts), len(intents)), np.float32)
        for fold in _folds(targets, options):
            rest = np.setdiff1d(np.arange(len(texts)), fold)
            model._fit(_take(documents, rest), _rows(points, rest), targets[rest])
            unseen[fold] = model._decide(_take(documents, fold), _rows(points, fold))
        model._fit(documents, points, targets)
        model._arrays = {**model._arrays, "sharpness": _sharpness(unseen, targets)}
        return model

    def confidences(self, texts: Sequence[str]) -> Matrix:
        """One row for each text, one column for each of `labels`; rows sum to 1."""
        points = vectors.encode(texts) if self._options.vector_axes else None
        decided = self._decide([self._views(text) for text in texts], points)
        return _softmax(decided * self._arrays["sharpness"])

    def save(self, folder: Path) -> None:
        """Write the model as JSON and plain arrays."""
        about = {
            "options": asdict(self._options),
            "labels": self.labels,
            "tables": self._lexicon.tables,
            "terms": {view: terms.strings for view, terms in self._terms.items()},
        }
        (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        weights = {f"terms.{view}": terms.weights for view, terms in self._terms.items()}
        np.savez_compressed(folder / "intents.npz", **self._arrays, **weights)

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Read what `save` wrote."""
        about = json.loads((folder / "intents.json").read_text("utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        terms = {
            view: Terms(strings, arrays.pop(f"terms.{view}"))
            for view, strings in about["terms"].items()
        }
        options = IntentOptions(**about["options"])
        return cls(options, about["tables"], about["labels"], terms, arrays)

    def _views(self, text: str) -> Document:
        return views(self._lexicon.read(text))

    def _fit(self, documents: Sequence[Document], points: Matrix | None, targets: Matrix) -> None:
        from sklearn.svm import LinearSVC

        self._terms = {
            view: Terms.learn([document[view] for document in documents], self._options.at_least)
            for view in VIEWS
        }
        blocks = [
            terms.matrix([document[view] for document in documents]) * self._weight(view)
            for view, terms in self._terms.items()
        ]
        if points is not None:
            mean, axes = _principal(points, self._options.vector_axes)
            axes *= self._options.vector_weight
            blocks.append(csr_matrix((points - mean) @ axes))
        machine = LinearSVC(C=self._options.cost, random_state=self._options.seed)
        machine.fit(hstack(blocks, format="csr"), targets)
        slopes, offsets = machine.coef_.T, machine.intercept_
        if len(self.labels) == 2:  # scikit-learn keeps one machine for two classes
            slopes, offsets = np.hstack([-slopes, slopes]), np.concatenate([-offsets, offsets])
        ends = np.cumsum([len(terms.strings) for terms in self._terms.values()])
        *parts, last = np.split(slopes, ends)
        self._arrays = {
            f"slopes.{view}": (part * self._weight(view)).astype(np.float32)
            for view, part in zip(self._terms, parts, strict=True)
        }
        if points is not None:
            offsets = offsets - mean @ axes @ last
            self._arrays["slopes.points"] = (axes @ last).astype(np.float32)
        self._arrays["offsets"] = offsets.astype(np.float32)

    def _weight(self, view: str) -> float:
        return self._options.name_weight if view == "names" else 1.0

    def _decide(self, documents: Sequence[Document], points: Matrix | None) -> Matrix:
        decided = np.tile(self._arrays["offsets"], (len(documents), 1))
        for row, document in zip(decided, documents, strict=True):
            for view, terms in self._terms.items():
                columns, values = terms.row(document[view])
                row += values @ self._arrays[f"slopes.{view}"][columns]
        if points is not None:
            decided += points @ self._arrays["slopes.points"]
        return decided


def ranked(labels: Sequence[str], confidences: Matrix) -> list[dict[str, Any]]:
    """The likeliest labels, the best first, as Rasa writes a ranking."""
    order = confidences.argsort()[::-1][:RANKED]
    return [{"name": labels[place], "confidence": float(confidences[place])} for place in order]


def _principal(points: Matrix, count: int) -> tuple[Matrix, Matrix]:
    """The mean of the points, and as columns the axes along which they differ the most."""
    mean = points.mean(axis=0)
    centred = (points - mean).astype(np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    return mean, np.ascontiguousarray(axes[:, ::-1][:, :count], np.float32)


def _folds(targets: Matrix, options: IntentOptions) -> list[Matrix]:
    """Parts of equal size, every intent dealt out evenly."""
    shuffled = np.random.default_rng(options.seed).permutation(len(targets))
    dealt = shuffled[np.argsort(targets[shuffled], kind="stable")]
    return [dealt[start :: options.folds] for start in range(options.folds)]


def _sharpness(decided: Matrix, targets: Matrix) -> Matrix:
    """The factor under which the softmax of decision values is the most truthful."""
    from scipy.optimize import minimize_scalar

    def surprise(factor: float) -> float:
        likely = _softmax(decided * factor)[np.arange(len(targets)), targets]
        return float(-np.log(np.maximum(likely, 1e-9)).mean())

    best = minimize_scalar(surprise, bounds=(0.1, 20), method="bounded")
    return np.array(best.x, np.float32)


def _softmax(values: Matrix) -> Matrix:
    grown = np.exp(values - values.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def _take(documents: Sequence[Document], which: Matrix) -> list[Document]:
    return [documents[place] for place in which]


def _rows(points: Matrix | None, which: Matrix) -> Matrix | None:
    return None if points is None else points[which]
