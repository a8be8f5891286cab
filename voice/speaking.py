"""Speaking: what is to be said, one after the other by urgency, as sentences, sound and frames."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from voice.chime import chime
from voice.door import FRAME_MS, Door
from voice.pacing import Pacing
from voice.piece import Piece, Rank
from voice.synthesiser import USUAL, Speech, Synthesiser, SynthesiserError
from voice.timers import Timers, within

logger = logging.getLogger(__name__)

WAITING_AT_MOST = 64
"Pieces; the least urgent go back to where they came from"
BETWEEN_SENTENCES_S = 0.3
_SPEAK_S = 4.0
"For a synthesiser; then the sentence is only shown"

Split = Callable[[str], list[str]]
"A text as sentences for the ear, none of them empty"
Fit = Callable[[Speech, int], bytes]
"Speech as sound of that rate in hertz; raises SynthesiserError when it cannot be had"


def unfitted(speech: Speech, rate_hz: int) -> bytes:
    """Speech that has the door's rate already. Raises SynthesiserError for any other."""
    if speech.rate_hz != rate_hz:
        raise SynthesiserError("speech of another rate")
    return speech.pcm


class Teller(Protocol):
    """Who is told what became of a piece; nothing here waits."""

    def begun(self, piece: Piece) -> None: ...

    def over(self, piece: Piece, *, sounded: bool) -> None:
        """To its last word; `sounded` is False when some of it was only shown."""
        ...

    def cut(self, piece: Piece) -> None:
        """It is being stopped; `piece.start` is the sentence that was being said."""
        ...

    def silenced(self) -> None:
        """What was cut is not heard any more."""
        ...

    def given_back(self, piece: Piece) -> None:
        """There was no room for it."""
        ...


