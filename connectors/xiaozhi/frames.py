"""Frames: sound on the socket, in the three ways that the firmware wraps it.

    1  the Opus packet alone
    2  u16 version, u16 type, u32 reserved, u32 timestamp in ms, u32 size of the packet, the packet
    3  u8 type, u8 reserved, u16 size of the packet, the packet

All numbers are big-endian; type 0 is sound, 1 is JSON.
Source: https://github.com/78/xiaozhi-esp32, docs/websocket.md section 3 and main/protocols/protocol.h
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from community.errors import BadInput

VERSIONS = (1, 2, 3)
SOUND = 0
_HEAD_2 = struct.Struct(">HHIII")
_HEAD_3 = struct.Struct(">BBH")
_LARGEST_TIMESTAMP = 2**32


@dataclass(frozen=True)
class Frame:
    """What one binary message carries."""

    packet: bytes
    "Opus, not empty"
    timestamp_ms: int = 0
    "Of the sound that was being played, for echo cancellation; 0 but in version 2"


def pack(version: int, packet: bytes, timestamp_ms: int) -> bytes:
    """A packet as it goes to a device that speaks `version`; the timestamp wraps at 32 bits."""
    if version == 2:
        at = timestamp_ms % _LARGEST_TIMESTAMP
        return _HEAD_2.pack(version, SOUND, 0, at, len(packet)) + packet
    if version == 3:
        return _HEAD_3.pack(SOUND, 0, len(packet)) + packet
    return packet


def unpack(version: int, data: bytes) -> Frame:
    """Raises BadInput for a frame that says another size or version than it has, for one that
    is no sound, and for one without any.
    """
    timestamp_ms, said, kind, packet = 0, len(data), SOUND, data
    try:
        if version == 2:
            told, kind, _, timestamp_ms, said = _HEAD_2.unpack_from(data)
            packet = data[_HEAD_2.size :]
            if told != version:
                raise BadInput("a frame of another version")
        elif version == 3:
            kind, _, said = _HEAD_3.unpack_from(data)
            packet = data[_HEAD_3.size :]
    except struct.error as error:
        raise BadInput("a frame without its head") from error
    if kind != SOUND:
        raise BadInput("a frame without sound")
    if said != len(packet) or not packet:
        raise BadInput("a frame of another size than it says")
    return Frame(packet, timestamp_ms)
