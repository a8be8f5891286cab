"""ScriptedRecogniser: the shipped fake, which hears what it was told to hear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from voice.recogniser import RecogniserError, Transcript


class ScriptedRecogniser:
    """Answers each clip with the next of `script`, and hears nothing once that is used up.

    An error in the script is raised. `heard` records the sound of each call; while `gate` is
    cleared, calls wait.
    """

    def __init__(self, script: Iterable[str | Transcript | RecogniserError] = ()) -> None:
        self.script = list(script)
        self.heard: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def recognise(self, pcm: bytes) -> Transcript:
        self.heard.append(pcm)
        answer = self.script.pop(0) if self.script else Transcript("")
        await self.gate.wait()
        if isinstance(answer, RecogniserError):
            raise answer
        return Transcript(answer) if isinstance(answer, str) else answer
