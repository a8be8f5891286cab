"""EspeakSynthesiser: espeak-ng speaks Mandarin, in workers that stay from sentence to sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from community.errors import Unavailable
from voice.espeak_worker import (
    MOST_BYTES,
    NOT_INSTALLED,
    ORDER,
    RATE_HZ,
    SAMPLE_BYTES,
    SPOKEN,
    WITHOUT_MANDARIN,
)
from voice.kept_worker import KeptWorker
from voice.places import Places
from voice.spoken import is_speakable, plain, trimmed
from voice.synthesiser import USUAL, Speech, SynthesiserError

AMPLITUDE = 160
"Of 200, at which it clips"
_PROBE = "好"
_WHY_NOT = {
    NOT_INSTALLED: "espeak-ng is not installed",
    WITHOUT_MANDARIN: "espeak-ng has no voice that reads Chinese",
}


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
    """A Synthesiser. Workers are started as they are needed, up to one for each place.

    `prepared` makes written text fit to be read aloud; `worker` is the module that is run.
    """

    def __init__(
        self,
        *,
        prepared: Callable[[str], str] = str,
        at_once: int = 0,
        deadline_s: float = 5.0,
        worker: str = "voice.espeak_worker",
    ) -> None:
        self._prepared = prepared
        self._places = Places(at_once=at_once, deadline_s=deadline_s)
        self._workers = [
            KeptWorker(worker, "-S", most_bytes=MOST_BYTES) for _ in range(self._places.at_once)
        ]
        self._idle = self._workers.copy()

    async def start(self) -> None:
        """Have the first worker load its library and its voice.

        Without them it is closed. Raises SynthesiserError.
        """
        try:
            await self.speak(_PROBE)
        except SynthesiserError:
            await self.close()
            raise

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        async def make() -> Speech:
            return trimmed(await self._sound(read, PACES[pace - 1]), RATE_HZ)

        read = plain(self._prepared(text))
        if not is_speakable(read):
            return Speech(b"", RATE_HZ)
        return await self._places.take(read, pace, make)

    async def close(self) -> None:
        """End the workers for good; sentences that are in them or wait fail."""
        await asyncio.gather(*(worker.close() for worker in self._workers))

    async def _sound(self, text: str, pace: Pace) -> bytes:
        """The samples, from the worker that spoke last of those that are free."""
        order = ORDER.pack(pace.words_per_minute, pace.gap, AMPLITUDE)
        worker = self._idle.pop()
        try:
            answer = await worker.ask(order + text.encode())
        except Unavailable as error:
            raise SynthesiserError(f"a worker of espeak-ng failed: {error}") from error
        finally:
            self._idle.append(worker)
        return _samples(answer)


def _samples(answer: bytes) -> bytes:
    """The sound of an answer. Raises SynthesiserError for one without, and for nonsense."""
    outcome, samples = answer[:1], answer[1:]
    if outcome != SPOKEN or len(samples) % SAMPLE_BYTES:
        raise SynthesiserError(_WHY_NOT.get(outcome, "no sound came"))
    return samples
