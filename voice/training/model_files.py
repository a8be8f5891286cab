"""Model files: everything that Vosk wants of a model, in one folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from voice.training.acoustic_file import acoustic_file
from voice.training.corpus import Corpus
from voice.training.features import CONF
from voice.training.frames import SUBSAMPLING
from voice.training.graph import write_graph
from voice.training.inventory import UNKNOWN, Inventory
from voice.training.network import Network
from voice.training.ngrams import Ngrams

ACOUSTIC_SCALE = 0.3
"How much what is heard counts beside what is usually said"
_DECODING = f"""--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=5.0
--acoustic-scale={ACOUSTIC_SCALE}
--frame-subsampling-factor={SUBSAMPLING}
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


def write_model(
    folder: Path, network: Network, shares: np.ndarray, inventory: Inventory, corpus: Corpus
) -> None:
    """Write am/, conf/ and graph/.

    Raises CalledProcessError or OSError when OpenFst's programs fail or are missing.
    """
    for part in ("am", "conf"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "am" / "final.mdl").write_bytes(acoustic_file(network, inventory, shares))
    (folder / "conf" / "mfcc.conf").write_text(CONF, encoding="utf-8")
    (folder / "conf" / "model.conf").write_text(_DECODING, encoding="utf-8")
    numbers = {word: number for number, word in enumerate(corpus.vocabulary, 1)}
    ngrams = Ngrams(corpus.written, corpus.commands, numbers)
    every = numbers | {UNKNOWN: len(numbers) + 1}
    write_graph(folder / "graph", inventory, ngrams, every)
