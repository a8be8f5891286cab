"""Graph: what the decoder walks through, graph/HCLr.fst and graph/Gr.fst.

The first knows how words are said, the second how they follow each other; Vosk puts them together
while it listens, so that a closed question can take the place of the second.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from voice.training.acoustic_file import entering, staying
from voice.training.inventory import PLACES, SILENCE_NUMBER, SPEECH_NUMBER, UNKNOWN, Inventory
from voice.training.ngrams import Ngrams

_SILENCE_COST, _NO_SILENCE_COST = -math.log(0.3), -math.log(0.7)
_UNKNOWN_COST = 2.0
"Of a word that is not in the vocabulary, beside how it sounds"
_LOOKAHEAD = "libfstlookahead.so.22"
"The part of OpenFst 1.7.9 that knows the type olabel_lookahead"
_AFTER_WORD, _AFTER_SILENCE, _FIRST_FREE = range(3)

_Line = tuple[object, ...]
_Arc = tuple[int, int, int, int, float]
"From a state to a state, by a phone, saying a word, at a cost"


def write_graph(
    folder: Path, inventory: Inventory, ngrams: Ngrams, numbers: dict[str, int]
) -> None:
    """Write HCLr.fst, Gr.fst, words.txt, disambig_tid.int and phones/word_boundary.int."""
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        relabelled = _write_words_in_sound(folder / "HCLr.fst", Path(scratch), inventory, numbers)
    grammar = [
        (a, b, relabelled[word], relabelled[word], cost) for a, b, word, cost in ngrams.arcs()
    ]
    compiled = _run(["fstcompile"], _text([*grammar, *ngrams.ends()]))
    (folder / "Gr.fst").write_bytes(
        _run(
            ["fstconvert", "--fst_type=const"], _run(["fstarcsort", "--sort_type=ilabel"], compiled)
        )
    )
    words = sorted((relabelled[number], word) for word, number in numbers.items())
    (folder / "words.txt").write_text(
        "<eps> 0\n" + "".join(f"{word} {number}\n" for number, word in words), encoding="utf-8"
    )
    beyond = staying(inventory.phones + 1)
    (folder / "disambig_tid.int").write_text(f"{beyond}\n", encoding="utf-8")
    boundaries = ["1 nonword"] + [
        f"{inventory.phone(sound, place)} {place}"
        for sound in range(1, len(inventory.sounds))
        for place in PLACES
    ]
    (folder / "phones" / "word_boundary.int").write_text(
        "\n".join(boundaries) + "\n", encoding="utf-8"
    )


def _write_words_in_sound(
    file: Path, scratch: Path, inventory: Inventory, numbers: dict[str, int]
) -> dict[int, int]:
    """Write the first graph; returns the numbers that words have in it."""
    phones = _text(list(_lexicon(inventory, numbers)))
    smallest = _run(["fstminimize"], _run(["fstdeterminize"], _run(["fstcompile"], phones)))
    frames = _text(list(_frames(_run(["fstprint"], smallest).decode(), inventory.phones)))
    sorted_by_word = _run(["fstarcsort", "--sort_type=olabel"], _run(["fstcompile"], frames))
    pairs = scratch / "relabel"
    file.write_bytes(
        _run(
            ["fstconvert", "--fst_type=olabel_lookahead", f"--save_relabel_opairs={pairs}"],
            sorted_by_word,
            {"LD_PRELOAD": _LOOKAHEAD},
        )
    )
    lines = (line.split() for line in pairs.read_text().splitlines())
    return {0: 0} | {int(before): int(after) for before, after in lines}


def _lexicon(inventory: Inventory, numbers: dict[str, int]) -> Iterator[_Line]:
    """Words as phones, over and over, with or without silence before each; labels above the
    phones keep apart what sounds the same.
    """
    apart = inventory.phones + 1
    of_sound = inventory.numbers
    ways = [
        (numbers[word], tuple(of_sound[sound] for sound in way))
        for word in numbers
        for way in inventory.lexicon.get(word, ())
    ]
    silence = inventory.phone(SILENCE_NUMBER, "internal")
    unknown = inventory.phone(SPEECH_NUMBER, "singleton")
    yield _AFTER_WORD, _AFTER_SILENCE, silence, 0, _SILENCE_COST
    for start, cost in ((_AFTER_WORD, _NO_SILENCE_COST), (_AFTER_SILENCE, 0.0)):
        same: Counter[tuple[int, ...]] = Counter()
        free = _FIRST_FREE + start * sum(len(way) + 1 for _, way in ways)
        for word, way in ways:
            same[way] += 1
            labels = [*_phones(inventory, way), apart + same[way]]
            states = [start, *range(free, free + len(labels) - 1), _AFTER_WORD]
            free += len(labels) - 1
            for index, label in enumerate(labels):
                first = index == 0
                yield (
                    states[index],
                    states[index + 1],
                    label,
                    word if first else 0,
                    cost if first else 0.0,
                )
        yield start, _AFTER_WORD, unknown, numbers[UNKNOWN], cost + _UNKNOWN_COST
    yield _AFTER_WORD, 0.0
    yield _AFTER_SILENCE, 0.0


def _phones(inventory: Inventory, way: tuple[int, ...]) -> list[int]:
    """A word's sounds as phones that tell where in it they stand."""
    if len(way) == 1:
        return [inventory.phone(way[0], "singleton")]
    places = ["begin", *["internal"] * (len(way) - 2), "end"]
    return [inventory.phone(sound, place) for sound, place in zip(way, places, strict=True)]


