"""Online: the speaker while its line is up. Sound leaves the home only while somebody is listened to."""

from __future__ import annotations

from voice.door import State
from voice.resample import Resampler
from voice.speaker.card import PLAY_HZ
from voice.speaker.frames import (
    Agenda,
    Frame,
    Hello,
    Hush,
    Noted,
    Refused,
    Saying,
    StateNow,
    Stored,
    Understood,
    Volume,
)
from voice.speaker.kept import Kept
from voice.speaker.lamp import Lamp, Light
from voice.speaker.line import Line
from voice.speaker.memory import Memory
from voice.speaker.messenger import Messenger
from voice.speaker.player import Player
from voice.timers import Timer, Timers

_SOON_S = 2.0
"After a call the gateway may still tell of the rest before it"


ANSWERS_S = 8.0
"A gateway that says nothing for so long to somebody who speaks is not there"


class Online:
    def __init__(
        self,
        line: Line,
        player: Player,
        memory: Memory,
        messenger: Messenger,
        lamp: Lamp,
        timers: Timers,
    ) -> None:
        self._line = line
        self._player = player
        self._memory = memory
        self._messenger = messenger
        self._lamp = lamp
        self._timers = timers
        self._kept: Kept | None = None
        self._resampler: Resampler | None = None
        self._state = State.IDLE
        self._called_s: float | None = None
        self._deaf = False
        self._waiting: Timer | None = None

    def up(self, hello: Hello) -> None:
        self._state, self._called_s, self._kept, self._deaf = State.IDLE, None, None, False
        at_another_rate = hello.rate_hz != PLAY_HZ
        self._resampler = Resampler(hello.rate_hz, PLAY_HZ) if at_another_rate else None
        self._memory.learn(help_phones=hello.help_phones, pace=hello.pace, person=hello.person)
        self._lamp.show(Light.IDLE)

    def down(self) -> Kept | None:
        """The line broke; returns what was being said and is not known to have arrived."""
        self._answered()
        kept, self._kept = self._kept, None
        return kept

    def told(self, frame: Frame) -> None:
        self._answered()
        match frame:
            case StateNow(state=state):
                self._now(state)
            case Understood():
                self._kept = None
            case Saying():
                self._deaf = False
            case Hush():
                self._deaf = False
                self._player.hush()
            case Volume(level=level):
                self._player.volume(level)
                self._memory.learn(volume=level)
            case Agenda(items=items):
                self._memory.learn(agenda=items)
            case Stored(id=id):
                self._messenger.stored(id)
            case Noted(key=key):
                self._messenger.noted(key)
            case Refused(id=id):
                self._messenger.refused(id)

    def sound(self, pcm: bytes) -> None:
        """To be played; what is under way when somebody says hush is not."""
        if self._deaf:
            return
        self._player.play(self._resampler.feed(pcm) if self._resampler else pcm)

    def hush(self) -> None:
        """Somebody wants to speak while it speaks: it is silent at once, the gateway in a moment."""
        if self._player.playing:
            self._deaf = True
            self._line.send({"type": "abort"})

    def wake(self, *, held: bool, pcm: bytes) -> None:
        """Somebody speaks from now on; `pcm` is what was said by now."""
        self._called_s = self._timers.now()
        self._kept = Kept(held=held, pcm=pcm)
        self._line.send({"type": "start", "held": held})
        if pcm:
            self._line.send(pcm)
        self._lamp.show(Light.LISTENING)
        self._expect()

    def hear(self, pcm: bytes) -> None:
        """What the microphone hears; dropped while nobody is listened to."""
        if not self._listens():
            return
        if self._kept is None:
            self._kept = Kept(held=False)
        self._kept.hear(pcm)
        if not self._kept.ended:
            self._line.send(pcm)

    def end_of_speech(self) -> None:
        """The button is let go."""
        if self._kept is not None:
            self._kept.ended = True
        self._line.send({"type": "stop"})
        self._expect()

    def _expect(self) -> None:
        """Somebody who speaks is answered in time, or by the speaker itself."""
        self._answered()
        self._waiting = self._timers.after(ANSWERS_S, self._line.drop)

    def _answered(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _listens(self) -> bool:
        if self._kept is not None and self._kept.held:
            return True
        return self._called_s is not None or self._state is not State.IDLE

    def _now(self, state: State) -> None:
        now_s, called_s = self._timers.now(), self._called_s
        if state is State.IDLE and called_s is not None and now_s - called_s < _SOON_S:
            return
        self._state, self._called_s = state, None
        if state is State.IDLE:
            self._kept = None
        self._lamp.show(Light(state.value))