class Speaker:
    """The voice at one door. `may_say` decides whether a piece may be begun at this moment.

    `failing` is shown once when there is no sound to be had. `teller` is to be set before `run`.
    """

    teller: Teller

    def __init__(
        self,
        door: Door,
        voice: Synthesiser,
        timers: Timers,
        may_say: Callable[[Piece], bool],
        *,
        split: Split,
        fit: Fit = unfitted,
        failing: str,
    ) -> None:
        self.pace = USUAL
        self.waiting: list[Piece] = []
        self.playing: Piece | None = None
        self.began_s = 0.0
        "When it was begun, by the timers"
        self._door = door
        self._voice = voice
        self._timers = timers
        self._may_say = may_say
        self.split = split
        self._fit = fit
        self._failing: str | None = failing
        self._pacing = Pacing(timers)
        self._sentence = ""
        self._number = 0
        self._sentence_began_s = 0.0
        self._said: deque[tuple[float, float, str]] = deque(maxlen=8)
        self._task: asyncio.Task[bool] | None = None
        self._changed = asyncio.Event()

    def say(self, piece: Piece) -> None:
        """Say it when its turn comes; an alarm comes at once."""
        self.waiting.append(replace(piece, since_s=self._timers.now()))
        self.waiting.sort(key=lambda one: one.rank)
        if len(self.waiting) > WAITING_AT_MOST:
            self.teller.given_back(self.waiting.pop())
        if piece.rank is Rank.ALARM and self.playing and self.playing.rank is not Rank.ALARM:
            self._make_room()
        self.look()

    def look(self) -> None:
        """What may be said has changed."""
        self._changed.set()

    def stop(self) -> bool:
        """Not a frame more of what is being said; False when nothing is."""
        cut = self._stop()
        if cut is not None:
            self.teller.cut(cut)
        return cut is not None

    def take_back(self, *ranks: Rank) -> list[Piece]:
        """Take what waits out of the queue, so far as it is of these ranks."""
        taken = [piece for piece in self.waiting if piece.rank in ranks]
        self.waiting = [piece for piece in self.waiting if piece.rank not in ranks]
        return taken

    def may_go_on(self, least: Rank) -> bool:
        """Whether something of that urgency or more waits and may be said now."""
        return any(piece.rank <= least and self._may_say(piece) for piece in self.waiting)

    def said_between(self, start_s: float, end_s: float) -> str:
        """What a microphone may have heard of it then, by the timers."""
        said = [text for begun, over, text in self._said if over >= start_s and begun <= end_s]
        return "".join([*said, self._sentence if self._sentence_began_s <= end_s else ""])

    async def run(self) -> None:
        """Say what comes, until cancelled. Raises ConnectionError once the door is gone."""
        while True:
            piece = await self._next()
            self._number = piece.start
            self._task = asyncio.create_task(self._play(piece))
            self.playing, self.began_s = piece, self._timers.now()
            self.teller.begun(piece)
            try:
                await asyncio.wait([self._task])
            finally:
                self._task.cancel()
                self._sentence_is_over()
            self.playing = None
            if self._task.cancelled():
                self._pacing.hushed()
                await self._door.hush()
                self.teller.silenced()
            else:
                self.teller.over(piece, sounded=self._task.result())

    def _stop(self) -> Piece | None:
        piece = self.playing
        if piece is None or self._task is None or not self._task.cancel():
            return None
        self.playing = None
        return replace(piece, start=self._number)

    def _make_room(self) -> None:
        """For an alarm; what is being said goes on after it."""
        cut = self._stop()
        if cut is not None and not cut.passing:
            self.say(cut)

    async def _next(self) -> Piece:
        while True:
            for piece in self.waiting:
                if self._may_say(piece):
                    self.waiting.remove(piece)
                    return piece
            self._changed.clear()
            await self._changed.wait()

    async def _play(self, piece: Piece) -> bool:
        """Whether all of it had sound."""
        sentences = self.split(piece.text)[: piece.end]
        ahead = self._start_making(sentences, piece, piece.start)
        sounded = True
        try:
            if piece.chimes and piece.start == 0:
                await self._send(chime(self._door.rate_hz))
            for number in range(piece.start, len(sentences)):
                self._number = number
                pcm = await ahead if ahead is not None else None
                ahead = self._start_making(sentences, piece, number + 1)
                sounded &= pcm is not None
                await self._show(sentences[number], sounds=pcm is not None)
                await self._send(pcm or b"")
                if ahead is not None and pcm:
                    await self._send(self._silence())
            await self._pacing.played()
        finally:
            if ahead is not None:
                ahead.cancel()
        return sounded

    def _start_making(
        self, sentences: list[str], piece: Piece, number: int
    ) -> asyncio.Task[bytes | None] | None:
        """The sound of that sentence, made while the one before is heard."""
        if number >= len(sentences):
            return None
        return asyncio.create_task(self._make(sentences[number], piece.pace or self.pace))

    async def _make(self, sentence: str, pace: int) -> bytes | None:
        try:
            speech = await within(self._timers, _SPEAK_S, self._voice.speak(sentence, pace=pace))
            return self._fit(speech, self._door.rate_hz)
        except (SynthesiserError, TimeoutError) as error:
            logger.warning("a sentence has no sound: %s", type(error).__name__)
            return None

    async def _show(self, sentence: str, *, sounds: bool) -> None:
        self._sentence_is_over()
        if not sounds and self._failing is not None:
            failing, self._failing = self._failing, None
            await self._door.saying(failing)
        self._sentence, self._sentence_began_s = sentence, self._timers.now()
        await self._door.saying(sentence)

    async def _send(self, pcm: bytes) -> None:
        frame_bytes = self._door.rate_hz * FRAME_MS // 1000 * 2
        for at in range(0, len(pcm), frame_bytes):
            frame = pcm[at : at + frame_bytes]
            lasts_s = len(frame) / (2 * self._door.rate_hz)
            await self._pacing.wait_to_send(lasts_s)
            await self._door.sound(frame)
            self._pacing.sent(lasts_s)

    def _silence(self) -> bytes:
        return bytes(2 * int(BETWEEN_SENTENCES_S * self._door.rate_hz))

    def _sentence_is_over(self) -> None:
        if self._sentence:
            now_s = self._timers.now()
            self._said.append((self._sentence_began_s, now_s, self._sentence))
        self._sentence = ""
