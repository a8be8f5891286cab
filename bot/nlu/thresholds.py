"""When to answer, when to ask back, when to turn away: every threshold there is, in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ANSWER, CLARIFY, REJECT = "answer", "clarify", "reject"
OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"
"""Rasa's own name for what was not understood: its rules act on it."""
SOS = "sos"


@dataclass(frozen=True)
class Thresholds:
    """Confidences, 0 to 1; chosen by cross-validation, see docs/nlu.md."""

    sure: float = 0.45
    """From here the best intent is answered …"""
    apart: float = 0.1
    """… unless the second is nearer to it than this."""
    lost: float = 0.15
    """Below this nothing of ours is likely enough to be asked about."""

    def decide(self, ranking: Sequence[Mapping[str, Any]]) -> str:
        """ANSWER, CLARIFY or REJECT for a ranking of `name` and `confidence`, the best first.

        A likely cry for help is answered, never asked about.
        """
        best, *others = ranking
        if best["name"] == OUT_OF_SCOPE or best["confidence"] < self.lost:
            return REJECT
        if best["name"] == SOS:
            return ANSWER
        second = others[0]["confidence"] if others else 0.0
        is_clear = best["confidence"] - second >= self.apart
        return ANSWER if best["confidence"] >= self.sure and is_clear else CLARIFY
