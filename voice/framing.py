"""Framing: a clip taken apart without decoding it, which also tells whether it came whole."""

from __future__ import annotations

from community.errors import TooLarge, UnsupportedMedia
from voice.clips import LONGEST_S, SPEEX_FRAME_BYTES, Format

FRAME_S = 0.02
"Each frame of AMR, of SILK as WeChat writes it and of wideband Speex"

_AMR_HEADS = {Format.AMR_NB: b"#!AMR\n", Format.AMR_WB: b"#!AMR-WB\n"}
_AMR_BYTES = {
    Format.AMR_NB: {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0},
    Format.AMR_WB: {
        0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0,
    },
}  # fmt: skip
"Bytes behind the first of a frame, by its type: RFC 4867 section 5.3"
_SILK_HEAD = b"#!SILK_V3"
_SILK_END = b"\xff\xff"
_SILK_MAX_BYTES = 1024
"MAX_ARITHM_BYTES of the SILK SDK"
_OGG_HEAD_BYTES = 27
_OGG_LAST = 0x04
_MP3_KBPS = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"Layer III of MPEG-1, and of MPEG-2 and 2.5"
_MP3_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def frames(data: bytes, found: Format) -> list[bytes]:
    """The frames of AMR, SILK or headerless Speex, each without what only told its length.

    Raises UnsupportedMedia when `data` ends within a frame, TooLarge for more than LONGEST_S.
    """
    match found:
        case Format.AMR_NB | Format.AMR_WB:
            taken = _amr(data, found)
        case Format.SILK:
            taken = _silk(data)
        case _:
            taken = _slices(data, 0, SPEEX_FRAME_BYTES)
    if len(taken) * FRAME_S > LONGEST_S:
        raise TooLarge("too long a clip")
    return taken


def check_whole(data: bytes, found: Format) -> None:
    """Raises UnsupportedMedia when the end of an Ogg, WAV or MP3 file is missing."""
    match found:
        case Format.WAV:
            whole = 8 + int.from_bytes(data[4:8], "little") <= len(data)
        case Format.MP3:
            whole = _mp3_is_whole(data)
        case _:
            whole = _ogg_is_whole(data)
    if not whole:
        raise UnsupportedMedia("cut short")


def _amr(data: bytes, found: Format) -> list[bytes]:
    sizes, taken, at = _AMR_BYTES[found], [], len(_AMR_HEADS[found])
    while at < len(data):
        size = sizes.get(data[at] >> 3 & 15)
        if size is None:
            raise UnsupportedMedia("no such type of frame")
        taken.append(_slice(data, at, 1 + size))
        at += 1 + size
    return taken


def _silk(data: bytes) -> list[bytes]:
    """Each frame has its length before it; the SDK, other than WeChat, ends the file with -1."""
    taken, at = [], data.index(_SILK_HEAD) + len(_SILK_HEAD)
    while at < len(data) and data[at:] != _SILK_END:
        size = int.from_bytes(_slice(data, at, 2), "little")
        if not 0 < size <= _SILK_MAX_BYTES:
            raise UnsupportedMedia("no such length of frame")
        taken.append(_slice(data, at + 2, size))
        at += 2 + size
    return taken


def _slices(data: bytes, start: int, size: int) -> list[bytes]:
    return [_slice(data, at, size) for at in range(start, len(data), size)]


def _slice(data: bytes, at: int, size: int) -> bytes:
    taken = data[at : at + size]
    if len(taken) < size:
        raise UnsupportedMedia("cut short")
    return taken


def _ogg_is_whole(data: bytes) -> bool:
    """Page by page to the one that says it is the last: RFC 3533 section 6."""
    at, kind = 0, 0
    while data[at : at + 4] == b"OggS" and at + _OGG_HEAD_BYTES <= len(data):
        kind = data[at + 5]
        body = at + _OGG_HEAD_BYTES + data[at + 26]
        at = body + sum(data[at + _OGG_HEAD_BYTES : body])
    return at == len(data) and bool(kind & _OGG_LAST)


def _mp3_is_whole(data: bytes) -> bool:
    """Frame by frame, past an ID3 tag; what follows the frames is the decoder's to judge."""
    at = 0
    if data[:3] == b"ID3" and len(data) >= 10:
        at = 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])
    while at + 4 <= len(data) and (size := _mp3_frame_bytes(data, at)):
        at += size
    return at <= len(data)


def _mp3_frame_bytes(data: bytes, at: int) -> int:
    """The length that the head of a Layer III frame tells; 0 where there is no such head."""
    head = int.from_bytes(data[at : at + 4])
    version, rate, pace = head >> 19 & 3, head >> 10 & 3, head >> 12 & 15
    if head >> 21 != 0x7FF or head >> 17 & 3 != 1 or version == 1 or rate == 3 or pace in {0, 15}:
        return 0
    first = version == 3
    bits_per_s = _MP3_KBPS[first][pace - 1] * 1000
    return (144 if first else 72) * bits_per_s // _MP3_HZ[version][rate] + (head >> 9 & 1)
