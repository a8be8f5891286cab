"""Resample: a stream of sound made one of another rate, piece by piece, to the very sample."""

from __future__ import annotations

import av
from av.audio.frame import AudioFrame

from voice.clips import WIDTH_BYTES
from voice.synthesiser import Speech, SynthesiserError

RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


class Resampler:
    """For one stream: mono, signed 16-bit little-endian, in and out.

    The filter looks ahead, so that pieces come out a few milliseconds late; the whole has as many
    samples as its length at the new rate, rounded up.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        """Raises ValueError for a rate that is not one of RATES_HZ."""
        if from_hz not in RATES_HZ or to_hz not in RATES_HZ:
            raise ValueError(f"no rate of a voice: {from_hz}, {to_hz}")
        self._from_hz = from_hz
        self._to_hz = to_hz
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=to_hz)
        self._odd = b""
        self._in = 0
        self._out = 0

    def feed(self, pcm: bytes) -> bytes:
        """What is ready by now; half a sample waits for its other half."""
        sound = self._odd + pcm
        even = len(sound) // WIDTH_BYTES * WIDTH_BYTES
        self._odd = sound[even:]
        if not even:
            return b""
        if self._from_hz == self._to_hz:
            return sound[:even]
        frame = AudioFrame("s16", "mono", even // WIDTH_BYTES, align=1)
        frame.sample_rate = self._from_hz
        frame.planes[0].update(sound[:even])
        self._in += frame.samples
        return self._cut(self._ready(frame))

    def finish(self) -> bytes:
        """The rest; nothing is fed after it."""
        if not self._in:
            return b""
        rest = self._ready(None)
        missing = self._wanted() - self._out - len(rest) // WIDTH_BYTES
        return self._cut(rest + bytes(max(0, missing) * WIDTH_BYTES))

    def _wanted(self) -> int:
        """Samples that the whole has by now."""
        return -(-self._in * self._to_hz // self._from_hz)

    def _ready(self, frame: AudioFrame | None) -> bytes:
        return b"".join(
            bytes(memoryview(part.planes[0])[: part.samples * WIDTH_BYTES])
            for part in self._resampler.resample(frame)
        )

    def _cut(self, sound: bytes) -> bytes:
        sound = sound[: (self._wanted() - self._out) * WIDTH_BYTES]
        self._out += len(sound) // WIDTH_BYTES
        return sound


def resampled(pcm: bytes, from_hz: int, to_hz: int) -> bytes:
    """A whole sound at another rate."""
    resampler = Resampler(from_hz, to_hz)
    return resampler.feed(pcm) + resampler.finish()


def fitted(speech: Speech, rate_hz: int) -> bytes:
    """Speech as sound of another rate. Raises SynthesiserError when it cannot be had."""
    if speech.rate_hz == rate_hz:
        return speech.pcm
    try:
        return resampled(speech.pcm, speech.rate_hz, rate_hz)
    except ValueError as error:
        raise SynthesiserError("speech of an odd rate") from error
