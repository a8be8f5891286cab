"""Rasa's logistic regression reads one message without building matrices for it.

Replaces `rasa.nlu.classifiers.logistic_regression_classifier.LogisticRegressionClassifier.process`, which stacks a
message's few features into four sparse matrices before scikit-learn checks and multiplies them. Several messages at a
time, dense features and two-class models go to Rasa's own.
"""

from types import ModuleType
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.tensorflow.constants import RANKING_LENGTH

from engine.late import after_importing

MODULE = "rasa.nlu.classifiers.logistic_regression_classifier"

ONE_AGAINST_REST = ("liblinear", "newton-cholesky")
"""Solvers whose probabilities scikit-learn does not get by softmax."""


def install() -> None:
    """Classify single messages this way, if the classifier is ever imported."""
    after_importing(MODULE, _replace_process)


def _replace_process(module: ModuleType) -> None:
    process_all = module.LogisticRegressionClassifier.process

    def process(self: Any, messages: list[Message]) -> list[Message]:
        confidences = _confidences(self.clf, messages[0]) if len(messages) == 1 else None
        if confidences is None:
            return process_all(self, messages)
        _rank(messages[0], self.clf.classes_, confidences, self.config[RANKING_LENGTH])
        return messages

    module.LogisticRegressionClassifier.process = process


def _rank(message: Message, intents: Any, confidences: np.ndarray, length: int) -> None:
    pairs = zip(intents, confidences.tolist(), strict=True)
    ranking = [{"name": name, "confidence": confidence} for name, confidence in pairs]
    ranking.sort(key=lambda entry: -entry["confidence"])
    message.set(INTENT, ranking[0], add_to_output=True)
    shown = ranking[:length] if length > 0 else ranking
    message.set(INTENT_RANKING_KEY, shown, add_to_output=True)


def _confidences(model: Any, message: Message) -> np.ndarray | None:
    """Probability of each class, or None where the short way does not apply."""
    _, sparse = message._filter_sparse_features(TEXT, [])
    _, dense = message._filter_dense_features(TEXT, [])
    if dense or not sparse or len(model.classes_) <= 2 or model.solver in ONE_AGAINST_REST:
        return None
    weights = model.__dict__.get("_weights_by_feature")
    if weights is None:
        weights = model._weights_by_feature = np.ascontiguousarray(model.coef_.T)
    scores = model.intercept_.copy()
    offset = 0
    for features in sparse:
        row = features.features.tocsr()
        scores += row.data @ weights[row.indices + offset]
        offset += row.shape[1]
    if offset != len(weights):
        return None
    scores = np.exp(scores - scores.max())
    return scores / scores.sum()
