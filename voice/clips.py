"""Clips: the formats residents' voices come in, told by their bytes, and the one that we keep."""

from __future__ import annotations

import enum
import io
import wave
from dataclasses import dataclass

RATE_HZ = 16_000
WIDTH_BYTES = 2
LONGEST_S = 120.0
MAX_PCM_BYTES = int(LONGEST_S * RATE_HZ * WIDTH_BYTES)
MAX_BYTES = 24 * 1024 * 1024
"Largest file taken: 120 s of WAV as a studio records it, 48 000 Hz in stereo"
SPEEX_FRAME_BYTES = 60
"A frame of WeChat's headerless Speex"


class Format(enum.Enum):
    """What a clip is coded in, by the name that the desk and the log show."""

    AMR_NB = "amr-nb"
    AMR_WB = "amr-wb"
    SILK = "silk"
    SPEEX_FRAMES = "speex-frames"
    "Speex as WeChat's JS-SDK gives it: frames without any container"
    SPEEX = "speex"
    OPUS = "opus"
    VORBIS = "vorbis"
    MP3 = "mp3"
    WAV = "wav"


@dataclass(frozen=True)
class Clip:
    """A decoded clip."""

    pcm: bytes
    "16 000 Hz, mono, signed 16-bit little-endian"
    format: Format
    "What it came in"

    @property
    def duration_s(self) -> float:
        """Its length in seconds, more than 0, at most LONGEST_S."""
        return len(self.pcm) / (RATE_HZ * WIDTH_BYTES)


_HEADS = {
    b"#!AMR\n": Format.AMR_NB,
    b"#!AMR-WB\n": Format.AMR_WB,
    b"#!SILK_V3": Format.SILK,
    b"\x02#!SILK_V3": Format.SILK,
    b"ID3": Format.MP3,
}
_IN_OGG = {b"Speex   ": Format.SPEEX, b"OpusHead": Format.OPUS, b"\x01vorbis": Format.VORBIS}
_FIRST_OGG_PACKET = 28


def sniff(data: bytes) -> Format | None:
    """The format that the first bytes tell; None for all that is not taken.

    WeChat's field `Format` says "amr" for each of them; WeChat puts \\x02 before SILK's own head.
    Sources: RFC 4867 section 5 (AMR), RFC 3533 section 6 (Ogg), ISO 11172-3 section 2.4.1 (MP3).
    """
    for head, found in _HEADS.items():
        if data.startswith(head):
            return found
    if data[:4] == b"OggS":
        packet = data[_FIRST_OGG_PACKET:]
        return next((found for head, found in _IN_OGG.items() if packet.startswith(head)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return Format.WAV
    if data[:1] == b"\xff" and len(data) > 1 and data[1] & 0xE6 == 0xE2:
        return Format.MP3
    return Format.SPEEX_FRAMES if _is_speex_frame(data) else None


def _is_speex_frame(data: bytes) -> bool:
    """Wideband Speex of quality 7, whose frames alone have 60 bytes.

    The low band (sub-mode 6, 364 bits) begins 0 0110; the high band (sub-mode 2) behind it 1 010.
    Sources: WeChat's own decoder, https://wximg.gtimg.com/shake_tv/mpwiki/declib.zip, named at
    https://developers.weixin.qq.com/doc/service/api/material/temporary/api_gethdvoice, which
    reads 60 bytes a frame at 16 000 Hz; the Speex manual, sections 9.3 and 10.3.
    """
    return len(data) >= SPEEX_FRAME_BYTES and data[0] >> 3 == 0b00110 and data[45] & 15 == 0b1010


def wav(pcm: bytes) -> bytes:
    """The sound of a clip as a WAV file, which every browser plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(WIDTH_BYTES)
        writing.setframerate(RATE_HZ)
        writing.writeframes(pcm)
    return file.getvalue()
