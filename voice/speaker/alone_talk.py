"""AloneTalk: the conversation while the line is down: a cry is noted and answered, reminders are said.

Words after a reminder are taken for its answer, which holds for a while. For all else one is asked to come
again: what was wished hours ago may be wrong by the time the line is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import timedelta

from community.errors import StoreError
from community.times import Clock, date_words
from language.voice_commands import cry
from voice.recogniser import Transcript
from voice.speaker.frames import Due
from voice.speaker.journal import ANSWER, SPOKEN, WORDS, Entry, Journal
from voice.speaker.memory import Memory
from voice.speaker.words import words
from voice.talk import Fate, Habits, Kind, Said
from voice.timers import Timers, within

TOO_LATE = timedelta(hours=2)
"A reminder this old does more harm than good; as long as the gateway's own for a medicine"
LOOK_S = 20.0
"The clock of a machine may be set while one waits"
ANSWERS = timedelta(minutes=2)
"For so long words are the answer to a reminder"
NO_PHONE = "120"

logger = logging.getLogger(__name__)


class AloneTalk:
    """A Talk, from the loss of the line until it is back."""

    working = False

    def __init__(self, journal: Journal, memory: Memory, clock: Clock, timers: Timers) -> None:
        self._journal = journal
        self._memory = memory
        self._clock = clock
        self._timers = timers
        self._to_say: deque[Said] = deque()
        self._changed = asyncio.Event()
        self._given: dict[int, Due] = {}
        self._seq = 0
        self._turn = 0
        self._answers_until = clock.now()
        self._cried = ""

    async def say(
        self, key: str, heard: Transcript, pcm: bytes = b"", *, continues: str = ""
    ) -> None:
        """As `voice.talk.Talk`. Raises StoreError when a cry cannot be noted; it is answered all the same."""
        if cry(heard.text).sos:
            self.cry(key, heard.text)
        elif self._clock.now() < self._answers_until:
            self._write(Entry(ANSWER, key, heard.text, self._clock.now()))
            self._answer("answer_kept")
        else:
            self._answer("no_line")

    def cry(self, key: str, text: str) -> None:
        """Note a cry for help and say what to do now, once for each key.

        Raises StoreError when it cannot be noted.
        """
        try:
            self._note(key, text)
        finally:
            if key != self._cried:
                self._cried = key
                self._speak("cry", Kind.ALARM)

    def explain(self) -> None:
        """Say why nothing can be done, and what a cry is."""
        self._answer("no_ears")

    async def next(self) -> Said:
        while True:
            self._changed.clear()
            if self._to_say:
                return self._to_say.popleft()
            due = self._due()
            if due is not None:
                self._seq += 1
                self._given[self._seq] = due
                return Said(self._seq, due.text, Kind.REMINDER, private=due.private)
            try:
                await within(self._timers, LOOK_S, self._changed.wait())
            except TimeoutError:
                continue

    async def fate(self, seq: int, fate: Fate) -> None:
        """A reminder that was begun is over; one that waits for its owner the session keeps."""
        due, now = self._given.get(seq), self._clock.now()
        if due is None or fate not in (Fate.PLAYED, Fate.CUT):
            return
        self._answers_until = now + ANSWERS
        self._write(Entry(SPOKEN, due.key, "", now))
        self._memory.drop(due.key)

    async def habits(self) -> Habits:
        known = self._memory.known
        return Habits(known.pace, known.volume)

    async def keep_habits(self, habits: Habits) -> None:
        self._memory.learn(pace=habits.pace, volume=habits.volume)

    def _due(self) -> Due | None:
        """A reminder whose time has come and that was not said yet."""
        now, given = self._clock.now(), {due.key for due in self._given.values()}
        for due in self._memory.known.agenda:
            known = due.key in given or self._journal.has(SPOKEN, due.key)
            if due.at <= now < due.at + TOO_LATE and not known:
                return due
        return None

    def _note(self, key: str, text: str) -> None:
        now = self._clock.now()
        self._write(Entry(WORDS, key, words("noted", text=text, when=date_words(now)), now))

    def _write(self, entry: Entry) -> None:
        try:
            self._journal.note(entry)
        except OSError as error:
            logger.error("the journal takes nothing more: %s", error.strerror)
            raise StoreError("the journal takes nothing more") from error

    def _answer(self, key: str) -> None:
        self._speak(key, Kind.ANSWER)

    def _speak(self, key: str, kind: Kind) -> None:
        phones = self._memory.known.help_phones or (NO_PHONE,)
        text = words(key, self._turn, phones=words("or").join(phones))
        self._turn += 1
        self._seq += 1
        self._to_say.append(Said(self._seq, text, kind))
        self._changed.set()

    def stands(self, seq: int) -> bool:
        return True
