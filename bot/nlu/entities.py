"""The entity tagger as a Rasa component: trains, stores and asks an `EntityModel`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entity_model import EntityModel, EntityOptions, Example, Span
from bot.nlu.intents import is_raw, lookup_tables

EXTRACTOR = "LinshengEntityTagger"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LinshengEntityTagger(GraphComponent, EntityExtractorMixin):
    """Sets `entities`, spans in code points; stands after the intent classifier."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: EntityModel | None = None,
    ) -> None:
        self._options = EntityOptions(
            **{name: config[name] for name in asdict(EntityOptions()) if name in config}
        )
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The defaults of `EntityOptions`."""
        return asdict(EntityOptions())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinshengEntityTagger:
        """A tagger that has learnt nothing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinshengEntityTagger:
        """The tagger that was trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, EntityModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every sentence, annotated or not."""
        examples = [
            Example(message.get(TEXT), message.get(INTENT), _spans(message))
            for message in training_data.intent_examples
            if message.get(TEXT)
        ]
        tables = lookup_tables(training_data)
        self._model = EntityModel.train(examples, tables, self._options)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities that each message's intent may carry."""
        for message in messages:
            text = message.get(TEXT)
            if self._model is None or not text or is_raw(text):
                continue
            intent = message.get(INTENT) or {}
            found = self._model.find(text, intent.get("name", ""), intent.get("confidence", 0.0))
            entities = [
                {
                    "entity": span.kind,
                    "start": span.start,
                    "end": span.end,
                    "value": text[span.start : span.end],
                    "extractor": EXTRACTOR,
                }
                for span in found
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages


def _spans(message: Message) -> list[Span]:
    return [
        Span(entity["start"], entity["end"], entity["entity"])
        for entity in message.get(ENTITIES) or []
    ]
