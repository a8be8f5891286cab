"""Traces: streams of sound from a line of text, for what ships fakes to hear them with.

"s0.3 v1.2 s1.8 v0.9 s2.6" is 0.3 s of a quiet room, 1.2 s of a voice, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from voice.clips import RATE_HZ


def parts(trace: str) -> list[tuple[str, float]]:
    """("v", seconds) for voice, ("s", seconds) for silence."""
    return [(part[0], float(part[1:])) for part in trace.split()]


@cache
def sound(
    trace: str, *, noise: float = 30.0, loud: float = 6_000.0, pitch_hz: float = 160.0
) -> bytes:
    """Voice is tones under a syllable's loudness with noise in it; `noise` is the room's, of 32 768.

    16 000 Hz, mono, signed 16-bit little-endian; the same for the same trace.
    """
    random = np.random.default_rng(7)
    pieces = []
    for kind, seconds in parts(trace):
        at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        room = random.normal(0, noise, at.size)
        if kind == "v":
            tones = sum(np.sin(2 * np.pi * pitch_hz * n * at) / n for n in range(1, 7))
            breath = random.normal(0, 0.15, at.size)
            syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * at)
            room = room + loud * (tones + breath) * syllables / 2
        pieces.append(room)
    return np.clip(np.concatenate(pieces), -32_768, 32_767).astype("<i2").tobytes()


def voice_ends(trace: str) -> float:
    """When the last voice in it ends, in seconds from its beginning."""
    at = end = 0.0
    for kind, seconds in parts(trace):
        at += seconds
        end = at if kind == "v" else end
    return end


def spoken_at(trace: str, words: Sequence[str], begin_s: float = 0.0) -> list[tuple[float, str]]:
    """When each of the words has been spoken in the voice of a trace that begins then."""
    at, spans = begin_s, []
    for what, seconds in parts(trace):
        if what == "v":
            spans.append((at, at + seconds))
        at += seconds
    return spread(words, spans)


def spread(words: Sequence[str], spans: list[tuple[float, float]]) -> list[tuple[float, str]]:
    """When each of the words has been spoken: the first ones in the first voice, and so on."""
    placed = [number * len(spans) // len(words) for number in range(len(words))]
    told = []
    for number, word in enumerate(words):
        begin, end = spans[placed[number]]
        together = [at for at, place in enumerate(placed) if place == placed[number]]
        share = (together.index(number) + 1) / len(together)
        told.append((begin + (end - begin) * 0.9 * share, word))
    return told
