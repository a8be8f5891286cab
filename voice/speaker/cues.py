"""Cues: short sounds that say without words what the speaker does."""

from __future__ import annotations

from functools import cache

import numpy as np

from voice.speaker.card import PLAY_HZ

_LOUDNESS = 0.3
"Of full scale"
_EDGE_S = 0.01


@cache
def ready() -> bytes:
    """The line is there: three notes upwards."""
    return _notes((523.3, 659.3, 784.0), 0.09)


@cache
def listening() -> bytes:
    """Somebody may speak: one short high note, over before the first word."""
    return _notes((880.0,), 0.08)


@cache
def offline() -> bytes:
    """The line is lost: two notes downwards."""
    return _notes((440.0, 329.6), 0.14)


def _notes(pitches_hz: tuple[float, ...], each_s: float) -> bytes:
    """Mono, signed 16-bit little-endian at PLAY_HZ."""
    at = np.arange(int(each_s * PLAY_HZ)) / PLAY_HZ
    edge = np.clip(np.minimum(at, at[-1] - at) / _EDGE_S, 0.0, 1.0)
    notes = np.concatenate([np.sin(2 * np.pi * pitch * at) * edge for pitch in pitches_hz])
    return (notes * _LOUDNESS * 32_767).astype("<i2").tobytes()
