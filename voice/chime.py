"""The chime before a reminder: two soft notes, so that nobody is startled by a voice."""

from __future__ import annotations

from functools import cache

import numpy as np

_NOTES_HZ = (659.3, 880.0)
_NOTE_S = 0.22
_LOUDNESS = 0.25
"Of full scale"


@cache
def chime(rate_hz: int) -> bytes:
    """Mono, signed 16-bit little-endian at `rate_hz`."""
    at = np.arange(int(_NOTE_S * rate_hz)) / rate_hz
    fading = np.sin(np.pi * np.minimum(1.0, at / 0.02) / 2) * np.exp(-at / 0.12)
    notes = [np.sin(2 * np.pi * note * at) * fading for note in _NOTES_HZ]
    return (np.concatenate(notes) * _LOUDNESS * 32_767).astype("<i2").tobytes()
