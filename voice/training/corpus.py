"""Corpus: the sentences that the model is made for, cut into words, and the words it knows."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import jieba
import yaml

from voice.training.pronunciation import Syllable, reading

WORDS = 1_300
"To be spoken, beside those of the phrases"
PATTERNED, PATTERNED_ORDER = 3_000, 10_000
"Sentences made of the patterns, to speak and to learn the order of words from"
OFTEN = 4
"How often a word is said in training to be one of the vocabulary"
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
    "All that are spoken, in order of the code of their characters"
    vocabulary: tuple[str, ...]
    "Those said often enough to be known, of like sounding ones the foremost; in the same order"
    training: tuple[Sentence, ...]
    "Clauses to speak, of all words; frequent ones more than once"
    written: tuple[Sentence, ...]
    "Clauses of the vocabulary, to learn the order of words from"
    held_out: tuple[Sentence, ...]
    "Other clauses of the vocabulary, as people wrote them"
    patterned: tuple[Sentence, ...]
    "The same, made of the patterns"
    commands: tuple[Sentence, ...]
    "Phrases that are said as a whole; among those of the training too"


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
    patterned = list(_fill(spoken, PATTERNED, cutter, chance))
    clauses = sorted(set(_clauses(nlu, set(spoken["without"]))))
    written = [cutter.cut(clause) for clause in clauses]
    always = {word for sentence in (*commands, *patterned) for word in sentence}
    words = always | _frequent(written)
    known = _sound(written, words)
    chance.shuffle(known)
    kept, made = len(known) // HELD_OUT, len(patterned) // HELD_OUT
    training = (*known[kept:], *patterned[made:], *commands * 5)
    seen = set(training)
    often = Counter(word for sentence in training for word in sentence)
    vocabulary = _unlike(always, [word for word in words if often[word] >= OFTEN], often)
    held_out, new = (
        tuple(s for s in aside if s not in seen and vocabulary.issuperset(s))
        for aside in (known[:kept], patterned[:made])
    )
    apart = {*held_out, *new}
    more = _fill(spoken, PATTERNED_ORDER, cutter, chance)
    order = [s for s in (*training, *more) if s not in apart and vocabulary.issuperset(s)]
    return Corpus(
        words=tuple(sorted(words)),
        vocabulary=tuple(sorted(vocabulary)),
        training=training,
        written=tuple(order),
        held_out=held_out,
        patterned=new,
        commands=tuple(commands),
    )


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


def _frequent(sentences: Iterable[Sentence]) -> set[str]:
    counts = Counter(word for sentence in sentences for word in sentence)
    return set(sorted(counts, key=lambda word: (-counts[word], word))[:WORDS])


def _sound(sentences: Iterable[Sentence], words: set[str]) -> list[Sentence]:
    """Those of the words alone, without misspelt ones."""
    sounds = {reading(word) for word in words if len(word) > 1}
    return [s for s in sentences if words.issuperset(s) and not _misspelt(s, sounds)]


def _unlike(always: set[str], others: Iterable[str], often: Mapping[str, int]) -> set[str]:
    """The first and those of the others that sound like no other word, or are said more often."""
    known, sounds = set(always), {reading(word) for word in always}
    for word in sorted(others, key=lambda word: (-often[word], word)):
        if reading(word) not in sounds:
            known.add(word)
            sounds.add(reading(word))
    return known


def _misspelt(sentence: Sentence, sounds: set[tuple[Syllable, ...]]) -> bool:
    """Whether two characters stand alone that sound like one word: 客听 for 客厅."""
    return any(
        len(first) == len(second) == 1 and reading(first + second) in sounds
        for first, second in pairwise(sentence)
    )


def _fill(
    spoken: Mapping[str, Any], count: int, cutter: Cutter, chance: random.Random
) -> Iterator[Sentence]:
    patterns: Sequence[str] = spoken["patterns"]
    for number in range(count):
        parts = _SLOT.split(patterns[number % len(patterns)])
        parts[1::2] = [chance.choice(spoken["slots"][slot]) for slot in parts[1::2]]
        yield tuple(word for part in parts for word in cutter.cut(part))
