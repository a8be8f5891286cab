"""Discretion: private things are announced without saying what they are, until their owner is known."""

from __future__ import annotations

from voice.device import Owner
from voice.introduction import is_owner
from voice.piece import Piece, Rank
from voice.talk import Kind, Said
from voice.timers import Timers
from voice.words import Words

KNOWN_FOR_S = 300.0
"Somebody else may sit there later"
_KEPT_AT_MOST = 16


class Discretion:
    """Who is known to listen at one device."""

    def __init__(self, owner: Owner, timers: Timers, words: Words, *, shared: bool) -> None:
        self.kept: list[Said] = []
        "Private things that wait for their owner, oldest first"
        self.announcing = False
        "Whether the opener was or will be said, and nobody has answered it yet"
        self._owner = owner
        self._timers = timers
        self._words = words
        self._shared = shared
        self._known_until_s: float | None = None

    def may_be_heard(self, said: Said) -> bool:
        """Whether it may be said aloud as it is; an alarm always."""
        hidden = self._shared and said.private and said.kind is not Kind.ALARM
        return not hidden or self._knows()

    def keeps(self, said: Said) -> bool:
        """Whether it waits for its owner already."""
        return any(one.seq == said.seq for one in self.kept)

    def keep(self, said: Said) -> Said | None:
        """Keep it for its owner; returns one that there is no room for any more."""
        self.kept = [*(one for one in self.kept if one.seq != said.seq), said]
        return self.kept.pop(0) if len(self.kept) > _KEPT_AT_MOST else None

    def opener(self, rank: Rank | None = None) -> Piece:
        """A piece that announces the newest of what is kept, and asks who is there.

        `rank` is the urgency of what it announces, unless another is given.
        """
        self.announcing = True
        said = self.kept[-1]
        is_reminder = said.kind is Kind.REMINDER
        rank = rank or Rank[said.kind.name]
        return Piece(self.who(said.kind), rank, chimes=is_reminder, announces=said)

    def who(self, kind: Kind) -> str:
        """The question who is there, because something of that kind is the owner's."""
        key = "reminder" if kind is Kind.REMINDER else "other"
        if not self._owner.called:
            key = "somebody"
        return self._words.say(f"private.{key}", owner=self._owner.called)

    def identifies(self, text: str) -> bool:
        """Whether the words say that the owner is there; then all that is kept may be said."""
        if not is_owner(text, self._owner):
            return False
        self._known_until_s = self._timers.now() + KNOWN_FOR_S
        return True

    def refusal(self) -> str:
        key = "private.kept" if self._owner.called else "private.kept_somebody"
        return self._words.say(key, owner=self._owner.called)

    def release(self) -> list[Said]:
        """What was kept, now that its owner is there."""
        released, self.kept = self.kept, []
        return released

    def _knows(self) -> bool:
        return self._known_until_s is not None and self._timers.now() < self._known_until_s
