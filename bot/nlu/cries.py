"""Learns how much a message is like a cry for help: writes what `language/emergency_score.py` reads.

Learnt from `language/data/emergency_corpus.yml` and, as ordinary words, from every sentence of
`nlu_data` that has another intent than `sos`.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from language.emergency_rules import rulebook
from language.emergency_score import BIAS, WEIGHTS, runs
from language.emergency_text import solid

COST = 2.0
AT_LEAST = 2
"""Sentences that a run must be in."""
LEAST = 0.05
"""A weight nearer to 0 is left out: it says next to nothing, and takes room."""
SURE, CERTAIN, REFUTED = -0.3, 2.5, -2.5
"""Scores, in the units of `Scorer`; what other thresholds give is in docs/nlu.md."""
PARTS = 5
"""Of the cross-validation."""


def learn(cries: Sequence[str], ordinary: Sequence[str], data: Path, source: str) -> dict[str, Any]:
    """Write the weights into the folder `data`; returns what was learnt, and how well.

    `source` is the digest of the corpus, by which stale weights are found. The shares are of
    sentences that were not learnt, five parts in turn.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    book = rulebook()
    counter = CountVectorizer(
        analyzer=lambda text: runs(solid(text, book.folds, book.fillers).chars),
        binary=True,
        min_df=AT_LEAST,
    )
    seen = counter.fit_transform([*cries, *ordinary])
    is_cry = np.repeat([True, False], [len(cries), len(ordinary)])
    machine = LogisticRegression(C=COST, solver="liblinear", max_iter=500)
    scores = cross_val_predict(machine, seen, is_cry, cv=PARTS, method="decision_function")
    machine.fit(seen, is_cry)
    weights = dict(zip(counter.get_feature_names_out(), machine.coef_[0], strict=True))
    kept = {run: weight for run, weight in weights.items() if abs(weight) >= LEAST}
    lines = [f"{source}\t{SURE}\t{CERTAIN}\t{REFUTED}", f"{machine.intercept_[0]:.3f}\t{BIAS}"]
    lines += [f"{kept[run]:.2f}\t{run}" for run in sorted(kept)]
    (data / WEIGHTS).write_text("\n".join(lines) + "\n", "utf-8")
    return {
        "cries": len(cries),
        "ordinary": len(ordinary),
        "weights": len(kept),
        "recall_alone": round(float((scores[is_cry] >= SURE).mean()), 4),
        "false_alarms_alone": round(float((scores[~is_cry] >= SURE).mean()), 4),
    }


def digest(file: Path) -> str:
    """What tells one content of the corpus from another."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def corpus(file: Path) -> tuple[list[str], list[str]]:
    """(cries, ordinary) of the corpus."""
    said = yaml.safe_load(file.read_text("utf-8"))
    return said["cries"], said["ordinary"]
