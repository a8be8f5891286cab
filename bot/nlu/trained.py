"""The understanding of a trained model, taken out of Rasa's archive: for tools that measure it."""

import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.nlu.entity_model import EntityModel, Span
from bot.nlu.intent_model import IntentModel, ranked
from bot.nlu.thresholds import OUT_OF_SCOPE, REJECT, Thresholds

TOGETHER = 32
"""Texts whose sentence vectors are computed in one go, which takes a third of the time."""


@dataclass(frozen=True)
class Understood:
    """What was read in one text."""

    intent: str
    """A catalogue name after all thresholds: `out_of_scope` when turned away."""
    confidence: float
    decision: str
    """answer, clarify or reject"""
    spans: list[Span]


class Understanding:
    """The very models and thresholds that the engine uses, without the engine around them."""

    def __init__(self, intents: IntentModel, entities: EntityModel, thresholds: Thresholds) -> None:
        self._intents = intents
        self._entities = entities
        self._thresholds = thresholds

    @classmethod
    def load(cls, archive: Path) -> "Understanding":
        """Read a model archive of `rasa train`."""
        with TemporaryDirectory() as folder, tarfile.open(archive) as packed:
            packed.extractall(folder, [one for one in packed if one.isfile() or one.isdir()])
            root = Path(folder)
            intents = next(root.rglob("intents.json")).parent
            entities = next(root.rglob("entities.json")).parent
            thresholds = _thresholds(json.loads((root / "metadata.json").read_text("utf-8")))
            return cls(IntentModel.load(intents), EntityModel.load(entities), thresholds)

    def read(self, text: str) -> Understood:
        """Understand one text; an empty one is turned away."""
        [understood] = self.read_all([text])
        return understood

    def read_all(self, texts: Sequence[str]) -> Iterator[Understood]:
        """Understand many texts, in order."""
        waiting = iter(texts)
        while together := list(islice(waiting, TOGETHER)):
            for text, row in zip(together, self._intents.confidences(together), strict=True):
                yield self._understood(text, ranked(self._intents.labels, row))

    def _understood(self, text: str, ranking: list[dict[str, Any]]) -> Understood:
        if not text.strip():
            return Understood(OUT_OF_SCOPE, 0.0, REJECT, [])
        name, confidence = ranking[0]["name"], ranking[0]["confidence"]
        decision = self._thresholds.decide(ranking)
        spans = self._entities.find(text, name, confidence)
        intent = OUT_OF_SCOPE if decision == REJECT else name
        return Understood(intent, confidence, decision, spans)


def _thresholds(metadata: dict[str, Any]) -> Thresholds:
    """Those that the model was trained with."""
    known = {field.name for field in fields(Thresholds)}
    for node in metadata["predict_schema"]["nodes"].values():
        if node["uses"].endswith(".LinshengDecision"):
            return Thresholds(
                **{name: node["config"][name] for name in known & set(node["config"])}
            )
    return Thresholds()
