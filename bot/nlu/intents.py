"""The intent classifier as a Rasa component: trains, stores and asks an `IntentModel`."""

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
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_model import IntentModel, IntentOptions, options_in, ranked
from bot.nlu.lexicon import Tables


def lookup_tables(training_data: TrainingData) -> Tables:
    """The lookup tables of the training data; tables of one kind are joined."""
    tables: dict[str, list[str]] = {}
    for table in training_data.lookup_tables:
        tables.setdefault(table["name"], []).extend(table["elements"])
    return tables


def is_raw(text: str) -> bool:
    """Whether Rasa reads the text as a raw intent, which no classifier is to touch."""
    return text.startswith("/")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinshengIntentClassifier(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`; options are those of `IntentOptions`."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._options = options_in(config)
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The defaults of `IntentOptions`."""
        return asdict(IntentOptions())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinshengIntentClassifier:
        """A classifier that has learnt nothing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinshengIntentClassifier:
        """The classifier that was trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the sentences and names of the training data."""
        examples = [
            (message.get(TEXT), message.get(INTENT))
            for message in training_data.intent_examples
            if message.get(TEXT)
        ]
        texts, labels = zip(*examples, strict=True)
        tables = lookup_tables(training_data)
        self._model = IntentModel.train(texts, labels, tables, self._options)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the most likely intent and the ranking of every message with words."""
        if self._model is None:
            return messages
        worded = [message for message in messages if _has_words(message)]
        confidences = self._model.confidences([message.get(TEXT) for message in worded])
        for message, row in zip(worded, confidences, strict=True):
            ranking = ranked(self._model.labels, row)
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _has_words(message: Message) -> bool:
    text = message.get(TEXT)
    return bool(text and text.strip()) and not is_raw(text)
