"""Opus: one stream of packets each way, as speakers send and play it.

Unlike clips, these packets come from devices that were let in, and libopus alone reads them: it
is made for packets from the open network, and a worker process would cost every frame a journey.
"""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import av
from av.audio.frame import AudioFrame

from community.errors import BadInput
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.door import FRAME_MS

RATES_HZ = (16_000, 24_000, 48_000)
"What can be encoded here; RFC 6716 knows 8 000 and 12 000 too"
PACKET_MAX_BYTES = 1275 * 3
"Three frames of 20 ms at their largest: RFC 6716 section 3.2.1"
PACKET_MAX_MS = 120.0
"RFC 6716 section 3.2.5"
BITS_PER_S = 24_000
"Wideband speech; a packet of 60 ms takes about 180 bytes"
_DECODED_HZ = 48_000
_SILK_MS, _HYBRID_MS, _CELT_MS = (10, 20, 40, 60), (10, 20), (2.5, 5, 10, 20)


def packet_ms(packet: bytes) -> float:
    """How long the sound of a packet lasts, as its first two bytes tell. Raises BadInput.

    Source: RFC 6716 sections 3.1 and 3.2.
    """
    if not 0 < len(packet) <= PACKET_MAX_BYTES:
        raise BadInput("no size of an Opus packet")
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:
        frame_ms: float = _SILK_MS[configuration % 4]
    elif configuration < 16:
        frame_ms = _HYBRID_MS[configuration % 2]
    else:
        frame_ms = _CELT_MS[configuration % 4]
    if code == 3 and len(packet) < 2:
        raise BadInput("an Opus packet without its count of frames")
    count = 1 if code == 0 else 2 if code < 3 else packet[1] & 63
    if not 0 < frame_ms * count <= PACKET_MAX_MS:
        raise BadInput("no length of an Opus packet")
    return frame_ms * count


class OpusDecoder:
    """Packets of one stream, made into sound of 16 000 Hz, mono, signed 16-bit little-endian."""

    def __init__(self) -> None:
        self._decoder = _codec("r")
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)

    def decode(self, packet: bytes) -> bytes:
        """The sound of the next packet, at most PACKET_MAX_MS of it.

        Raises BadInput for one that is broken; the stream goes on behind it.
        """
        packet_ms(packet)
        try:
            frames = self._decoder.decode(av.Packet(packet))
        except av.FFmpegError as error:
            raise BadInput("a broken Opus packet") from error
        resampled = (part for frame in frames for part in self._resampler.resample(frame))
        return b"".join(_bytes(part) for part in resampled)


class OpusEncoder:
    """Sound of one stream, mono at `rate_hz`, made into packets of FRAME_MS.

    Raises ValueError for a rate that is not among RATES_HZ.
    """

    def __init__(self, rate_hz: int) -> None:
        if rate_hz not in RATES_HZ:
            raise ValueError(f"no rate to encode: {rate_hz}")
        self._rate_hz = rate_hz
        self._frame_bytes = rate_hz * FRAME_MS // 1000 * WIDTH_BYTES
        self._samples = 0
        self._encoder = _codec("w")
        self._encoder.sample_rate = rate_hz
        self._encoder.layout = "mono"
        self._encoder.format = "s16"
        self._encoder.bit_rate = BITS_PER_S
        self._encoder.options = {"frame_duration": str(FRAME_MS), "application": "voip"}
        self._encoder.open()

    def encode(self, pcm: bytes) -> bytes:
        """The packet of one frame; what is shorter than FRAME_MS ends in silence.

        Raises ValueError for a longer one, or half a sample.
        """
        if len(pcm) > self._frame_bytes or len(pcm) % WIDTH_BYTES:
            raise ValueError("no frame of sound")
        samples = self._frame_bytes // WIDTH_BYTES
        frame = AudioFrame("s16", "mono", samples, align=1)
        frame.sample_rate = self._rate_hz
        frame.pts, frame.time_base = self._samples, Fraction(1, self._rate_hz)
        frame.planes[0].update(pcm.ljust(self._frame_bytes, b"\0"))
        self._samples += samples
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame))


def _codec(mode: str) -> av.AudioCodecContext:
    codec = cast(av.AudioCodecContext, av.CodecContext.create("libopus", mode))  # type: ignore[call-overload]
    if mode == "r":
        codec.sample_rate = _DECODED_HZ
        codec.layout = "mono"
    return codec


def _bytes(frame: AudioFrame) -> bytes:
    return bytes(memoryview(frame.planes[0])[: frame.samples * WIDTH_BYTES])
