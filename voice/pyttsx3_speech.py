"""Pyttsx3Synthesiser: speech by pyttsx3, each sentence in a process that lives for it alone.

In one process a second sentence is not written, threads end it, and a fork of it hangs:
nateshmbhat/pyttsx3 issues 170, 193, 194, 262 and 327. So it is spawned anew each time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from voice import child
from voice.espeak import PACES
from voice.espeak_worker import RATE_HZ
from voice.places import Places
from voice.spoken import is_speakable, plain, speech
from voice.synthesiser import USUAL, Speech


class Pyttsx3Synthesiser:
    """A Synthesiser for a desktop: the start of a process goes before each sentence.

    Its slowest pace is 1.65 characters a second. `prepared` makes written text fit to be read
    aloud; `worker` is the module that is run.
    """

    def __init__(
        self,
        *,
        prepared: Callable[[str], str] = str,
        at_once: int = 0,
        deadline_s: float = 15.0,
        worker: str = "voice.pyttsx3_worker",
    ) -> None:
        self._prepared = prepared
        self._places = Places(at_once=at_once, deadline_s=deadline_s)
        self._command = [sys.executable, "-m", worker]

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        async def make() -> Speech:
            order = {"text": read, "rate": PACES[pace - 1].words_per_minute}
            return speech(await child.ask(self._command, json.dumps(order).encode()))

        read = plain(self._prepared(text))
        if not is_speakable(read):
            return Speech(b"", RATE_HZ)
        return await self._places.take(read, pace, make)
