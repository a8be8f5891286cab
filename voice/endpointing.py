"""Endpointing: where an utterance begins and ends, by the sound and by the words so far.

It counts the time of the sound itself, so that a network that stalls cuts nobody off.
"""

from __future__ import annotations

import enum

from voice.activity import FRAME_S
from voice.patience import Patience

START_S = 0.2
"Voice that begins an utterance; shorter is a cough or a cup"
PRE_ROLL_S = 0.6
"Sound kept from before the beginning"
_SHORTEST_PAUSE_S = 0.15
"Less is between two syllables"
_HALF_A_FRAME_S = FRAME_S / 2
"Sums of 0.02 are compared with this much room"


class Mark(enum.Enum):
    BEGIN = "begin"
    END = "end"


class Endpointer:
    """Follows one stream, 20 ms at a time, from utterance to utterance."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.reset()

    def reset(self) -> None:
        """Wait for another utterance."""
        self.speaking = False
        self.voiced_s = 0.0
        "Voice in the utterance so far"
        self.lasts_s = 0.0
        "The utterance so far"
        self.silence_s = 0.0
        "Since the last voice"
        self.longest_pause_s = 0.0
        self._held = False
        self._rising_s = 0.0
        self.said("")

    def hold(self) -> None:
        """An utterance begins now, voice or not, and silence does not end it: a button is down."""
        self.reset()
        self.speaking = self._held = True

    def said(self, text: str) -> None:
        """The words of the utterance so far, as a recogniser understands them."""
        self._enough_s = self._patience.silence_s(text)

    def step(self, voiced: bool) -> Mark | None:
        """Take note of the next frame of 20 ms."""
        if not self.speaking:
            return self._wait(voiced)
        self.lasts_s += FRAME_S
        if voiced:
            if self.voiced_s and self.silence_s >= _SHORTEST_PAUSE_S:
                self.longest_pause_s = max(self.longest_pause_s, self.silence_s)
            self.voiced_s += FRAME_S
            self.silence_s = 0.0
        else:
            self.silence_s += FRAME_S
        return Mark.END if self._is_over() else None

    def _is_over(self) -> bool:
        if self.lasts_s >= self._patience.profile.longest_s:
            return True
        return not self._held and self.silence_s >= self._enough_s - _HALF_A_FRAME_S

    def _wait(self, voiced: bool) -> Mark | None:
        rise_s = FRAME_S if voiced else -FRAME_S / 2  # between syllables voice is gone for a moment
        self._rising_s = max(0.0, self._rising_s + rise_s)
        if self._rising_s < START_S - _HALF_A_FRAME_S:
            return None
        self.reset()
        self.speaking = True
        self.voiced_s = self.lasts_s = START_S
        return Mark.BEGIN
