"""Rates: a stream of sound at whatever rate, made into the one that recognisers hear."""

from __future__ import annotations

import av
from av.audio.frame import AudioFrame

from voice.clips import RATE_HZ, WIDTH_BYTES

LOWEST_HZ, HIGHEST_HZ = 8_000, 48_000
_STEP_BYTES = 64 * 1024


class ToVoice:
    """One stream of mono, signed 16-bit little-endian sound, resampled to RATE_HZ.

    A sample that is cut in two between calls is put together again. Raises ValueError for a rate
    outside LOWEST_HZ to HIGHEST_HZ.
    """

    def __init__(self, rate_hz: int) -> None:
        if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise ValueError(f"no rate of a voice: {rate_hz}")
        self._rate_hz = rate_hz
        self._half = b""
        self._resampler = (
            None
            if rate_hz == RATE_HZ
            else av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
        )

    def take(self, pcm: bytes) -> bytes:
        """What there is of it at RATE_HZ; a few samples may come with the next call."""
        pcm = self._half + pcm
        whole = len(pcm) - len(pcm) % WIDTH_BYTES
        pcm, self._half = pcm[:whole], pcm[whole:]
        if self._resampler is None:
            return pcm
        return b"".join(
            self._resampled(self._resampler, pcm[at : at + _STEP_BYTES])
            for at in range(0, len(pcm), _STEP_BYTES)
        )

    def _resampled(self, resampler: av.AudioResampler, pcm: bytes) -> bytes:
        frame = AudioFrame("s16", "mono", len(pcm) // WIDTH_BYTES, align=1)
        frame.sample_rate = self._rate_hz
        frame.planes[0].update(pcm)
        return b"".join(
            bytes(memoryview(part.planes[0])[: part.samples * WIDTH_BYTES])
            for part in resampler.resample(frame)
        )
