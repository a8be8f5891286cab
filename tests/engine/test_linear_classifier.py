"""Rasa's logistic regression, one message at a time."""

from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier

from engine import linear_classifier
from tests.engine.support import run

pytestmark = pytest.mark.slow

TEXTS = ["我要报修", "厨房水管漏水", "电费交了没", "今天天气不错", "a", "谢谢" * 30]


def parsed(agent: Any, text: str) -> dict[str, Any]:
    """What is understood of a text."""
    found = run(agent.processor.parse_message(UserMessage(text)))
    return {"intent": found["intent"], "ranking": found["intent_ranking"]}


@pytest.mark.parametrize("length", [3, 0])
def test_confidences_are_those_of_scikit_learn(
    load_agent: Any, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    agent = load_agent()
    for node in agent.processor.graph_runner._instantiated_nodes.values():
        if isinstance(node._component, LogisticRegressionClassifier):
            node._component.config["ranking_length"] = length
    found = [parsed(agent, text) for text in TEXTS]
    used: list[Any] = []
    monkeypatch.setattr(linear_classifier, "_confidences", lambda *given: used.append(given))
    expected = [parsed(agent, text) for text in TEXTS]
    assert len(used) == len(TEXTS)
    for quick, slow in zip(found, expected, strict=True):
        assert quick["intent"]["name"] == slow["intent"]["name"]
        names, confidences = zip(*map(dict.values, quick["ranking"]), strict=True)
        slow_names, slow_confidences = zip(*map(dict.values, slow["ranking"]), strict=True)
        assert names == slow_names
        assert confidences == pytest.approx(slow_confidences, abs=1e-9)


def test_no_matrix_is_built_for_one_message(
    load_agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = load_agent()
    monkeypatch.setattr(LogisticRegressionClassifier, "_create_X", None)
    assert parsed(agent, "我要报修")["intent"]["name"] == "report_repair"
