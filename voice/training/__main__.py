"""`python -m voice.training`: makes the small model from nothing, and says what it is worth."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from voice.training.corpus import Corpus, gather
from voice.training.inventory import Inventory, take_stock
from voice.training.learning import learn, shares, untaught
from voice.training.lessons import Lesson, Teacher, keep, kept
from voice.training.measure import report
from voice.training.model_files import write_model
from voice.training.network import Network
from voice.training.speech import Espeak

ROOT = Path(__file__).resolve().parents[2]
SEED = 20_250_301


@dataclass(frozen=True)
class Effort:
    lessons: int
    epochs: int
    tested: int
    "Sentences under each condition"


FULL, QUICK = Effort(5_000, 5, 200), Effort(300, 2, 20)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def taught(work: Path, lessons: list[Lesson], sounds: int, epochs: int) -> Network:
    """The network when it has learnt; taken from `work` if it is there already."""
    network, file = untaught(lessons, sounds, SEED), work / "network.pt"
    if not file.exists():
        for line in learn(network, lessons, epochs, SEED):
            tell(line)
            torch.save(network.state_dict(), work / "unfinished.pt")
        (work / "unfinished.pt").replace(file)
    network.load_state_dict(torch.load(file, weights_only=True))
    return network.eval()


def given(work: Path, corpus: Corpus, inventory: Inventory, count: int) -> list[Lesson]:
    """The lessons; taken from `work` if they are there already."""
    file = work / "lessons.npz"
    if not file.exists():
        teacher, made = Teacher(Espeak(), inventory.numbers, SEED), []
        for lesson in teacher.lessons(corpus.training, count):
            made.append(lesson)
            if len(made) % (count // 10) == 0:
                tell(f"{len(made)} of {count} lessons spoken")
        keep(file, made)
    return kept(file)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m voice.training", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a useless model in three minutes")
    parser.add_argument("--into", type=Path, help="folder of the model (voice/model_small)")
    parser.add_argument(
        "--work", type=Path, help="what need not be done twice (var/voice_training)"
    )
    asked = parser.parse_args()
    effort = QUICK if asked.quick else FULL
    name = "voice_training_quick" if asked.quick else "voice_training"
    work: Path = asked.work or ROOT / "var" / name
    into: Path = asked.into or (work / "model" if asked.quick else ROOT / "voice" / "model_small")
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    corpus = gather(ROOT / "nlu_data" / "nlu", SEED)
    inventory = take_stock(corpus.words, Espeak())
    tell(
        f"{len(corpus.words)} words, {len(corpus.training)} clauses, {len(inventory.sounds)} sounds"
    )
    lessons = given(work, corpus, inventory, effort.lessons)
    hours = sum(len(lesson.frames) for lesson in lessons) / 360_000
    tell(f"{len(lessons)} lessons of {hours:.1f} hours together")
    network = taught(work, lessons, len(inventory.sounds), effort.epochs)
    found: np.ndarray = shares(lessons, len(inventory.sounds))
    write_model(into, network, found, inventory, corpus)
    tell(f"written to {into}")
    for line in report(into, corpus, effort.tested, SEED):
        print(line, flush=True)


if __name__ == "__main__":
    main()
