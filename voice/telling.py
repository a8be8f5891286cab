"""Telling: what becomes of what is said, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable

from voice.conduct import Conduct
from voice.device import Duplex
from voice.piece import Piece, asks
from voice.stage import Stage
from voice.talk import Fate, Kind

_TAIL_S = 0.3
"How long a deaf device hears its own sound after it"


class Telling:
    """On one stage. `attend` is called after each change."""

    def __init__(self, stage: Stage, conduct: Conduct, attend: Callable[[], None]) -> None:
        self._on = stage
        self._conduct = conduct
        self._attend = attend

    def begun(self, piece: Piece) -> None:
        self._on.floor.playing = piece
        self._on.floor.close()
        self._on.replay.said(piece)
        if piece.said is not None and piece.said.kind is Kind.ANSWER:
            self._on.floor.urgent = False
            self._on.joining.answering(self._on.timers.now())
        self._attend()

    def over(self, piece: Piece, *, sounded: bool) -> None:
        said = piece.said
        if piece.end is not None:
            self._conduct.asking.whether_to_go_on(piece)
        elif said is not None and not piece.again:
            self._on.fates.note(said, Fate.PLAYED if sounded else Fate.QUEUED)
        if said is not None and asks(said):
            self._on.floor.ask(said)
            self._conduct.asking.gives_way()
        elif said is not None and said.kind is Kind.REMINDER and self._on.floor.is_asked:
            self._on.floor.interrupted = True
        if piece.announces is not None:
            self._conduct.asking.who_is_there(piece)
        if piece.passing and not self._on.fillers.go_on():
            self._on.floor.thinking = False
        self.silenced()

    def cut(self, piece: Piece) -> None:
        if piece.announces is not None:
            self._conduct.asking.who_is_there(piece)
        if piece.said is not None:
            self._on.replay.rest = piece
            if not piece.again:
                self._on.fates.note(piece.said, Fate.CUT)

    def silenced(self) -> None:
        self._on.floor.playing = None
        if self._on.device.duplex is Duplex.HALF:
            self._on.floor.deaf_until_s = self._on.timers.now() + _TAIL_S
            self._on.timers.after(_TAIL_S, self._attend)
        self._on.rest()
        self._attend()

    def given_back(self, piece: Piece) -> None:
        if piece.said is not None:
            self._on.fates.note(piece.said, Fate.QUEUED)
