"""Pacing: sound leaves as fast as it is played, a little ahead, so that it can be stopped at once."""

from __future__ import annotations

from voice.timers import Timers, pause

AHEAD_S = 0.18
"Three frames: what a device holds that cannot be taken back but by its own doing"
_ROUNDING_S = 1e-6


class Pacing:
    """The clock of one loudspeaker."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self.ends_s = 0.0
        "When all that was sent will have been played, by the timers"

    async def wait_to_send(self, lasts_s: float) -> None:
        """Wait until so much more may be sent."""
        now_s = self._timers.now()
        too_early_s = max(self.ends_s, now_s) + lasts_s - AHEAD_S - now_s
        if too_early_s > _ROUNDING_S:
            await pause(self._timers, too_early_s)

    def sent(self, lasts_s: float) -> None:
        """So much has been sent just now."""
        self.ends_s = max(self.ends_s, self._timers.now()) + lasts_s

    async def played(self) -> None:
        """Wait until all that was sent has been played."""
        left_s = self.ends_s - self._timers.now()
        if left_s > _ROUNDING_S:
            await pause(self._timers, left_s)

    def hushed(self) -> None:
        """What was sent is not played any more."""
        self.ends_s = self._timers.now()
