"""EspeakSynthesiser: espeak-ng speaks Mandarin, each sentence in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from voice import child
from voice.places import Places
from voice.spoken import is_speakable, plain, speech
from voice.synthesiser import USUAL, Speech, SynthesiserError

logger = logging.getLogger(__name__)

RATE_HZ = 22_050
AMPLITUDE = 160
"Of 200, at which it clips"
VOICES = ("cmn", "cmn-latn-pinyin")
"In the order of their worth; which of them reads Han characters depends on the release"
PROBE_DEADLINE_S = 5.0
_PROBE = "重庆，三"
_FOREIGN = "(en)"
"Stands in the phonemes where a voice falls back to English"


@dataclass(frozen=True)
class Pace:
    """Options of espeak-ng."""

    words_per_minute: int
    "80 to 450"
    gap: int = 0
    "Between words, in steps of 10 ms at the usual speed"


PACES = (Pace(80, gap=1), Pace(101), Pace(132), Pace(150), Pace(167))
"""Measured on 32 sentences: 1.52, 2.01, 2.70, 3.09 and 3.50 Han characters a second, pauses inside
the sentences included."""


class EspeakSynthesiser:
    """Made by `start`; a Synthesiser.

    `prepared` makes written text fit to be read aloud.
    """

    def __init__(
        self,
        program: str,
        voice: str,
        *,
        prepared: Callable[[str], str] = str,
        at_once: int = 0,
        deadline_s: float = 5.0,
    ) -> None:
        self._program = program
        self._voice = voice
        self._prepared = prepared
        self._places = Places(at_once=at_once, deadline_s=deadline_s)

    @classmethod
    async def start(
        cls, *, program: str = "espeak-ng", prepared: Callable[[str], str] = str
    ) -> EspeakSynthesiser:
        """Find the program and its voice for Mandarin. Raises SynthesiserError without them."""
        path = shutil.which(program)
        if path is None:
            raise SynthesiserError(f"{program} is not installed")
        voice = await _mandarin_voice(path)
        logger.debug("speech: %s, voice %s", program, voice)
        return cls(path, voice, prepared=prepared)

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        async def make() -> Speech:
            return speech(await child.ask(self._command(PACES[pace - 1]), read.encode()))

        read = plain(self._prepared(text))
        if not is_speakable(read):
            return Speech(b"", RATE_HZ)
        return await self._places.take(read, pace, make)

    def _command(self, pace: Pace) -> list[str]:
        """The text is not on it: other users of the machine can read a command."""
        return [
            self._program, "-v", self._voice, "-s", str(pace.words_per_minute),
            "-g", str(pace.gap), "-a", str(AMPLITUDE), "-b", "1", "--stdin", "--stdout",
        ]  # fmt: skip


async def _mandarin_voice(path: str) -> str:
    """The first of VOICES that reads Han characters itself.

    In 1.51 `cmn` spells them out in English: espeak-ng issues 1028, 1044, 1236.
    """
    for voice in VOICES:
        command = [path, "-v", voice, "-x", "-q", "-b", "1", "--stdin"]
        try:
            async with asyncio.timeout(PROBE_DEADLINE_S):
                phonemes = (await child.ask(command, _PROBE.encode())).decode(errors="replace")
        except (SynthesiserError, TimeoutError) as error:
            logger.debug("voice %s: %s", voice, error or "late")
            continue
        if phonemes.strip() and _FOREIGN not in phonemes:
            return voice
    raise SynthesiserError("espeak-ng has no voice that reads Chinese")
