"""Messenger: what the journal holds goes to the gateway until it says that it has it."""

from __future__ import annotations

import logging
from datetime import timedelta

from community.times import Clock
from voice.speaker.journal import ANSWER, SPOKEN, WORDS, Journal
from voice.speaker.line import Line
from voice.speaker.memory import Memory
from voice.timers import Timer, Timers

AGAIN_S = 30.0
"After words that were refused"
ANSWERS_LIVE = timedelta(minutes=30)
"A 吃了 of the morning must not answer for the medicine of the evening; the gateway asks again"

logger = logging.getLogger(__name__)


class Messenger:
    """Each word has an id, so that sending it twice tells it once."""

    def __init__(
        self, line: Line, journal: Journal, memory: Memory, clock: Clock, timers: Timers
    ) -> None:
        self._line = line
        self._journal = journal
        self._memory = memory
        self._clock = clock
        self._timers = timers
        self._again: Timer | None = None

    def deliver(self) -> None:
        """Send all that waits: reminders that were spoken first, they are not to be said again."""
        self._again = None
        for entry in self._journal.waiting(SPOKEN):
            self._line.send({"type": "spoken", "key": entry.id, "at": entry.at.isoformat()})
        for entry in self._journal.waiting(ANSWER):
            if self._clock.now() - entry.at > ANSWERS_LIVE:
                self._done(ANSWER, entry.id)
        for entry in (*self._journal.waiting(WORDS), *self._journal.waiting(ANSWER)):
            self._line.send({"type": "say", "id": entry.id, "text": entry.text})

    def stored(self, id: str) -> None:
        self._done(WORDS, id)
        self._done(ANSWER, id)

    def noted(self, key: str) -> None:
        self._memory.drop(key)
        self._done(SPOKEN, key)

    def refused(self, id: str | None) -> None:
        """Words were not taken now; they are sent again in a while."""
        known = id is not None and (self._journal.has(WORDS, id) or self._journal.has(ANSWER, id))
        if known and self._again is None:
            self._again = self._timers.after(AGAIN_S, self.deliver)

    def _done(self, kind: str, id: str) -> None:
        try:
            self._journal.done(kind, id)
        except OSError as error:
            logger.error("the journal takes nothing more: %s", error.strerror)
