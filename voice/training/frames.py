"""Frames: how sound is cut into them, and which sound of a sentence each one belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from voice.training.pronunciation import Piece

RATE_HZ = 16_000
FRAME, WINDOW = 160, 400
"Samples from one frame to the next, and in each"
SIZE = 40
"Numbers in a frame"
SUBSAMPLING = 3
"Frames for a place, which is what is decoded"


def labels(pieces: Sequence[Piece], numbers: Mapping[str, int], frames: int) -> np.ndarray:
    """The number of the sound at the middle of each place, as int16.

    Each piece has at least one place, if there is room. Pieces are in samples at RATE_HZ.
    """
    places = -(-frames // SUBSAMPLING)
    begins = [-((WINDOW // 2 - piece.begin) // (FRAME * SUBSAMPLING)) for piece in pieces]
    begins[0] = 0
    for index in range(1, len(begins)):
        begins[index] = max(begins[index], begins[index - 1] + 1)
    ends = [*begins[1:], places]
    for index in range(len(ends) - 2, -1, -1):
        ends[index] = min(ends[index], ends[index + 1] - 1)
    found = np.empty(places, np.int16)
    begin = 0
    for piece, end in zip(pieces, ends, strict=True):
        found[begin : max(end, begin)] = numbers[piece.sound]
        begin = max(end, begin)
    return found
