"""Kept: what somebody is saying, until the gateway has the words; a line that breaks loses none of it."""

from __future__ import annotations

from collections import deque

from voice.activity import FRAME_BYTES, FRAME_S, Activity

PRE_ROLL_S = 0.6
"From before a button is pressed: people begin to speak as they press"
LONGEST_S = 60.0
_LONGEST_BYTES = int(LONGEST_S / FRAME_S) * FRAME_BYTES
_SHORTEST_S = 0.2
"Voice that is more than a cough"


class PreRoll:
    """The last moments of sound."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque(maxlen=int(PRE_ROLL_S / FRAME_S))

    def hear(self, pcm: bytes) -> None:
        self._frames.append(pcm[:FRAME_BYTES])

    def take(self) -> bytes:
        pcm = b"".join(self._frames)
        self._frames.clear()
        return pcm


class Kept:
    """One utterance. `held`: a button says where it ends."""

    def __init__(self, *, held: bool, pcm: bytes = b"") -> None:
        self.held = held
        self.ended = False
        self.pcm = bytearray(pcm)

    def hear(self, pcm: bytes) -> None:
        """More of it; the last LONGEST_S are kept."""
        if not self.ended:
            self.pcm += pcm
            del self.pcm[: max(0, len(self.pcm) - _LONGEST_BYTES)]

    def has_voice(self) -> bool:
        """Whether anything is said in it."""
        whole = len(self.pcm) // FRAME_BYTES * FRAME_BYTES
        return sum(Activity().judge(bytes(self.pcm[:whole]))) * FRAME_S >= _SHORTEST_S
