"""A linear machine over sentence vectors: multinomial logistic regression, fitted whole with numpy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class VectorOptions:
    """How a `VectorMachine` is trained; chosen by cross-validation, see docs/nlu.md."""

    cost: float = 30.0
    """What a wrong sentence costs beside the length of the slopes."""
    iterations: int = 40
    """Steps of the fit; more of them learn the sentences by heart."""


@dataclass(frozen=True)
class VectorMachine:
    """What each of the numbers of a vector says for every intent."""

    slopes: Matrix
    """One row for each number of a vector, one column for each intent."""
    offsets: Matrix

    @classmethod
    def fit(cls, points: Matrix, targets: Matrix, count: int, options: VectorOptions) -> Self:
        """Learn from one row for each sentence with the number of its intent, of `count` intents."""
        from scipy.optimize import minimize

        mean = points.mean(axis=0)
        centred = np.hstack([points - mean, np.ones((len(points), 1), np.float32)])
        wanted = np.eye(count, dtype=np.float32)[targets]
        shape = (centred.shape[1], count)

        def loss(flat: Matrix) -> tuple[float, Matrix]:
            slopes = flat.reshape(shape).astype(np.float32)
            likely = softmax(centred @ slopes)
            surprise = -np.log(np.maximum(likely[np.arange(len(targets)), targets], 1e-12)).sum()
            gradient = options.cost * (centred.T @ (likely - wanted)) + slopes
            value = options.cost * float(surprise) + float(np.square(slopes).sum()) / 2
            return value, gradient.astype(np.float64).ravel()

        found = minimize(
            loss,
            np.zeros(shape[0] * shape[1]),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": options.iterations},
        )
        learnt = found.x.reshape(shape)
        slopes, offsets = learnt[:-1], learnt[-1] - mean @ learnt[:-1]
        return cls(slopes.astype(np.float32), offsets.astype(np.float32))

    def decide(self, points: Matrix) -> Matrix:
        """One row for each vector: how much speaks for each intent, beside the others."""
        return points @ self.slopes + self.offsets

    def arrays(self) -> dict[str, Matrix]:
        """All numbers by name, for `from_arrays`."""
        return {"vector_slopes": self.slopes, "vector_offsets": self.offsets}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Matrix]) -> Self:
        """The machine of which these are the `arrays`."""
        return cls(arrays["vector_slopes"], arrays["vector_offsets"])


def softmax(values: Matrix) -> Matrix:
    """Rows as shares of 1."""
    grown = np.exp(values - values.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
