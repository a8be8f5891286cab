"""The decision: whether to answer, to ask back, or to say that this is not ours. All thresholds are here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intents import is_raw

ANSWER, CLARIFY, REJECT = "answer", "clarify", "reject"
FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"


@dataclass(frozen=True)
class Thresholds:
    """Confidences, 0 to 1; chosen by cross-validation, see docs/nlu.md."""

    sure: float = 0.35
    """From here the best intent is answered."""
    apart: float = 0.06
    """A second one that is nearer than this makes it a question, unless the best is quite sure."""
    lost: float = 0.12
    """Below this nothing of ours is likely enough to be asked about."""

    def decide(self, ranking: list[dict[str, Any]]) -> str:
        """ANSWER, CLARIFY or REJECT for a ranking with the best first."""
        best = ranking[0]["confidence"]
        second = ranking[1]["confidence"] if len(ranking) > 1 else 0.0
        if ranking[0]["name"] == OUT_OF_SCOPE or best < self.lost:
            return REJECT
        if best < self.sure or best - second < self.apart:
            return CLARIFY
        return ANSWER


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LinshengDecision(GraphComponent, IntentClassifier):
    """Puts `nlu_fallback` or `out_of_scope` on top where the best intent is not to be answered.

    `intent` gets the key `decision`; the ranking keeps what was likely, for the question.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._thresholds = Thresholds(
            **{name: config[name] for name in asdict(Thresholds()) if name in config}
        )

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The defaults of `Thresholds`."""
        return asdict(Thresholds())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinshengDecision:
        """Nothing is learnt or loaded."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide on every message that has a ranking."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY)
            if not ranking or is_raw(message.get(TEXT) or ""):
                continue
            decision = self._thresholds.decide(ranking)
            best = dict(message.get(INTENT))
            if decision == CLARIFY:
                best = {"name": FALLBACK, "confidence": best["confidence"], "best": best["name"]}
            elif decision == REJECT and best["name"] != OUT_OF_SCOPE:
                best = {"name": OUT_OF_SCOPE, "confidence": best["confidence"], "best": best["name"]}
            message.set(INTENT, best | {"decision": decision}, add_to_output=True)
        return messages
