"""A component that cannot bear one word, and says so with the whole sentence."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

UNBEARABLE = "鞭炮"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Picky(GraphComponent):
    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Picky:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if UNBEARABLE in message.get("text"):
                raise ValueError(message.get("text"))
        return messages