def _frames(printed: str, phones: int) -> Iterator[_Line]:
    """The same graph with transitions in place of phones, which may go on once they have begun:
    in the state that they lead to, or before it where several phones lead to the same.
    """
    arcs, ends = _read(printed, phones)
    leading: defaultdict[int, set[int]] = defaultdict(set, {arcs[0][0]: {0}})
    for _, target, phone, _, _ in arcs:
        leading[target].add(phone)
    before: dict[tuple[int, int], int] = {}
    free = max(leading) + 1
    for state, by in sorted(leading.items()):
        if len(by) == 1:
            (phone,) = by
            before[state, phone] = state
        else:
            before |= {(state, phone): free + n for n, phone in enumerate(sorted(by)) if phone}
            before[state, 0] = state
            free += len(by)
    for source, target, phone, word, cost in arcs:
        yield source, before[target, phone], entering(phone) if phone else 0, word, cost
    for (state, phone), number in before.items():
        if phone:
            yield number, number, staying(phone), 0, 0.0
        if number != state:
            yield number, state, 0, 0, 0.0
    yield from ends


def _read(printed: str, phones: int) -> tuple[list[_Arc], list[tuple[int, float]]]:
    """The arcs and the ends of a graph, that of the start first; labels above the phones are
    dropped.
    """
    arcs, ends = [], []
    for line in printed.splitlines():
        fields = line.split("\t")
        if len(fields) < 4:
            ends.append((int(fields[0]), float(fields[1]) if len(fields) > 1 else 0.0))
            continue
        source, target, phone, word = (int(field) for field in fields[:4])
        cost = float(fields[4]) if len(fields) > 4 else 0.0
        arcs.append((source, target, phone if phone <= phones else 0, word, cost))
    return arcs, ends


def _text(lines: Iterable[_Line]) -> bytes:
    return "".join("\t".join(map(str, line)) + "\n" for line in lines).encode()


def _run(command: list[str], given: bytes, environment: dict[str, str] | None = None) -> bytes:
    """One of OpenFst's programs; raises CalledProcessError when it fails."""
    done = subprocess.run(  # noqa: S603
        command, input=given, capture_output=True, check=True,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    return done.stdout
