"""Sound: how loud it is and where it begins and ends; mono, signed 16-bit little-endian."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.clips import WIDTH_BYTES

FRAME_S = 0.03
"Loudness is looked at over so long"


def samples(pcm: bytes) -> NDArray[np.int16]:
    """The samples of a whole number of them, as they lie in memory."""
    return np.frombuffer(pcm, "<i2")


def loudest(pcm: bytes, rate_hz: int) -> float:
    """Root mean square of its loudest frame, 0 to 32,768; 0 of less than a frame."""
    return float(_frames(pcm, rate_hz).max(initial=0.0))


def trimmed(pcm: bytes, *, quieter_than: int) -> bytes:
    """The sound without its ends, as far as no sample of them reaches `quieter_than`."""
    heard = np.flatnonzero(np.abs(samples(pcm).astype(np.int32)) >= quieter_than)
    if not heard.size:
        return b""
    return pcm[int(heard[0]) * WIDTH_BYTES : (int(heard[-1]) + 1) * WIDTH_BYTES]


def _frames(pcm: bytes, rate_hz: int) -> NDArray[np.float64]:
    """The root mean square of each whole frame."""
    size = int(rate_hz * FRAME_S)
    whole = samples(pcm).astype(np.float64)
    cut = whole[: len(whole) // size * size].reshape(-1, size)
    loudness: NDArray[np.float64] = np.sqrt(np.mean(cut * cut, axis=1))
    return loudness
