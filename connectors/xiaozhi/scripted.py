"""ScriptedSession: the shipped fake, which answers each call and each typed word by its script."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from voice.door import FRAME_MS, Door, State


class ScriptedSession:
    """Says the next of `script`, a second of a quiet hum for each, whenever an utterance ends:
    at `end_of_speech`, at `hear_text`, and after `frames_of_speech` frames that were heard.

    `calls` records what it was told, sound as its length in bytes.
    """

    def __init__(
        self, door: Door, script: Iterable[str] = (), *, frames_of_speech: int = 10
    ) -> None:
        self.door = door
        self.script = list(script)
        self.calls: list[tuple[str, object]] = []
        self._frames_of_speech = frames_of_speech
        self._frames = 0
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    async def run(self) -> None:
        while (sentence := await self._said.get()) is not None:
            await self._say(sentence)

    async def wake(self, *, held: bool | None = None) -> None:
        self.calls.append(("wake", None))
        self._frames = 0
        await self.door.state(State.LISTENING)

    async def hear(self, pcm: bytes) -> None:
        self.calls.append(("hear", len(pcm)))
        self._frames += 1
        if self._frames == self._frames_of_speech:
            self._answer()

    async def hear_text(self, text: str) -> None:
        self.calls.append(("hear_text", text))
        await self.door.heard(text, final=True)
        self._answer()

    async def end_of_speech(self) -> None:
        self.calls.append(("end_of_speech", None))
        self._answer()

    async def abort(self) -> None:
        self.calls.append(("abort", None))
        await self.door.hush()

    async def close(self) -> None:
        self.calls.append(("close", None))
        self._said.put_nowait(None)

    def _answer(self) -> None:
        if self.script:
            self._said.put_nowait(self.script.pop(0))

    async def _say(self, sentence: str) -> None:
        await self.door.state(State.THINKING)
        await self.door.state(State.SPEAKING)
        await self.door.saying(sentence)
        frame = b"\x10\x00\xf0\xff" * (self.door.rate_hz * FRAME_MS // 2000)
        for _ in range(1000 // FRAME_MS):
            await self.door.sound(frame)
        await self.door.state(State.IDLE)
