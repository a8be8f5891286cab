"""Kaldi's files: how tokens, numbers and matrices are written in its binary form.

As read by base/io-funcs.cc, matrix/kaldi-vector.cc, matrix/kaldi-matrix.cc and
matrix/compressed-matrix.cc of https://github.com/kaldi-asr/kaldi.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

BINARY = b"\0B"
"Begins every file"


def token(name: str) -> bytes:
    return name.encode() + b" "


def integer(value: int) -> bytes:
    return struct.pack("<bi", 4, value)


def real(value: float) -> bytes:
    return struct.pack("<bf", 4, value)


def integers(values: Sequence[int]) -> bytes:
    return struct.pack(f"<bi{len(values)}i", 4, len(values), *values)


def vector(values: np.ndarray) -> bytes:
    """Reals of one dimension, with four bytes each."""
    return token("FV") + integer(len(values)) + values.astype("<f4").tobytes()


def matrix(values: np.ndarray) -> bytes:
    """Reals of two dimensions, with two bytes each: steps of a 65,535th of their whole range."""
    lowest = float(values.min())
    extent = max(float(values.max()) - lowest, 1e-6)
    steps = np.round((values - lowest) / extent * 65_535).astype("<u2")
    return token("CM2") + struct.pack("<ff2i", lowest, extent, *values.shape) + steps.tobytes()
