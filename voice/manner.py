"""Manner: how fast and how loud one person wants to be spoken to, kept from session to session."""

from __future__ import annotations

from dataclasses import replace

from voice.door import Door
from voice.synthesiser import FASTEST, SLOWEST
from voice.talk import Habits, Talk
from voice.timers import Timers, within

LEVELS = (20, 40, 60, 80, 100)
"The ladder of loudness"
_KEEP_S = 3.0


class Manner:
    """Of one person; each change is kept at once."""

    def __init__(self, talk: Talk, door: Door, timers: Timers) -> None:
        self.habits = Habits()
        self._talk = talk
        self._door = door
        self._timers = timers

    async def recall(self) -> Habits:
        """What is known of the person; raises CommunityError, or TimeoutError when it is late."""
        self.habits = await within(self._timers, _KEEP_S, self._talk.habits())
        return self.habits

    async def louder(self) -> str:
        """A step up; returns the key of the words that say how it went."""
        above = [level for level in LEVELS if level > self.habits.volume]
        return await self._volume(above[0], "louder") if above else "volume.loudest"

    async def quieter(self) -> str:
        """A step down, as `louder`."""
        below = [level for level in LEVELS if level < self.habits.volume]
        return await self._volume(below[-1], "quieter") if below else "volume.quietest"

    async def slower(self) -> str:
        """A step slower, as `louder`."""
        return await self._pace(max(SLOWEST, self.habits.pace - 1), "slower", "slowest")

    async def faster(self) -> str:
        """A step faster, as `louder`."""
        return await self._pace(min(FASTEST, self.habits.pace + 1), "faster", "fastest")

    async def paused(self, pauses_s: tuple[float, ...]) -> None:
        """Keep how the person pauses."""
        if pauses_s != self.habits.pauses_s:
            await self._keep(replace(self.habits, pauses_s=pauses_s))

    async def _volume(self, level: int, done: str) -> str:
        if not await self._door.volume(level):
            return "volume.by_hand"
        await self._keep(replace(self.habits, volume=level))
        return f"volume.{done}"

    async def _pace(self, pace: int, done: str, end: str) -> str:
        if pace == self.habits.pace:
            return f"pace.{end}"
        await self._keep(replace(self.habits, pace=pace))
        return f"pace.{done}"

    async def _keep(self, habits: Habits) -> None:
        self.habits = habits
        await within(self._timers, _KEEP_S, self._talk.keep_habits(habits))
