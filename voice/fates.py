"""Fates: what became of each thing that was to be said goes back to the conversation."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from community.errors import CommunityError
from voice.talk import Fate, Kind, Said, Talk
from voice.timers import Timers, within

logger = logging.getLogger(__name__)

ANSWER_WITHIN_S = 120.0
"What is said later is about something else"
_DEADLINE_S = 3.0


class Fates:
    """Of one session."""

    def __init__(self, talk: Talk, timers: Timers) -> None:
        self._talk = talk
        self._timers = timers
        self._to_tell: deque[tuple[Said, Fate]] = deque()
        self._more = asyncio.Event()
        self._unanswered: deque[tuple[float, Said]] = deque(maxlen=16)

    def note(self, said: Said, fate: Fate) -> None:
        """It is told in a moment."""
        if fate in {Fate.PLAYED, Fate.CUT}:
            self._unanswered.append((self._timers.now(), said))
        self._to_tell.append((said, fate))
        self._more.set()

    def reminder_waits(self) -> bool:
        """Whether a reminder was said a moment ago that nobody has acknowledged."""
        return any(said.kind is Kind.REMINDER for said in self._recent())

    def answered(self, *kinds: Kind) -> None:
        """The resident spoke after what was said, so far as it is of these kinds; any without."""
        answered = [said for said in self._recent() if not kinds or said.kind in kinds]
        rest = [one for one in self._unanswered if one[1] not in answered]
        self._unanswered.clear()
        self._unanswered.extend(rest)
        for said in dict.fromkeys(answered):
            self.note(said, Fate.ANSWERED)

    async def run(self) -> None:
        """Tell what is noted, until cancelled."""
        while True:
            await self._more.wait()
            self._more.clear()
            await self.tell()

    async def tell(self) -> None:
        """Tell all that is noted; a conversation that cannot take it goes without."""
        while self._to_tell:
            said, fate = self._to_tell[0]
            try:
                await within(self._timers, _DEADLINE_S, self._talk.fate(said.seq, fate))
            except (CommunityError, TimeoutError) as error:
                logger.warning("fate %s of %d was not noted: %s", fate.value, said.seq, error)
            self._to_tell.popleft()

    def _recent(self) -> list[Said]:
        since_s = self._timers.now() - ANSWER_WITHIN_S
        return [said for at, said in self._unanswered if at >= since_s]
