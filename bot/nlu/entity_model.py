"""The entity tagger itself: a few linear chains over characters, which vote; no Rasa here.

What the sentence is about goes in as a feature, and out go only the kinds that its intent may carry.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pycrfsuite

from bot.nlu.entity_features import UNKNOWN_INTENT, features
from bot.nlu.lexicon import LONGEST, Tables, lexicon
from bot.nlu.text import is_mark

OUTSIDE = "-"
"""The tag of a character that belongs to no entity."""
FIRST, INNER, LAST = "B-", "I-", "E-"
"""Before the kind, in the tag of a character of an entity; an only one is the first."""


class Span(NamedTuple):
    """An entity: `text[start:end]` names something of this kind."""

    start: int
    end: int
    kind: str


class Example(NamedTuple):
    """A sentence with its intent and entities."""

    text: str
    intent: str
    spans: Sequence[Span]


@dataclass(frozen=True)
class EntityOptions:
    """How an `EntityModel` is trained; chosen by measurement, see docs/nlu.md."""

    voters: int = 3
    """Chains, each of which learns the sentences in another order; most of them must find an entity."""
    iterations: int = 10
    unknown_every: int = 5
    """One sentence in this many is shown without its intent, as when the intent is in doubt; to each
    chain another one."""
    trust: float = 0.4
    """Confidence from which an intent is believed."""
    bare: float = 0.7
    """Share of a text, marks aside, that entities fill when it is a mere answer (三号楼) to a question:
    then they stay whatever the intent is taken for."""


class EntityModel:
    """Finds the entities of a sentence whose intent is known, or guessed."""

    def __init__(
        self,
        options: EntityOptions,
        tables: Tables,
        kinds: dict[str, list[str]],
        chains: Sequence[bytes],
    ) -> None:
        self.kinds = kinds
        self._options = options
        self._lexicon = lexicon(tables)
        self._stored = chains
        self._voters = [_opened(chain) for chain in chains]

    @classmethod
    def train(
        cls, examples: Sequence[Example], tables: Tables, options: EntityOptions
    ) -> "EntityModel":
        """Learn where entities are, and which kinds each intent may carry."""
        kinds = _kinds(examples)
        # In processes of their own: the trainer lets no other thread of this one run meanwhile.
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
            learn = partial(_learn, examples, kinds, tables, options)
            chains = list(processes.map(learn, range(options.voters)))
        return cls(options, tables, kinds, chains)

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
        """Write the model as JSON and the chains' own files."""
        about = {
            "options": asdict(self._options),
            "tables": self._lexicon.tables,
            "kinds": self.kinds,
        }
        (folder / "entities.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        for number, chain in enumerate(self._stored):
            (folder / f"entities_{number}.crf").write_bytes(chain)

    @classmethod
    def load(cls, folder: Path) -> "EntityModel":
        """Read what `save` wrote."""
        about = json.loads((folder / "entities.json").read_text("utf-8"))
        options = EntityOptions(**about["options"])
        chains = [
            (folder / f"entities_{number}.crf").read_bytes() for number in range(options.voters)
        ]
        return cls(options, about["tables"], about["kinds"], chains)

    def _spans(self, text: str, intent: str) -> list[Span]:
        if not text:  # the tagger does not take a sequence of nothing
            return []
        seen = pycrfsuite.ItemSequence(features(self._lexicon.read(text), intent))
        return whole_numbers(text, agreed([_spans_of(chain.tag(seen)) for chain in self._voters]))

    def _is_bare(self, text: str, spans: Sequence[Span]) -> bool:
        said = sum(not is_mark(character) for character in text[:LONGEST])
        filled = sum(span.end - span.start for span in spans)
        return filled >= self._options.bare * said > 0


def _opened(chain: bytes) -> pycrfsuite.Tagger:
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(chain)
    return tagger


def _learn(
    examples: Sequence[Example],
    kinds: Mapping[str, list[str]],
    tables: Tables,
    options: EntityOptions,
    voter: int,
) -> bytes:
    """The chain of one voter."""
    read = lexicon(tables).read
    in_its_order = list(examples)
    random.Random(voter).shuffle(in_its_order)  # noqa: S311 - the same each time
    trainer = pycrfsuite.Trainer(algorithm="pa", verbose=False)  # passive aggressive
    trainer.set_params({"max_iterations": options.iterations})
    for place, example in enumerate(in_its_order):
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
    """The place in its entity and the kind of each character, or OUTSIDE."""
    tags = [OUTSIDE] * len(example.text)
    for start, end, kind in example.spans:
        tags[start:end] = [INNER + kind] * (end - start)
        tags[end - 1] = LAST + kind
        tags[start] = FIRST + kind
    return tags[:LONGEST]


def _spans_of(tags: Sequence[str]) -> list[Span]:
    """Entities from a first character on, or from another kind; what is tagged amiss is one, too."""
    spans: list[Span] = []
    for place, tag in enumerate(tags):
        if tag == OUTSIDE:
            continue
        kind = tag[len(FIRST) :]
        goes_on = spans and spans[-1].end == place and spans[-1].kind == kind
        if goes_on and not tag.startswith(FIRST):
            spans[-1] = spans[-1]._replace(end=place + 1)
        else:
            spans.append(Span(place, place + 1, kind))
    return spans


def agreed(readings: Sequence[Sequence[Span]]) -> list[Span]:
    """What most readings have; two of them never overlap, for some reading has both."""
    votes = Counter(span for reading in readings for span in reading)
    return sorted(span for span, count in votes.items() if count > len(readings) / 2)


def whole_numbers(text: str, spans: Sequence[Span]) -> list[Span]:
    """No number is cut: of 订999份 neither 9份 nor 99份 is taken, unless one of another kind has the rest."""
    whole: list[Span] = []
    for number, (start, end, kind) in enumerate(spans):
        is_cut = text[start - 1 : start + 1].isdecimal() if start else False
        if is_cut and whole and whole[-1].end == start and whole[-1].kind == kind:
            start = whole.pop().start
        least = whole[-1].end if whole else 0
        most = spans[number + 1].start if number + 1 < len(spans) else len(text)
        while start > least and text[start - 1 : start + 1].isdecimal():
            start -= 1
        while end < most and text[end - 1 : end + 1].isdecimal():
            end += 1
        whole.append(Span(start, end, kind))
    return whole


def _kinds(examples: Sequence[Example]) -> dict[str, list[str]]:
    kinds: dict[str, set[str]] = {}
    for example in examples:
        kinds.setdefault(example.intent, set()).update(span.kind for span in example.spans)
    return {intent: sorted(found) for intent, found in sorted(kinds.items())}
