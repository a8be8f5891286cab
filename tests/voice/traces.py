"""What the tests of sessions are made of: shipped traces of sound, and rooms that hear them."""

from __future__ import annotations

from voice.clips import RATE_HZ
from voice.room import CHUNK_BYTES, CHUNK_S, Room, room, sentences
from voice.trace import parts, sound, spread, voice_ends

__all__ = [
    "CHUNK_BYTES", "CHUNK_S", "RATE_HZ", "Room", "parts", "room", "sentences", "sound", "spread",
    "voice_ends",
]  # fmt: skip
