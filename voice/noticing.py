"""Noticing: what happens at once when the ear notices something, before any of it is understood."""

from __future__ import annotations

from collections.abc import Callable

from language.voice_commands import Command
from voice.device import Duplex
from voice.errands import Errands
from voice.piece import Rank
from voice.recogniser import Transcript
from voice.stage import Stage
from voice.timers import Timer
from voice.turns import Turns
from voice.understanding import ECHO_AFTER_S, Uttered, is_echo
from voice.utterance import Heard, Utterance

BARGE_IN_S = 0.3
"Voice that stops what is being said"
CRY_STABLE_S = 0.3
"A cry for help that stands so long in the words so far is one"


class Noticing:
    """On one stage. `attend` is called after each change, `understood` after each utterance."""

    def __init__(
        self,
        stage: Stage,
        turns: Turns,
        errands: Errands,
        attend: Callable[[], None],
        understood: Callable[[], None],
    ) -> None:
        self._on = stage
        self._turns = turns
        self._errands = errands
        self._attend = attend
        self._understood = understood
        self._caption: Utterance | None = None
        self._cry: Timer | None = None

    def began(self, utterance: Utterance) -> None:
        self._on.floor.speaking = utterance
        self._on.floor.close()
        self._attend()

    def voice(self, utterance: Utterance, voiced_s: float) -> None:
        if voiced_s >= BARGE_IN_S:
            self._barge_in(utterance)
        self._on.speaker.look()

    def partial(self, utterance: Utterance) -> None:
        if self._caption is None:
            self._errands.post(self._show_caption)
        self._caption = utterance
        order = None
        if not self._is_echo(utterance):
            order = self._on.language.command(utterance.text)
        if order is Command.STOP:
            self._on.speaker.stop()
        if order is not Command.HELP:
            self._no_cry()
        elif self._cry is None:
            self._cry = self._on.timers.after(CRY_STABLE_S, lambda: self._cried(utterance))
        self._on.speaker.look()

    def ended(self, utterance: Utterance) -> None:
        self._on.floor.speaking = None
        self._on.floor.recognising += 1
        self._on.fillers.start()
        self._attend()

    def heard(self, utterance: Utterance, heard: Heard) -> None:
        self._no_cry()
        if heard.transcript.text:
            self._on.patience.paused(heard.pause_s)
        uttered = Uttered(utterance.key, heard.transcript, heard)

        async def understand() -> None:
            try:
                await self._take_in(uttered)
            finally:
                self._on.floor.recognising -= 1
            self._understood()

        self._errands.post(understand)

    def text(self, uttered: Uttered, taken: Callable[[], None]) -> None:
        """Words that no ear was needed for; `taken` is called when their turn has come."""

        async def understand() -> None:
            taken()
            await self._take_in(uttered)
            self._understood()

        self._errands.post(understand)

    async def _take_in(self, uttered: Uttered) -> None:
        """Words count for what they say, even when the device is gone before it can show them."""
        gone: ConnectionError | None = None
        try:
            if uttered.text:
                await self._on.door.heard(uttered.text, final=True)
        except ConnectionError as error:
            gone = error
        await self._turns.understand(uttered)
        if gone is not None:
            raise gone

    def _barge_in(self, utterance: Utterance) -> None:
        """Somebody speaks while something is said."""
        playing = self._on.speaker.playing
        if playing is None or playing.rank is Rank.ALARM or self._is_echo(utterance):
            return
        if utterance.text or self._on.device.duplex is Duplex.CLEAN:
            self._on.speaker.stop()

    def _is_echo(self, utterance: Utterance) -> bool:
        said = self._on.speaker.said_between(
            utterance.began_s - ECHO_AFTER_S, self._on.timers.now()
        )
        return is_echo(utterance.text, said, self._on.device.duplex)

    def _cried(self, utterance: Utterance) -> None:
        """It stood long enough; what is said goes on, the words go to the conversation now."""
        self._cry = None
        self._on.speaker.stop()
        uttered = Uttered(utterance.key, Transcript(utterance.text))
        self._errands.post(lambda: self._turns.ring(uttered))

    def close(self) -> None:
        """Nothing is noticed any more."""
        self._no_cry()

    def _no_cry(self) -> None:
        if self._cry is not None:
            self._cry.cancel()
            self._cry = None

    async def _show_caption(self) -> None:
        utterance, self._caption = self._caption, None
        if utterance is not None and utterance is self._on.floor.speaking:
            await self._on.door.heard(utterance.text, final=False)
