"""Score: what became of a set of sentences that were spoken to a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Score:
    """Counts over all of them."""

    sentences: int = 0
    right: int = 0
    words: int = 0
    wrong_words: int = 0
    "Put in, left out or taken for another"
    sound_s: float = 0.0
    work_s: float = 0.0
    "Of one processor"

    def __str__(self) -> str:
        return (
            f"{self.right / self.sentences:.1%} of {self.sentences} sentences wholly right,"
            f" {self.wrong_words / self.words:.1%} of the words wrong,"
            f" real-time factor {self.work_s / self.sound_s:.3f}"
        )

    def add(self, meant: Sequence[str], heard: Sequence[str]) -> bool:
        """Count a sentence; returns whether it reads as it was meant, however cut into words."""
        self.sentences += 1
        self.words += len(meant)
        self.wrong_words += distance(meant, heard)
        alike = "".join(heard) == "".join(meant)
        self.right += alike
        return alike


def distance(meant: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of words to put in, take out or change (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(meant, 1):
        above, row[0] = row[0], index
        for column, other in enumerate(heard, 1):
            best = min(row[column] + 1, row[column - 1] + 1, above + (word != other))
            above, row[column] = row[column], best
    return row[-1]
