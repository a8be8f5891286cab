"""Replay: what was said last, to be said again, and what was cut off, to be gone on with."""

from __future__ import annotations

import re
from dataclasses import replace

from voice.piece import Piece, Rank
from voice.synthesiser import SLOWEST
from voice.talk import Kind
from voice.timers import Timers

HEARD_FOR_S = 600.0
"So long what was said may be said again; later another may be listening"


_LONG = re.compile(r"[^。！？!?\n]{21,}")
"A sentence that is hard to keep when it was not caught twice"
_BREATH = re.compile("[，；：]")


class Replay:
    """At one device. What belongs to one turn is said again together: the list and its question."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self.rest: Piece | None = None
        "What was cut off, from the sentence on that was being said"
        self.more: list[Piece] = []
        "What follows when the listener wants to hear more"
        self._last: list[Piece] = []
        self._turn_is_over = False
        self._times = 0
        self._said_s = 0.0

    def said(self, piece: Piece) -> None:
        """It is being said now."""
        if piece.said is None:
            return
        self._said_s = self._timers.now()
        if piece.again:
            return
        self._times = 0
        if any(one.said == piece.said for one in self._last):
            return
        together = self._last and self._last[-1].rank is piece.rank and not self._turn_is_over
        if not together or piece.said.kind is not Kind.ANSWER:
            self._last = []
        self._last.append(piece)
        self._turn_is_over = False

    def turn(self) -> None:
        """The resident said something else: what is said from now on is another turn."""
        self._turn_is_over = True
        self.rest = None
        self.more = []

    def again(self, pace: int, *, slower: bool) -> list[Piece]:
        """The last turn from its beginning; `slower`: a step slower each time it is asked for.

        `pace` is the listener's own. Empty when nothing was said, or not since HEARD_FOR_S.
        """
        self.rest = None
        if self._timers.now() - self._said_s > HEARD_FOR_S:
            self._last = []
        if slower:
            self._times += 1
            pace = max(SLOWEST, pace - self._times)
        return [
            replace(one, rank=Rank.ANSWER, pace=pace, start=0, again=True, chimes=False)
            for one in (map(_in_pieces, self._last) if self._times > 1 else self._last)
        ]

    def take_more(self) -> list[Piece]:
        """What follows, so long as it may be said again; it is not given twice."""
        more, self.more = self.more, []
        return more if self._timers.now() - self._said_s <= HEARD_FOR_S else []

    def take_rest(self) -> Piece | None:
        """What was cut off; it is not given twice."""
        rest, self.rest = self.rest, None
        return rest


def _in_pieces(piece: Piece) -> Piece:
    """Its long sentences clause by clause, with a silence after each; a portion is short as it is."""
    if piece.end is not None:
        return piece
    return replace(piece, text=_LONG.sub(lambda one: _BREATH.sub("。", one[0]), piece.text))
