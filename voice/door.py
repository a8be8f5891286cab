"""What a door is to the session: something that plays sound and shows what is heard and said."""

from __future__ import annotations

import enum
from typing import Protocol

FRAME_MS = 60
"Sound leaves in frames of this length, in the pace of its playing"


class State(enum.Enum):
    """What a session does at the moment; a page shows it, a lamp of a speaker glows so."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Door(Protocol):
    """One connected device, whatever it speaks; each call raises ConnectionError once it is gone."""

    rate_hz: int
    "Of the sound that it plays"

    async def state(self, state: State) -> None: ...

    async def heard(self, text: str, *, final: bool) -> None:
        """What the resident says, as far as it is understood by now."""
        ...

    async def saying(self, sentence: str) -> None:
        """A sentence whose sound begins now, as it is written."""
        ...

    async def sound(self, pcm: bytes) -> None:
        """One frame of at most FRAME_MS, mono, signed 16-bit little-endian at `rate_hz`."""
        ...

    async def hush(self) -> None:
        """Play nothing more of what was sent."""
        ...

    async def volume(self, level: int) -> bool:
        """Set the loudness, 0 to 100; False when the device cannot be told."""
        ...
