"""Noticing: what happens at once when the ear notices something, before any of it is understood."""

from __future__ import annotations

from collections.abc import Callable

from language.voice_commands import Command
from voice.conduct import Conduct
from voice.device import Duplex
from voice.errands import Errands
from voice.piece import Rank
from voice.recogniser import Transcript
from voice.stage import Stage
from voice.timers import Timer
from voice.understanding import Uttered
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
        conduct: Conduct,
        errands: Errands,
        attend: Callable[[], None],
        understood: Callable[[], None],
    ) -> None:
        self._on = stage
        self._conduct = conduct
        self._errands = errands
        self._attend = attend
        self._understood = understood
        self._caption: Utterance | None = None
        self._cry: tuple[Utterance, Timer] | None = None
        self._rang: Utterance | None = None
        "The cry that was handed over last: it goes on while it is answered"
        self._misses = False

    def began(self, utterance: Utterance) -> None:
        self._misses = False
        self._on.floor.speaking = utterance
        self._on.floor.close()
        self._attend()

    def voice(self, utterance: Utterance, voiced_s: float) -> None:
        if voiced_s >= BARGE_IN_S:
            self._barge_in(utterance)
        self._on.speaker.look()

    def partial(self, utterance: Utterance) -> None:
        if self._is_echo(utterance):
            self._no_cry(utterance)
            return
        if self._caption is None:
            self._errands.post(self._show_caption)
        self._caption = utterance
        order = self._on.language.command(utterance.text)
        if order is Command.STOP:
            self._on.speaker.stop()
        if order is not Command.HELP:
            self._no_cry(utterance)
        elif self._cry is None:
            timer = self._on.timers.after(CRY_STABLE_S, lambda: self._cried(utterance))
            self._cry = utterance, timer
        self._on.speaker.look()

    def missed(self) -> None:
        if not self._misses:
            self._misses = True
            self._on.say("failed.overloaded")

    def ended(self, utterance: Utterance) -> None:
        self._on.floor.speaking = None
        self._on.floor.recognising += 1
        self._on.fillers.start()
        self._attend()

    def heard(self, utterance: Utterance, heard: Heard) -> None:
        self._no_cry(utterance)
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

    def close(self) -> None:
        """Utterances still end, and nothing is noticed before they do."""
        if self._cry is not None:
            self._no_cry(self._cry[0])

    async def _take_in(self, uttered: Uttered) -> None:
        """Words count for what they say, even when the device is gone before it can show them."""
        gone: ConnectionError | None = None
        is_said = bool(uttered.text) and not self._conduct.is_echo(uttered)
        if is_said and uttered.heard is not None:
            self._on.patience.paused(uttered.heard.pause_s)
        try:
            if is_said:
                await self._on.door.heard(uttered.text, final=True)
        except ConnectionError as error:
            gone = error
        await self._conduct.understand(uttered)
        if gone is not None:
            raise gone

    def _barge_in(self, utterance: Utterance) -> None:
        """Somebody speaks while something is said, and it was not begun in spite of that."""
        speaker = self._on.speaker
        if speaker.playing is None or speaker.playing.rank is Rank.ALARM:
            return
        if utterance is self._rang or self._is_echo(utterance):
            return
        is_new = utterance.began_s >= speaker.began_s
        if utterance.text or (is_new and self._on.device.duplex is Duplex.CLEAN):
            speaker.stop()

    def _is_echo(self, utterance: Utterance) -> bool:
        now_s = self._on.timers.now()
        return self._on.hears_itself(utterance.text, utterance.began_s, now_s, is_all=False)

    def _cried(self, utterance: Utterance) -> None:
        """It stood long enough; what is said goes on, the words go to the conversation now."""
        self._cry, self._rang = None, utterance
        self._on.speaker.stop()
        uttered = Uttered(utterance.key, Transcript(utterance.text))
        self._errands.post(lambda: self._conduct.ring(uttered))

    def _no_cry(self, utterance: Utterance) -> None:
        """That utterance is no cry by now, or is handed over as a whole."""
        if self._cry is not None and self._cry[0] is utterance:
            self._cry[1].cancel()
            self._cry = None

    async def _show_caption(self) -> None:
        utterance, self._caption = self._caption, None
        if utterance is not None and utterance is self._on.floor.speaking:
            await self._on.door.heard(utterance.text, final=False)
