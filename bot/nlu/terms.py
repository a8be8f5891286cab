"""TF-IDF of feature strings: how much each of them says about a sentence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Row = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Terms:
    """The strings that were learnt, and what each weighs."""

    strings: list[str]
    weights: npt.NDArray[np.float32]
    """Inverse document frequency, in the order of `strings`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {text: n for n, text in enumerate(self.strings)})

    @classmethod
    def learn(cls, documents: Sequence[Sequence[str]], at_least: int) -> "Terms":
        """Take every string that is in `at_least` documents."""
        counts = Counter(string for document in documents for string in set(document))
        strings = sorted(string for string, count in counts.items() if count >= at_least)
        seen = np.array([counts[string] for string in strings], np.float64)
        weights = np.log((1 + len(documents)) / (1 + seen)) + 1
        return cls(strings, weights.astype(np.float32))

    def row(self, document: Sequence[str]) -> tuple[Row, Row]:
        """Which strings a document has, and what each weighs in it; their length is 1, or 0."""
        index: dict[str, int] = self._index  # type: ignore[attr-defined]
        found = Counter(index[string] for string in document if string in index)
        columns = np.fromiter(found, np.int32, len(found))
        counts = np.fromiter(found.values(), np.float32, len(found))
        values = (1 + np.log(counts)) * self.weights[columns]
        return columns, values / (np.sqrt(values @ values) or 1)

    def matrix(self, documents: Sequence[Sequence[str]]) -> csr_matrix:
        """The rows of many documents."""
        rows = [self.row(document) for document in documents]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return csr_matrix((values, columns, ends), shape=(len(rows), len(self.strings)))
