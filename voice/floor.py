"""The floor: whose turn it is to speak, and which of the things that wait may be said now."""

from __future__ import annotations

from collections.abc import Callable

from voice.device import Device, Duplex
from voice.door import State
from voice.piece import Piece, Rank
from voice.talk import Said
from voice.timers import Timer, Timers
from voice.utterance import Utterance

NOISE_S = 1.0
"An utterance of that length without a word in it keeps nobody from speaking"
REMINDER_WAITS_S = 120.0
"A reminder does not come between a question and its answer, but it does not wait for ever"
QUESTION_S = 1_800.0
_SHORTEST_WINDOW_S = 2.0


class Floor:
    """The turns at one device. `silent` is called when nobody spoke in an open window."""

    def __init__(self, device: Device, timers: Timers, silent: Callable[[], None]) -> None:
        self.hands_free = device.hands_free
        "Whether utterances begin and end by themselves, and no button says it"
        self.playing: Piece | None = None
        self.speaking: Utterance | None = None
        "What the resident is saying"
        self.recognising = 0
        "Utterances whose words are still to come"
        self.thinking = False
        "Whether an answer is being waited for"
        self.turns = 0
        "How often the resident has said something"
        self.interrupted = False
        "Whether something came between a question and its answer"
        self.patience_s = 0.0
        "How long the resident wants to be waited for; 0 when they did not say"
        self.hushed = False
        "Whether the resident wants to hear nothing at the moment"
        self.urgent = False
        "Whether the resident calls for help: the answer does not wait for the end of it"
        self.deaf_until_s = 0.0
        "A device that hears itself hears its own sound so long, by the timers"
        self._device = device
        self._timers = timers
        self._silent = silent
        self._window: Timer | None = None
        self._until_s = 0.0
        self._question: Said | None = None
        self._asked_s = 0.0

    @property
    def state(self) -> State:
        if self.playing is not None:
            return State.SPEAKING
        if self.speaking is None and (self.recognising or self.thinking):
            return State.THINKING
        if self.speaking is not None or (self._window is not None and self.hands_free):
            return State.LISTENING
        return State.IDLE

    @property
    def listens(self) -> bool:
        """Whether a device that is spoken to without a button is to be heard now."""
        deaf = self.playing is not None or self._timers.now() < self.deaf_until_s
        if self._device.duplex is Duplex.HALF and deaf:
            return False
        return self._device.always_on or self.state is not State.IDLE

    @property
    def is_open(self) -> bool:
        """Whether the resident is being waited for."""
        return self._window is not None

    @property
    def question(self) -> Said | None:
        """What waits for the resident's answer; a form is kept for half an hour."""
        if self._timers.now() - self._asked_s > QUESTION_S:
            self._question = None
        return self._question

    @property
    def is_asked(self) -> bool:
        return self.question is not None

    def ask(self, question: Said) -> None:
        """It has been asked."""
        self._question, self._asked_s = question, self._timers.now()

    def turn(self) -> None:
        """The resident has said something."""
        self.turns += 1
        self._question = None
        self.hushed = self.interrupted = False
        self.patience_s = 0.0

    def open(self, for_s: float) -> None:
        """Wait so long for the resident."""
        self.close()
        self._until_s = self._timers.now() + for_s
        self._window = self._timers.after(for_s, self._over)

    def reopen(self) -> None:
        """Wait on: what closed the window was nothing."""
        left_s = self._until_s - self._timers.now()
        if self._window is None and left_s > 0 and self.playing is None:
            self.open(max(left_s, _SHORTEST_WINDOW_S))

    def close(self) -> None:
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def may_say(self, piece: Piece) -> bool:
        """Whether it may be begun now."""
        if piece.rank is Rank.ALARM:
            return True
        if self._somebody_speaks() and not (self.urgent and piece.rank is Rank.ANSWER):
            return False
        if piece.rank in {Rank.OWN, Rank.ANSWER}:
            return True
        if self.hushed or self.thinking or self.recognising:
            return False
        if piece.rank is Rank.REMINDER and self._timers.now() - piece.since_s >= REMINDER_WAITS_S:
            return True
        return piece.rank is Rank.STAFF or self._window is None

    def _somebody_speaks(self) -> bool:
        utterance = self.speaking
        if utterance is None:
            return False
        wordless = not utterance.text and self._timers.now() - utterance.began_s > NOISE_S
        return not (wordless and self.hands_free)

    def _over(self) -> None:
        self._window = None
        self._silent()
