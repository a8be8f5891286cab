"""Corpus: the sentences that the model is made for, cut into words, and the words it knows."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import jieba
import yaml

from voice.training.pronunciation import Syllable, reading

WORDS = 1_300
"In the vocabulary, beside those of the phrases"
PATTERNED = 3_000
"Sentences made of the patterns"
HELD_OUT = 8
"One clause of so many is kept for the test, and neither spoken in training nor counted"

Sentence = tuple[str, ...]
"Words in order, each of Han characters only"

_FOLDER = Path(__file__).parent
_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_PUNCTUATION = re.compile(r"[，。！？、…,.!?\s；：" "“”（）()~—]+")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,16}")
_NUMERAL = re.compile(r"^[零一二三四五六七八九十百幺]{2,}")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Corpus:
    words: tuple[str, ...]
    "The vocabulary, in order of the code of its characters"
    training: tuple[Sentence, ...]
    "Clauses to learn the words and their order from; frequent ones more than once"
    held_out: tuple[Sentence, ...]
    "Other clauses of the same words"


class Cutter:
    """Cuts clauses into words, always in the same way; the figures of a numeral stand alone."""

    def __init__(self) -> None:
        jieba.setLogLevel(60)
        self._tokenizer = jieba.Tokenizer()

    def cut(self, clause: str) -> Sentence:
        return tuple(
            part
            for word in self._tokenizer.cut(clause, HMM=False)
            for part in _NUMERAL.sub(lambda numeral: " ".join(numeral[0]) + " ", word).split()
        )


def gather(nlu: Path, seed: int) -> Corpus:
    """Read the example sentences of `nlu`, a folder of Rasa's training data, and the phrases."""
    spoken = yaml.safe_load((_FOLDER / "phrases.yml").read_text(encoding="utf-8"))
    cutter, chance = Cutter(), random.Random(seed)  # noqa: S311
    commands = [cutter.cut(phrase) for phrase in spoken["commands"]]
    patterned = list(_fill(spoken, cutter, chance))
    clauses = sorted(set(_clauses(nlu, set(spoken["without"]))))
    written = [cutter.cut(clause) for clause in clauses]
    always = {word for sentence in (*commands, *patterned) for word in sentence}
    counts = Counter(word for sentence in written for word in sentence)
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    words = always.union(frequent[:WORDS])
    sounds = {reading(word) for word in words if len(word) > 1}
    known = [
        sentence
        for sentence in written
        if words.issuperset(sentence) and not _misspelt(sentence, sounds)
    ]
    chance.shuffle(known)
    kept = len(known) // HELD_OUT
    made = len(patterned) // HELD_OUT
    training = (*known[kept:], *patterned[made:], *commands * 5)
    seen = set(training)
    held_out = tuple(s for s in (*known[:kept], *patterned[:made]) if s not in seen)
    return Corpus(tuple(sorted(words)), training, held_out)


def _clauses(nlu: Path, without: set[str]) -> Iterator[str]:
    for file in sorted(nlu.glob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines() if "intent" in entry else ():
                text = _ANNOTATION.sub(r"\1", line.strip().removeprefix("- "))
                yield from (
                    clause
                    for clause in _PUNCTUATION.split(text)
                    if _HAN.fullmatch(clause) and without.isdisjoint(clause)
                )


def _misspelt(sentence: Sentence, sounds: set[tuple[Syllable, ...]]) -> bool:
    """Whether two characters stand alone that sound like one word: 客听 for 客厅."""
    return any(
        len(first) == len(second) == 1 and reading(first + second) in sounds
        for first, second in pairwise(sentence)
    )


def _fill(spoken: Mapping[str, Any], cutter: Cutter, chance: random.Random) -> Iterator[Sentence]:
    patterns: Sequence[str] = spoken["patterns"]
    for number in range(PATTERNED):
        parts = _SLOT.split(patterns[number % len(patterns)])
        parts[1::2] = [chance.choice(spoken["slots"][slot]) for slot in parts[1::2]]
        yield tuple(word for part in parts for word in cutter.cut(part))
