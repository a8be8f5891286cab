"""Listening: a stream of sound cut into utterances, each of which goes to the recogniser."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from voice.activity import FRAME_BYTES, FRAME_S, Activity
from voice.endpointing import PRE_ROLL_S, START_S, Endpointer, Mark
from voice.patience import Patience
from voice.recogniser import StreamingRecogniser
from voice.timers import Timer, Timers
from voice.utterance import Heard, Listener, Utterance

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
_STALL_S = 3.0
"An utterance of which nothing more arrives ends by itself"
_UTTERANCES_AT_ONCE = 4
"Being recognised; a further one is not begun, and told to be missed"


class Attention(Listener, Protocol):
    """Who is told what the ear notices; nothing here waits."""

    def began(self, utterance: Utterance) -> None: ...

    def voice(self, utterance: Utterance, voiced_s: float) -> None:
        """It goes on, with so much voice in it by now."""
        ...

    def missed(self) -> None:
        """Somebody speaks and is not heard, for too much waits to be recognised."""
        ...

    def ended(self, utterance: Utterance) -> None:
        """Its sound is over; its words come with `heard`."""
        ...


class Ear:
    """One stream's ear. It is deaf until it is opened.

    `phrases` are the answers to the open question; `key` gives a new key for an utterance, `spawn`
    runs a task and looks after it.
    """

    def __init__(
        self,
        recogniser: StreamingRecogniser,
        patience: Patience,
        timers: Timers,
        attention: Attention,
        key: Callable[[], str],
        spawn: Spawn,
        *,
        keeps_sound: bool = False,
    ) -> None:
        self.phrases: Sequence[str] = ()
        self.current: Utterance | None = None
        "The utterance that is being spoken"
        self._recogniser = recogniser
        self._timers = timers
        self._attention = attention
        self._key = key
        self._spawn = spawn
        self._keeps_sound = keeps_sound
        self._activity = Activity()
        self._endpointer = Endpointer(patience)
        self._pre_roll: deque[bytes] = deque(maxlen=round((PRE_ROLL_S + START_S) / FRAME_S))
        self._carry = b""
        self._open = False
        self._last_sound_s = 0.0
        self._stall: Timer | None = None
        self._last: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> bool:
        return self._open

    @open.setter
    def open(self, value: bool) -> None:
        """Closing ends the utterance; sound from before the opening is not kept."""
        if self._open and not value:
            self.finish()
        if value != self._open:
            self._carry = b""
            self._pre_roll.clear()
            self._endpointer.reset()
        self._open = value

    def hold(self) -> None:
        """Begin an utterance that only `finish` ends."""
        self.open = True
        if self.current is None:
            self._endpointer.hold()
            self._begin()

    def finish(self) -> None:
        """The utterance ends here, if there is one."""
        if self.current is not None:
            self._end()

    def hear(self, pcm: bytes) -> None:
        """Sound of 16 000 Hz, mono, signed 16-bit little-endian, any length, in order."""
        if not self._open:
            return
        self._last_sound_s = self._timers.now()
        pcm = self._carry + pcm
        whole = len(pcm) // FRAME_BYTES * FRAME_BYTES
        self._carry = pcm[whole:]
        frames = [pcm[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]
        for frame, voiced in zip(frames, self._activity.judge(pcm[:whole]), strict=True):
            if self._open:
                self._step(frame, voiced)

    def partial(self, utterance: Utterance) -> None:
        """Its words so far decide how long its silences may last."""
        if utterance is self.current:
            self._endpointer.said(utterance.text)
        self._attention.partial(utterance)

    def heard(self, utterance: Utterance, heard: Heard) -> None:
        self._attention.heard(utterance, heard)

    async def close(self) -> None:
        """Hear nothing more; what was said by now is still told."""
        self.open = False
        if self._stall is not None:
            self._stall.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _step(self, frame: bytes, voiced: bool) -> None:
        mark = self._endpointer.step(voiced)
        if self.current is None:
            self._pre_roll.append(frame)
            if mark is Mark.BEGIN:
                self._begin()
        else:
            self.current.feed(frame)
        if self.current is not None and voiced:
            self._attention.voice(self.current, self._endpointer.voiced_s)
        if mark is Mark.END:
            self._end()

    def _begin(self) -> None:
        if len(self._tasks) >= _UTTERANCES_AT_ONCE:
            self._endpointer.reset()
            self._attention.missed()
            return
        began_s = self._timers.now() - self._endpointer.lasts_s
        self.current = Utterance(
            self._key(), self._timers, self, began_s=began_s, keeps_sound=self._keeps_sound
        )
        for frame in self._pre_roll:
            self.current.feed(frame)
        self._pre_roll.clear()
        self._last = self._spawn(self.current.run(self._recogniser, self.phrases, self._last))
        self._tasks.add(self._last)
        self._last.add_done_callback(self._tasks.discard)
        self._last_sound_s = self._timers.now()
        self._watch()
        self._attention.began(self.current)

    def _end(self) -> None:
        utterance, self.current = self.current, None
        heard = self._endpointer
        if utterance is not None:
            utterance.end(
                voiced_s=heard.voiced_s,
                pause_s=heard.longest_pause_s,
                ended_s=self._timers.now() - heard.silence_s,
            )
            heard.reset()
            self._attention.ended(utterance)

    def _watch(self) -> None:
        """End the utterance when the device sends nothing any more."""
        if self._stall is not None:
            self._stall.cancel()
        if self.current is None:
            return
        silent_s = self._timers.now() - self._last_sound_s
        if silent_s >= _STALL_S:
            self._end()
        else:
            self._stall = self._timers.after(_STALL_S - silent_s, self._watch)
