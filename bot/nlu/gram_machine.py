"""A linear machine over n-grams: one support vector machine for each intent, a sentence in a tenth of a millisecond."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import hstack

from bot.nlu.grams import VIEWS
from bot.nlu.terms import Terms

SEED = 7

Matrix = npt.NDArray[np.float32]
Document = dict[str, list[str]]
"""The features of one sentence, by view."""


@dataclass(frozen=True)
class GramOptions:
    """How a `GramMachine` is trained; chosen by cross-validation, see docs/nlu.md."""

    cost: float = 0.3
    """C of the support vector machines: what a wrong sentence costs."""
    at_least: int = 2
    """Sentences that a feature must be in."""
    name_weight: float = 0.5
    """Length of the view of names beside the others, whose length is 1."""


@dataclass(frozen=True)
class GramMachine:
    """Terms by view, and what each says for and against every intent."""

    terms: Mapping[str, Terms]
    slopes: Mapping[str, Matrix]
    """By view: one row for each term, one column for each intent."""
    offsets: Matrix

    @classmethod
    def fit(
        cls, documents: Sequence[Document], targets: Matrix, count: int, options: GramOptions
    ) -> Self:
        """Learn from documents, each with the number of its intent, of `count` intents."""
        from sklearn.svm import LinearSVC

        weights = dict.fromkeys(VIEWS, 1.0) | {"names": options.name_weight}
        terms = {
            view: Terms.learn([document[view] for document in documents], options.at_least)
            for view in VIEWS
        }
        blocks = [
            terms[view].matrix([document[view] for document in documents]) * weights[view]
            for view in VIEWS
        ]
        machine = LinearSVC(C=options.cost, random_state=SEED)
        machine.fit(hstack(blocks, format="csr"), targets)
        slopes, offsets = machine.coef_.T, machine.intercept_
        if count == 2:  # scikit-learn keeps one machine for two classes
            slopes, offsets = np.hstack([-slopes, slopes]), np.concatenate([-offsets, offsets])
        ends = np.cumsum([len(terms[view].strings) for view in VIEWS])[:-1]
        parts = zip(VIEWS, np.split(slopes, ends), strict=True)
        return cls(
            terms,
            {view: (part * weights[view]).astype(np.float32) for view, part in parts},
            offsets.astype(np.float32),
        )

    def decide(self, documents: Sequence[Document]) -> Matrix:
        """One row for each document: how much speaks for each intent, above 0 for."""
        decided = np.tile(self.offsets, (len(documents), 1))
        for row, document in zip(decided, documents, strict=True):
            for view, terms in self.terms.items():
                columns, values = terms.row(document[view])
                row += values @ self.slopes[view][columns]
        return decided

    def strings(self) -> dict[str, list[str]]:
        """The terms by view, for `from_parts`."""
        return {view: terms.strings for view, terms in self.terms.items()}

    def arrays(self) -> dict[str, Matrix]:
        """All numbers by name, for `from_parts`."""
        weights = {f"terms.{view}": terms.weights for view, terms in self.terms.items()}
        return weights | {f"slopes.{v}": s for v, s in self.slopes.items()} | {
            "gram_offsets": self.offsets
        }  # fmt: skip

    @classmethod
    def from_parts(cls, strings: Mapping[str, list[str]], arrays: Mapping[str, Matrix]) -> Self:
        """The machine of which these are the `strings` and `arrays`."""
        return cls(
            {view: Terms(texts, arrays[f"terms.{view}"]) for view, texts in strings.items()},
            {view: arrays[f"slopes.{view}"] for view in strings},
            arrays["gram_offsets"],
        )
