"""The shipped fakes of what a speaker stands between: a sound card, a line and a lamp."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voice.speaker.card import HEAR_BYTES, HEAR_HZ, PLAY_BYTES
from voice.speaker.lamp import Light


class FakeSound:
    """A card that records from a sound, then from a silent room, and plays into a list.

    Each `tick` is 20 ms: a frame is heard, a frame is played.
    """

    def __init__(self, recording: bytes = b"") -> None:
        self.recording = bytearray(recording)
        self.played: list[bytes] = []
        self.is_open = False
        self._heard: Callable[[bytes], None] = lambda _: None
        self._wanted: Callable[[int], bytes] = bytes
        self._lost: Callable[[], None] = lambda: None

    @classmethod
    def from_wav(cls, file: Path) -> FakeSound:
        """Raises ValueError for a file of another kind than the microphone's sound."""
        with wave.open(str(file), "rb") as clip:
            if (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) != (1, 2, HEAR_HZ):
                raise ValueError("mono, 16 bit, 16 000 Hz is expected")
            return cls(clip.readframes(clip.getnframes()))

    def open(
        self,
        heard: Callable[[bytes], None],
        wanted: Callable[[int], bytes],
        lost: Callable[[], None],
    ) -> None:
        self._heard, self._wanted, self._lost, self.is_open = heard, wanted, lost, True

    def unplug(self) -> None:
        """The microphone is pulled out."""
        self._lost()

    def close(self) -> None:
        self.is_open = False

    def tick(self) -> None:
        frame = bytes(self.recording[:HEAR_BYTES]).ljust(HEAR_BYTES, b"\0")
        del self.recording[:HEAR_BYTES]
        self._heard(frame)
        self.played.append(self._wanted(PLAY_BYTES))

    @property
    def silent_frames(self) -> int:
        """How many of the last frames that were played are silence."""
        count = 0
        for frame in reversed(self.played):
            if any(frame):
                break
            count += 1
        return count


class FakeLine:
    """A line that notes what is sent while it is up."""

    def __init__(self) -> None:
        self.is_up = False
        self.sent: list[dict[str, Any]] = []
        self.sound = bytearray()
        self.dropped = 0

    def drop(self) -> None:
        self.dropped += 1

    def send(self, said: bytes | dict[str, Any]) -> bool:
        if not self.is_up:
            return False
        if isinstance(said, bytes):
            self.sound += said
        else:
            self.sent.append(said)
        return True


class FakeLamp:
    def __init__(self) -> None:
        self.shown: list[Light] = []

    def show(self, light: Light) -> None:
        self.shown.append(light)
