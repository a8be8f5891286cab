"""Discretion: at a satellite private things are announced, and said once their owner says to be there."""

from __future__ import annotations

from datetime import datetime, timedelta

from community.store.speakers import Speaker
from community.times import Clock
from connectors.spoken.sessions import owner_of
from voice.introduction import is_owner, is_somebody_else
from voice.words import listed

KNOWN_FOR = timedelta(minutes=5)
"Somebody else may stand there later"
ASKED_FOR = timedelta(minutes=2)
"So long words answer the question who listens"


class Discretion:
    """Who is known to listen at each satellite; a new process asks anew."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[str, datetime] = {}
        self._known: dict[str, datetime] = {}

    def is_known(self, one: Speaker) -> bool:
        """Whether the owner said not long ago that it is they who listen."""
        return self._is_recent(self._known, one, KNOWN_FOR)

    def opener(self, one: Speaker) -> str:
        """What is said instead of private things: a question, which is open from now on."""
        self._asked[one.id] = self._clock.now()
        called = owner_of(one).called
        return listed("private.other" if called else "private.somebody")[0].format(owner=called)

    def refusal(self, one: Speaker) -> str:
        """What is said to somebody else."""
        called = owner_of(one).called
        return listed("private.kept" if called else "private.kept_somebody")[0].format(owner=called)

    def answered(self, one: Speaker, text: str) -> bool | None:
        """Whether the owner is there, by words that answer the question; None for other words."""
        if not self._is_recent(self._asked, one, ASKED_FOR):
            return None
        del self._asked[one.id]
        if is_owner(text, owner_of(one)):
            self._known[one.id] = self._clock.now()
            return True
        return False if is_somebody_else(text) else None

    def _is_recent(self, moments: dict[str, datetime], one: Speaker, within: timedelta) -> bool:
        at = moments.get(one.id)
        return at is not None and self._clock.now() - at < within
