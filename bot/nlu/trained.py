"""The understanding of a trained model, taken out of Rasa's archive: for tools that measure it."""

import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.nlu.entity_model import EntityModel, Span
from bot.nlu.intent_model import IntentModel
from bot.nlu.thresholds import FALLBACK, OUT_OF_SCOPE, REJECT, Thresholds

RANKED = 10
"""Intents that are looked at of each text."""


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
    def load(cls, archive: Path, thresholds: Thresholds | None = None) -> "Understanding":
        """Read a model archive of `rasa train`."""
        with TemporaryDirectory() as folder, tarfile.open(archive) as packed:
            packed.extractall(folder, [one for one in packed if one.isfile() or one.isdir()])
            intents = next(Path(folder).rglob("intents.json")).parent
            entities = next(Path(folder).rglob("entities.json")).parent
            return cls(
                IntentModel.load(intents), EntityModel.load(entities), thresholds or Thresholds()
            )

    def read(self, text: str) -> Understood:
        """Understand one text; an empty one is turned away."""
        if not text.strip():
            return Understood(OUT_OF_SCOPE, 0.0, REJECT, [])
        [row] = self._intents.confidences([text])
        order = row.argsort()[::-1][:RANKED]
        ranking: list[dict[str, Any]] = [
            {"name": self._intents.labels[place], "confidence": float(row[place])}
            for place in order
        ]
        best = ranking[0]
        decision = self._thresholds.decide(ranking)
        intent = OUT_OF_SCOPE if decision == REJECT else best["name"]
        spans = self._entities.find(text, best["name"], best["confidence"])
        return Understood(
            intent if intent != FALLBACK else best["name"], best["confidence"], decision, spans
        )
