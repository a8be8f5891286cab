"""Codecs: a resident's clip, whatever it came in, made into sound of 16 000 Hz, or refused.

They are written in C and the bytes are a stranger's: only `voice/worker.py`, in a process of its
own, imports this module.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import cast

import av
import pysilk
from av.audio.frame import AudioFrame

from community.errors import TooLarge, UnsupportedMedia
from voice.clips import MAX_BYTES, MAX_PCM_BYTES, RATE_HZ, WIDTH_BYTES, Clip, Format, sniff
from voice.framing import check_whole, frames

_FRAMED = {
    Format.AMR_NB: ("libopencore_amrnb", 8_000),
    Format.AMR_WB: ("libopencore_amrwb", 16_000),
    Format.SPEEX_FRAMES: ("speex", 16_000),
}
"""Codec and rate in hertz of what has no container.

FFmpeg's own AMR decoders refuse the comfort noise that phones send for pauses.
"""
_CONTAINED = {
    Format.SPEEX: ("ogg", "speex"),
    Format.OPUS: ("ogg", "opus"),
    Format.VORBIS: ("ogg", "vorbis"),
    Format.MP3: ("mp3", "mp3float"),
    Format.WAV: ("wav", "pcm_s16le,pcm_u8,pcm_s24le,pcm_s32le,pcm_f32le,pcm_alaw,pcm_mulaw"),
}
"Container, and the codecs that are taken in it"
_SILK_HZ = 24_000
"""The highest rate inside SILK. Asked for less, the SDK writes past its buffer when the bytes make
it change its rate: seen under a checking allocator.
"""
_LOWEST_HZ, _HIGHEST_HZ = 8_000, 96_000
_BROKEN = (av.FFmpegError, pysilk.SilkError, ValueError, IndexError, MemoryError)
"All that the libraries were seen to raise for bytes that are no whole clip"


def decode(data: bytes) -> Clip:
    """Raises UnsupportedMedia when `data` is no whole clip of a known format, TooLarge when it
    has more than MAX_BYTES or lasts longer than LONGEST_S; never anything else.
    """
    found = sniff(data)
    if found is None:
        raise UnsupportedMedia("unknown format")
    if len(data) > MAX_BYTES:
        raise TooLarge("too large a clip")
    try:
        pcm = _pcm(data, found)
    except _BROKEN as error:
        raise UnsupportedMedia(type(error).__name__) from error
    if not pcm:
        raise UnsupportedMedia("nothing in it")
    return Clip(pcm, found)


def _pcm(data: bytes, found: Format) -> bytes:
    if found is Format.SILK:
        return _sound(_silk(frames(data, found)))
    if found in _FRAMED:
        return _sound(_framed(frames(data, found), *_FRAMED[found]))
    check_whole(data, found)
    return _sound(_contained(data, *_CONTAINED[found]))


def _silk(packets: list[bytes]) -> Iterator[AudioFrame]:
    """SILK is mono; whatever rate it is coded in, it decodes to the one that it is asked for."""
    whole = b"".join(struct.pack("<h", len(packet)) + packet for packet in packets)
    sound = io.BytesIO()
    pysilk.decode(io.BytesIO(b"#!SILK_V3" + whole), sound, _SILK_HZ)
    pcm = sound.getvalue()
    if pcm:
        frame = AudioFrame("s16", "mono", len(pcm) // WIDTH_BYTES, align=1)
        frame.sample_rate = _SILK_HZ
        frame.planes[0].update(pcm)
        yield frame


def _framed(packets: list[bytes], codec: str, rate_hz: int) -> Iterator[AudioFrame]:
    decoder = cast(av.AudioCodecContext, av.CodecContext.create(codec, "r"))
    decoder.sample_rate = rate_hz
    decoder.layout = "mono"
    for packet in packets:
        yield from decoder.decode(av.Packet(packet))


def _contained(data: bytes, container: str, codecs: str) -> Iterator[AudioFrame]:
    options = {"codec_whitelist": codecs}
    with av.open(io.BytesIO(data), "r", container, container_options=options) as opened:
        stream = opened.streams.audio[0]
        decoder = stream.codec_context
        if decoder is None or decoder.name not in codecs.split(","):
            raise UnsupportedMedia("another codec in it")
        decoder.thread_count = 1
        for packet in opened.demux(stream):
            yield from decoder.decode(packet)


def _sound(decoded: Iterable[AudioFrame]) -> bytes:
    """Mono sound of RATE_HZ; raises as `decode`, as soon as there is too much of it."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    sound = bytearray()
    for frame in chain(decoded, [None]):
        if frame is not None and not _LOWEST_HZ <= frame.sample_rate <= _HIGHEST_HZ:
            raise UnsupportedMedia("no rate of a voice")
        for part in resampler.resample(frame):
            sound += memoryview(part.planes[0])[: part.samples * WIDTH_BYTES]
        if len(sound) > MAX_PCM_BYTES:
            raise TooLarge("too long a clip")
    return bytes(sound)
