"""Answer, ask back or turn away."""

import pytest

from bot.nlu.thresholds import ANSWER, CLARIFY, REJECT, Thresholds


@pytest.mark.parametrize(
    ("best", "confidence", "second", "decision"),
    [
        ("query_fee", 0.9, 0.05, ANSWER),
        ("query_fee", 0.45, 0.3, ANSWER),
        ("query_fee", 0.44, 0.1, CLARIFY),
        ("query_fee", 0.5, 0.45, CLARIFY),
        ("query_fee", 0.15, 0.1, CLARIFY),
        ("query_fee", 0.14, 0.1, REJECT),
        ("out_of_scope", 0.9, 0.05, REJECT),
        ("out_of_scope", 0.3, 0.25, REJECT),
        ("sos", 0.2, 0.19, ANSWER),
        ("sos", 0.14, 0.1, REJECT),
    ],
)
def test_decision(best: str, confidence: float, second: float, decision: str) -> None:
    ranking = [{"name": best, "confidence": confidence}, {"name": "greet", "confidence": second}]
    assert Thresholds().decide(ranking) == decision


def test_only_intent_has_no_second() -> None:
    assert Thresholds().decide([{"name": "greet", "confidence": 1.0}]) == ANSWER
