"""The entity tagger itself: a conditional random field over characters; no Rasa here.

What the sentence is about goes in as a feature, and out go only the kinds that its intent may carry.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pycrfsuite

from bot.nlu.entity_features import BIAS, UNKNOWN_INTENT, features
from bot.nlu.lexicon import LONGEST, Tables, lexicon
from bot.nlu.text import is_mark

OUTSIDE = "-"
"""The tag of a character that belongs to no entity."""


class Span(NamedTuple):
    """An entity: `text[start:end]` names something of this kind."""

    start: int
    end: int
    kind: str
    confidence: float = 1.0
    """How sure the tagger is of the least sure of its characters, 0 to 1."""


class Example(NamedTuple):
    """A sentence with its intent and entities."""

    text: str
    intent: str
    spans: Sequence[Span]


@dataclass(frozen=True)
class EntityOptions:
    """How an `EntityModel` is trained; chosen by cross-validation, see docs/nlu.md."""

    l1: float = 0.05
    l2: float = 0.02
    iterations: int = 42
    unknown_every: int = 5
    """One sentence in this many is shown without its intent, as when the intent is in doubt."""
    trust: float = 0.4
    """Confidence from which an intent is believed."""
    bias: float = 0.9
    """What the bias counts when a text is read: with less than 1 more is taken for an entity, since the
    tagger misses twice as many as it invents."""
    bare: float = 0.7
    """Share of a text, marks aside, that entities fill when it is a mere answer (三号楼) to a question:
    then they stay whatever the intent is taken for."""


class EntityModel:
    """Finds the entities of a sentence whose intent is known, or guessed."""

    def __init__(
        self, options: EntityOptions, tables: Tables, kinds: dict[str, list[str]], tagger: bytes
    ) -> None:
        self.kinds = kinds
        self._options = options
        self._lexicon = lexicon(tables)
        self._stored = tagger
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(tagger)

    @classmethod
    def train(
        cls, examples: Sequence[Example], tables: Tables, options: EntityOptions
    ) -> "EntityModel":
        """Learn where entities are, and which kinds each intent may carry."""
        kinds = _kinds(examples)
        # In a process of its own: the trainer lets no other thread of this one run meanwhile.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            tagger = process.submit(_learn, examples, kinds, tables, options).result()
        return cls(options, tables, kinds, tagger)

    def find(self, text: str, intent: str, confidence: float = 1.0) -> list[Span]:
        """The entities of `text`, left to right, if `intent` is what it is about.

        An intent that was not learnt carries nothing, except a mere answer.
        """
        believed = confidence >= self._options.trust and intent in self.kinds
        spans = self._spans(text, intent if believed else UNKNOWN_INTENT)
        carried = self.kinds.get(intent, [])
        kept = [span for span in spans if span.kind in carried]
        if len(kept) < len(spans) and self._is_bare(text, spans):
            return spans
        return kept

    def save(self, folder: Path) -> None:
        """Write the model as JSON and the tagger's own file."""
        about = {
            "options": asdict(self._options),
            "tables": self._lexicon.tables,
            "kinds": self.kinds,
        }
        (folder / "entities.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        (folder / "entities.crf").write_bytes(self._stored)

    @classmethod
    def load(cls, folder: Path) -> "EntityModel":
        """Read what `save` wrote."""
        about = json.loads((folder / "entities.json").read_text("utf-8"))
        options = EntityOptions(**about["options"])
        tagger = (folder / "entities.crf").read_bytes()
        return cls(options, about["tables"], about["kinds"], tagger)

    def _spans(self, text: str, intent: str) -> list[Span]:
        if not text:  # the tagger does not take a sequence of nothing
            return []
        rows = features(self._lexicon.read(text), intent)
        self._tagger.set([dict.fromkeys(row, 1.0) | {BIAS: self._options.bias} for row in rows])
        tags = self._tagger.tag()
        return [
            Span(start, end, kind, self._confidence(tags, start, end))
            for start, end, kind in _stretches(tags)
        ]

    def _confidence(self, tags: Sequence[str], start: int, end: int) -> float:
        return min(self._tagger.marginal(tags[place], place) for place in range(start, end))

    def _is_bare(self, text: str, spans: Sequence[Span]) -> bool:
        said = sum(not is_mark(character) for character in text[:LONGEST])
        filled = sum(span.end - span.start for span in spans)
        return filled >= self._options.bare * said > 0


def _learn(
    examples: Sequence[Example],
    kinds: Mapping[str, list[str]],
    tables: Tables,
    options: EntityOptions,
) -> bytes:
    read = lexicon(tables).read
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": options.l1, "c2": options.l2, "max_iterations": options.iterations})
    for place, example in enumerate(examples):
        if place % options.unknown_every == 0:
            intent = UNKNOWN_INTENT
        elif kinds[example.intent]:
            intent = example.intent
        else:
            continue  # what carries nothing is not asked about
        trainer.append(features(read(example.text), intent), _tags(example))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tagger"
        trainer.train(str(path))
        return path.read_bytes()


def _tags(example: Example) -> list[str]:
    """The kind of each character, or OUTSIDE.

    Two of one kind are hardly ever said without a character between them, and half as many tags
    are learnt in half the time.
    """
    tags = [OUTSIDE] * len(example.text)
    for span in example.spans:
        tags[span.start : span.end] = [span.kind] * (span.end - span.start)
    return tags[:LONGEST]


def _stretches(tags: Sequence[str]) -> Iterable[tuple[int, int, str]]:
    place = 0
    for kind, run in groupby(tags):
        start, place = place, place + len(list(run))
        if kind != OUTSIDE:
            yield start, place, kind


def _kinds(examples: Sequence[Example]) -> dict[str, list[str]]:
    kinds: dict[str, set[str]] = {}
    for example in examples:
        kinds.setdefault(example.intent, set()).update(span.kind for span in example.spans)
    return {intent: sorted(found) for intent, found in sorted(kinds.items())}
