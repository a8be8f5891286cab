"""PromptDoor: a door whose device must take what it is told in time, or counts as gone."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from voice.door import Door, State
from voice.timers import Timers, within

DEADLINE_S = 3.0
Result = TypeVar("Result")


class PromptDoor:
    """Another door, each call of which raises ConnectionError after DEADLINE_S."""

    def __init__(self, door: Door, timers: Timers) -> None:
        self.rate_hz = door.rate_hz
        self._door = door
        self._timers = timers

    async def state(self, state: State) -> None:
        await self._in_time(self._door.state(state))

    async def heard(self, text: str, *, final: bool) -> None:
        await self._in_time(self._door.heard(text, final=final))

    async def saying(self, sentence: str) -> None:
        await self._in_time(self._door.saying(sentence))

    async def sound(self, pcm: bytes) -> None:
        await self._in_time(self._door.sound(pcm))

    async def hush(self) -> None:
        await self._in_time(self._door.hush())

    async def volume(self, level: int) -> bool:
        return await self._in_time(self._door.volume(level))

    async def _in_time(self, call: Awaitable[Result]) -> Result:
        try:
            return await within(self._timers, DEADLINE_S, call)
        except TimeoutError as error:
            raise ConnectionError("the device takes nothing any more") from error
