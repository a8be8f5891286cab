"""Discretion: private things are announced without saying what they are, until their owner is known."""

from __future__ import annotations

import re

from language.clean import fold
from language.homophones import best_match
from voice.device import Owner
from voice.piece import Piece, Rank
from voice.talk import Kind, Said
from voice.timers import Timers
from voice.words import Words

KNOWN_FOR_S = 300.0
"Somebody else may sit there later"
_KEPT_AT_MOST = 16
_HERSELF = re.compile(
    "(?:哎|嗯|对|喂|[， ,])*(?:(?:就|正)?是我(?:本人)?|我就是|我是本人|我本人)[呀啊呢的]*"
)
_NAMING = re.compile("^(?:哎|嗯|对|喂|在|[， ,])*(?:这里|这儿)?(?:我?就?是|我?叫|我)?")
_AFTER_NAME = re.compile(
    "(?:[， ,]*(?:在[听这呢家]?[呢的里儿]?|听着[呢的]?|知道了|收到|呀|啊|呢))*$"
)
_NOT = re.compile("不|没")
_OTHER = re.compile("^(?:[嗯哎]*)(?:我是|我叫|她|他|没人|不是)|不在|出去|出门|睡着|睡觉")


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

    def keep(self, said: Said) -> Said | None:
        """Keep it for its owner; returns one that there is no room for any more."""
        self.kept.append(said)
        return self.kept.pop(0) if len(self.kept) > _KEPT_AT_MOST else None

    def opener(self, rank: Rank | None = None) -> Piece:
        """A piece that announces the newest of what is kept, and asks who is there.

        `rank` is the urgency of what it announces, unless another is given.
        """
        self.announcing = True
        said = self.kept[-1]
        is_reminder = said.kind is Kind.REMINDER
        key = "reminder" if is_reminder else "other"
        if not self._owner.called:
            key = "somebody"
        text = self._words.say(f"private.{key}", owner=self._owner.called)
        return Piece(text, rank or Rank[said.kind.name], chimes=is_reminder, announces=said)

    def identifies(self, text: str) -> bool:
        """Whether the words say that the owner is there; then all that is kept may be said."""
        said = fold(text).strip("，,。.！!？? ")
        if not _HERSELF.fullmatch(said):
            name = _AFTER_NAME.sub("", _NAMING.sub("", said))
            names = [one for one in (self._owner.called, *self._owner.names) if one]
            if _NOT.search(said) or not name or best_match(name, names) is None:
                return False
        self._known_until_s = self._timers.now() + KNOWN_FOR_S
        return True

    def declines(self, text: str) -> bool:
        """Whether the words say that somebody else is there, or nobody."""
        return _OTHER.search(fold(text).strip()) is not None

    def refusal(self) -> str:
        key = "private.kept" if self._owner.called else "private.kept_somebody"
        return self._words.say(key, owner=self._owner.called)

    def release(self) -> list[Said]:
        """What was kept, now that its owner is there."""
        released, self.kept = self.kept, []
        return released

    def _knows(self) -> bool:
        return self._known_until_s is not None and self._timers.now() < self._known_until_s
