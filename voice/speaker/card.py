"""What a sound card is to the speaker: it hears all the time, and plays what it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

HEAR_HZ, PLAY_HZ = 16_000, 22_050
FRAME_S = 0.02
HEAR_BYTES = int(HEAR_HZ * FRAME_S) * 2
PLAY_BYTES = int(PLAY_HZ * FRAME_S) * 2
"Of one frame; all sound is mono, signed 16-bit little-endian"


class CardError(Exception):
    """There is no sound to be had; the message says to a person what to do."""


class Card(Protocol):
    def open(
        self,
        heard: Callable[[bytes], None],
        wanted: Callable[[int], bytes],
        lost: Callable[[], None],
    ) -> None:
        """Begin. `heard` is called from the event loop with each frame of HEAR_BYTES, in order;
        `wanted` from any thread for so many bytes at PLAY_HZ, and gives exactly so many; `lost`
        from the event loop when a device is gone that was there.

        Raises CardError.
        """
        ...

    def close(self) -> None:
        """Hear and play no more; may be called twice."""
        ...
