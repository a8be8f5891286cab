"""The decision as a Rasa component: puts what the thresholds say on top of the ranking."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intents import is_raw
from bot.nlu.thresholds import CLARIFY, FALLBACK, OUT_OF_SCOPE, REJECT, Thresholds


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
                best = {
                    "name": OUT_OF_SCOPE,
                    "confidence": best["confidence"],
                    "best": best["name"],
                }
            message.set(INTENT, best | {"decision": decision}, add_to_output=True)
        return messages
