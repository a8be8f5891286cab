"""Player: what is to be played, at the loudness that is wished, until somebody says hush."""

from __future__ import annotations

import threading

import numpy as np

from voice.speaker.card import PLAY_HZ

MOST_BYTES = 30 * PLAY_HZ * 2
"The gateway sends in the pace of playing; who sends more than this ahead is not played"
_DB_A_STEP = 0.25
"So much quieter for each step below 100: 0 is 25 dB down and can still be heard"


class Player:
    """Mono, signed 16-bit little-endian at PLAY_HZ; any thread may call."""

    def __init__(self, level: int = 60) -> None:
        self._lock = threading.Lock()
        self._sound = bytearray()
        self.volume(level)

    def volume(self, level: int) -> None:
        """0 to 100."""
        self.level = level
        self._gain = 10 ** ((level - 100) * _DB_A_STEP / 20)

    def play(self, pcm: bytes) -> None:
        """After what is there; what does not fit is left out."""
        with self._lock:
            room = MOST_BYTES - len(self._sound)
            self._sound += pcm[: min(room, len(pcm)) // 2 * 2]

    def hush(self) -> None:
        """Not a sample more of it."""
        with self._lock:
            self._sound.clear()

    @property
    def playing(self) -> bool:
        with self._lock:
            return bool(self._sound)

    def take(self, count: int) -> bytes:
        """The next `count` bytes, silence where there are none."""
        with self._lock:
            pcm = bytes(self._sound[:count])
            del self._sound[:count]
        loud = np.frombuffer(pcm, "<i2") * self._gain
        return loud.astype("<i2").tobytes().ljust(count, b"\0")
