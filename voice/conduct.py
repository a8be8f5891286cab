"""Conduct: what is done with a resident's words, and with a resident's silence."""

from __future__ import annotations

from language.consent import consent
from language.voice_commands import Command
from voice.asking import Asking
from voice.device import Duplex
from voice.handing_over import HandingOver
from voice.heard import is_ghost
from voice.ladder import STEPS, Why, question_of
from voice.orders import Orders
from voice.piece import Piece, Rank
from voice.recogniser import Overloaded, RecogniserError
from voice.stage import Stage
from voice.talk import Kind
from voice.understanding import HEARD, SURE, Uttered

_SHORTEST_VOICE_S = 0.6
"Less without a word in it is a noise"


class Conduct:
    """On one stage; one call after the other. Each raises ConnectionError when the device is gone."""

    def __init__(self, stage: Stage) -> None:
        self._on = stage
        self._handing = HandingOver(stage)
        self.asking = Asking(stage, self._handing)
        self._orders = Orders(stage, self.asking)
        self._rung: set[str] = set()
        self._woken = False

    async def woken(self) -> None:
        """Somebody wants to speak."""
        on = self._on
        self._woken = True
        on.ladder.reset()
        on.floor.hushed = False
        if not on.announce(Rank.OWN) and self._may_greet():
            on.say("wake", passing=True)

    def _may_greet(self) -> bool:
        """Whether a word of ours costs the resident none: a device may be deaf while it speaks."""
        on = self._on
        is_deaf = on.device.duplex is Duplex.HALF
        return on.floor.hands_free and on.floor.speaking is None and not is_deaf

    async def ring(self, uttered: Uttered) -> None:
        """A cry for help, before its sentence is finished."""
        if uttered.key not in self._rung:
            self._rung.add(uttered.key)
            await self._hand_over(uttered, urgent=True)

    async def understand(self, uttered: Uttered) -> None:
        """Do what the words ask for."""
        on, heard = self._on, uttered.heard
        order = on.language.command(uttered.text)
        if uttered.key in self._rung:
            self._rung.discard(uttered.key)
            await self._handing.complete(uttered)
        elif self.is_echo(uttered):
            self._echoed(uttered, order)
        elif order is Command.HELP:
            await self._hand_over(uttered, urgent=True)
        elif heard is not None and heard.failure is not None:
            await self._failed(uttered, heard.failure)
        elif not uttered.text or self._is_ghost(uttered.text):
            await self._nothing(uttered)
        elif (order is Command.REPEAT and self.asking.repeat()) or self._goes_on(uttered):
            pass
        elif order is not None and self._orders.knows(order):
            await self._orders.obey(order)
        elif not await self.asking.settled(uttered):
            await self._words(uttered, order)

    async def silence(self) -> None:
        """Nobody spoke while somebody was waited for."""
        on = self._on
        on.floor.hushed = False
        on.floor.patience_s = 0.0
        if await self.asking.lapsed():
            return
        if on.replay.rest is not None:
            on.say("go_on")
            on.go_on()
        elif on.floor.interrupted:
            self._back_to_question()
        elif self._expects():
            self._climb(Why.SILENT)
        else:
            self.asking.unanswered()
            self._woken = False
            on.ladder.reset()

    async def left(self) -> None:
        """The device is gone: nobody answers any more."""
        await self.asking.lapsed()

    def _expects(self) -> bool:
        """Whether silence is to be broken: after a question, and once after a wake word."""
        on, asked = self._on, self.asking.asked
        if not on.floor.hands_free or (asked is not None and asked.piece.announces is not None):
            return False
        if on.floor.is_asked or asked is not None:
            return on.ladder.step < STEPS
        return self._woken and on.ladder.step == 0

    async def _words(self, uttered: Uttered, order: Command | None) -> None:
        """Words that are neither for the speaker nor an answer to its own question."""
        on = self._on
        if order is Command.ACKNOWLEDGE and on.floor.question and on.fates.reminder_waits():
            on.fates.answered(Kind.REMINDER)
            on.say("acknowledged")
            self._back_to_question()
        elif not await self.asking.tell_owner(uttered):
            gated = order in {None, Command.UNDO} and consent(uttered.text) is None
            sure = uttered.transcript.confidence(untold=1.0) if gated else 1.0
            if sure < HEARD:
                self._climb(Why.UNHEARD)
            elif sure < SURE:
                self.asking.whether_it_was(uttered)
            else:
                is_held = not on.floor.hands_free  # whoever lets a button go has finished
                await self._hand_over(uttered if is_held else on.joining.joined(uttered))

    def _goes_on(self, uttered: Uttered) -> bool:
        """Whether more is wanted of what was said, and there is more."""
        wanted = self.asking.asked is None and self._on.language.goes_on(uttered.text)
        return wanted and (self._on.go_on() or self.asking.go_on())

    async def _hand_over(self, uttered: Uttered, *, urgent: bool = False) -> None:
        self.asking.unanswered()
        self._woken = False
        await self._handing.hand_over(uttered, urgent=urgent)

    def _back_to_question(self) -> None:
        """Something came between a question and its answer: it is asked again."""
        self._on.floor.interrupted = False
        question = self._on.question
        if question is not None:
            text = self._on.words.say("back_to_question") + question_of(question)
            self._on.speaker.say(Piece(text, Rank.OWN))

    def _climb(self, why: Why) -> None:
        self._on.replay.rest = None
        step = self._on.ladder.climb(self._on.question, why)
        if step.offers_person:
            self.asking.whether_a_person(step.text)
        else:
            self._on.speaker.say(Piece(step.text, Rank.OWN))

    async def _failed(self, uttered: Uttered, failure: RecogniserError) -> None:
        if uttered.text:
            self.asking.whether_it_was(uttered)
        elif self._is_noise(uttered):
            await self._nothing(uttered)
        else:
            overloaded = isinstance(failure, Overloaded)
            self._on.say("failed.overloaded" if overloaded else "failed.recogniser")

    async def _nothing(self, uttered: Uttered) -> None:
        """No words in it: somebody is asked to say it again, unless it was a noise."""
        on = self._on
        if on.go_on() or on.floor.thinking:
            return
        awaited = on.floor.is_asked or self.asking.asked is not None or self._woken
        if on.floor.hands_free and (not awaited or self._is_noise(uttered)):
            on.floor.reopen()
        elif not await self.asking.lapsed():
            self._climb(Why.UNHEARD)

    def _echoed(self, uttered: Uttered, order: Command | None) -> None:
        if order is Command.HELP:
            self.asking.whether_to_help(uttered)
        elif not self._on.go_on():
            self._on.floor.reopen()

    def is_echo(self, uttered: Uttered) -> bool:
        """Whether the device only heard itself."""
        heard = uttered.heard
        return heard is not None and self._on.hears_itself(
            uttered.text, heard.began_s, heard.ended_s, is_all=True
        )

    def _is_ghost(self, text: str) -> bool:
        """嗯 answers a question; without one it is a breath that the recogniser made a word of."""
        asked = self._on.floor.question is not None or self.asking.asked is not None
        return is_ghost(text) and not asked

    def _is_noise(self, uttered: Uttered) -> bool:
        pressed = not self._on.floor.hands_free
        return (
            not pressed and uttered.heard is not None and uttered.heard.voiced_s < _SHORTEST_VOICE_S
        )
