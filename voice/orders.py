"""Orders: what each command to the speaker itself does, whatever it is doing at the moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from community.errors import CommunityError
from language.voice_commands import Command
from voice.asking import Asking
from voice.patience import WAIT_S
from voice.piece import Rank
from voice.stage import Stage

FOR_THE_CONVERSATION = frozenset({Command.HELP, Command.HUMAN, Command.MENU, Command.UNDO})
"It answers these itself: they go to it as words"


class Orders:
    """Carries them out on one stage."""

    def __init__(self, stage: Stage, asking: Asking) -> None:
        self._on = stage
        self._asking = asking
        self._acts: dict[Command, Callable[[], Awaitable[None]]] = {
            Command.STOP: self._stop,
            Command.REPEAT: self._repeat,
            Command.SLOWER: self._slower,
            Command.FASTER: self._faster,
            Command.LOUDER: self._louder,
            Command.QUIETER: self._quieter,
            Command.WAIT: self._wait,
        }

    def knows(self, command: Command | None) -> bool:
        return command in self._acts

    async def obey(self, command: Command) -> None:
        """Carry it out. Raises ConnectionError when the device is gone."""
        await self._acts[command]()

    async def _stop(self) -> None:
        """Nothing more of it, and nothing else unless it is urgent or asked for."""
        self._on.floor.hushed = True
        self._on.drop(Rank.OWN, Rank.ANSWER)

    async def _repeat(self) -> None:
        self._again(slower=True)

    async def _slower(self) -> None:
        await self._change(self._on.manner.slower)
        self._again(slower=False)

    async def _faster(self) -> None:
        await self._change(self._on.manner.faster)
        self._on.go_on()

    async def _louder(self) -> None:
        await self._change(self._on.manner.louder)
        self._on.go_on()

    async def _quieter(self) -> None:
        await self._change(self._on.manner.quieter)
        self._on.go_on()

    async def _wait(self) -> None:
        self._on.floor.patience_s = WAIT_S
        self._on.say("wait")

    def _again(self, *, slower: bool) -> None:
        waiting = [one for one in self._on.speaker.take_back(Rank.ANSWER) if not one.again]
        pieces = self._on.replay.again(self._on.manner.habits.pace, slower=slower)
        if not pieces:
            self._on.say("nothing_yet")
        self._asking.say_to_owner(pieces)
        for piece in waiting:
            self._on.speaker.say(piece)

    async def _change(self, change: Callable[[], Awaitable[str]]) -> None:
        """A change that cannot be kept for ever holds for this session."""
        try:
            words = await change()
        except (CommunityError, TimeoutError):
            words = ""
        self._on.speaker.pace = self._on.manner.habits.pace
        if words:
            self._on.say(words)
