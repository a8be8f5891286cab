"""Activity: which moments of a stream hold a voice, told from the noise that a home is full of.

Three measures of each 20 ms: how loud the band of speech is, how far that stands above the noise
floor, and how often the sound crosses zero. The floor is the quietest that a moment was in the last
two seconds, so that it follows a fan or a kettle, and no sentence is taken for noise: between two
words everybody is silent for a moment. The idea of such a floor is R. Martin's, «Noise power
spectral density estimation based on optimal smoothing and minimum statistics», IEEE Transactions
on Speech and Audio Processing 9 (2001).
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from voice.clips import RATE_HZ, WIDTH_BYTES

FRAME_S = 0.02
FRAME_BYTES = int(FRAME_S * RATE_HZ) * WIDTH_BYTES
_SAMPLES = FRAME_BYTES // WIDTH_BYTES
_LOWEST_HZ, _HIGHEST_HZ = 150.0, 3_800.0
_BEGINS_DB, _GOES_ON_DB = 10.0, 6.0
"How far above the floor a voice begins, and how far it stays"
_FAINTEST_DB = -58.0
"Of full scale; nothing below is a voice, however still the room"
_FLOOR_AT_FIRST_DB = -50.0
"Taken to be no louder in the first half second: the stream may begin in the middle of a word"
_FLOOR_HIGHEST_DB = -26.0
"A room louder than this is one where people shout"
_WINDOW_FRAMES, _WINDOWS = 25, 4
"The floor is the least of four windows of half a second"
_CROSSINGS = (0.002, 0.45)
"Of all samples: less is a hum or a knock, more is hiss"
_HISS_DB = 20.0
"A hiss so far above the floor is an s or an sh"


class Activity:
    """Judges one stream; frames come in order."""

    def __init__(self) -> None:
        self._window_least = np.inf
        self._in_window = 0
        self._leasts: deque[float] = deque(maxlen=_WINDOWS)
        self._voiced = False

    def judge(self, pcm: bytes) -> list[bool]:
        """Whether each frame of `pcm` is voiced.

        `pcm` is whole frames of FRAME_BYTES at 16 000 Hz, mono, signed 16-bit little-endian.
        """
        frames = np.frombuffer(pcm, "<i2").reshape(-1, _SAMPLES) / 32_768
        return [
            self._step(float(level), float(crossings))
            for level, crossings in zip(_levels(frames), _crossings(frames), strict=True)
        ]

    @property
    def floor_db(self) -> float:
        """Of full scale: how loud the room is when nobody speaks."""
        highest = _FLOOR_HIGHEST_DB if self._leasts else _FLOOR_AT_FIRST_DB
        return min(highest, self._window_least, *self._leasts)

    def _step(self, level_db: float, crossings: float) -> bool:
        above = level_db - self.floor_db
        voiced = (
            level_db > _FAINTEST_DB
            and above > (_GOES_ON_DB if self._voiced else _BEGINS_DB)
            and crossings >= _CROSSINGS[0]
            and (crossings <= _CROSSINGS[1] or above > _HISS_DB)
        )
        self._window_least = min(self._window_least, level_db)
        self._in_window += 1
        if self._in_window == _WINDOW_FRAMES:
            self._leasts.append(self._window_least)
            self._window_least, self._in_window = np.inf, 0
        self._voiced = voiced
        return voiced


def _levels(frames: NDArray[np.floating]) -> NDArray[np.float64]:
    """Energy in the band of speech, in dB of full scale."""
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2
    mean = power[:, _IN_BAND].sum(axis=1) * 2 / (_WINDOW**2).sum() / _SAMPLES
    return np.asarray(10 * np.log10(mean + 1e-10))


def _crossings(frames: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of the samples at which the sound crosses zero."""
    return np.asarray((np.diff(np.signbit(frames), axis=1) != 0).mean(axis=1))


_WINDOW = np.hanning(_SAMPLES)
_HZ = np.fft.rfftfreq(_SAMPLES, 1 / RATE_HZ)
_IN_BAND = slice(*np.searchsorted(_HZ, (_LOWEST_HZ, _HIGHEST_HZ)))
