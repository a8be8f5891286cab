"""Fillers: a word in between when an answer takes long, so that nobody sits before silence.

People at a speaker find answers within 1.5 s good and silence of more than 2 s bad.
Source: International Journal of Human-Computer Interaction, 2024, 10.1080/10447318.2024.2348225.
"""

from __future__ import annotations

from collections.abc import Callable

from voice.timers import Timer, Timers

FIRST_S, AGAIN_S = 1.5, 1.8
"After the end of the utterance; after the end of the last filler"
AT_MOST = 8


class Fillers:
    """Says when the next one is due, by calling `due`."""

    def __init__(self, timers: Timers, due: Callable[[], None]) -> None:
        self._timers = timers
        self._due = due
        self._timer: Timer | None = None
        self._running = False
        self._left = 0

    def start(self) -> None:
        """Somebody has just finished speaking."""
        self._running, self._left = True, AT_MOST
        self._arm(FIRST_S)

    def go_on_or_start(self) -> None:
        """Words were handed over whose end may be known already."""
        if not self._running:
            self.start()

    def go_on(self) -> bool:
        """The last one has been said; False when there were enough."""
        if not self._running:
            return True
        self._left -= 1
        if self._left <= 0:
            self.stop()
            return False
        self._arm(AGAIN_S)
        return True

    def stop(self) -> None:
        """What was waited for is there, or nothing is waited for."""
        self._running = False
        self._disarm()

    def _arm(self, delay_s: float) -> None:
        self._disarm()
        self._timer = self._timers.after(delay_s, self._due)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
