"""Arrivals: what comes from the conversation to be said, until the session ends."""

from __future__ import annotations

import logging

from community.errors import CommunityError
from voice.floor import REMINDER_WAITS_S
from voice.piece import asks, piece_of
from voice.stage import Stage
from voice.talk import Fate, Kind, Said
from voice.timers import Timer, pause

logger = logging.getLogger(__name__)

_AGAIN_S = 1.0
ANNOUNCED_AGAIN_S = (300.0, 900.0)
"After a reminder has come that waits for its owner"


class Arrivals:
    """At one stage."""

    def __init__(self, stage: Stage) -> None:
        self._on = stage
        self._spoke = False
        self._announcing: list[Timer] = []

    async def run(self) -> None:
        """Take what comes, until cancelled."""
        try:
            while True:
                await self._next()
        finally:
            self._announce_no_more()

    async def _next(self) -> None:
        try:
            self.came(await self._on.talk.next())
        except CommunityError as error:
            logger.warning("what is to be said is not known: %s", error)
            await pause(self._on.timers, _AGAIN_S)

    def came(self, said: Said) -> None:
        """Something is to be said."""
        if said.kind is Kind.ANSWER or not self._on.talk.working:
            self._on.floor.thinking = False
            self._on.fillers.stop()
        if said.kind is Kind.REMINDER:
            self._on.timers.after(REMINDER_WAITS_S, self._on.speaker.look)
        before = self._on.words.say("resumed") if self._resumes(said) else ""
        if self._on.discretion.may_be_heard(said):
            self._on.tell(piece_of(said, self._on.words, before=before))
            return
        if not self._on.discretion.keeps(said):
            self._keep(said)

    def _keep(self, said: Said) -> None:
        """For its owner, who is asked for, and asked for again when it is a reminder."""
        given_back = self._on.discretion.keep(said)
        if given_back is not None:
            self._on.fates.note(given_back, Fate.QUEUED)
        self._on.announce()
        if said.kind is Kind.REMINDER:
            self._announce_no_more()
            later = self._on.timers.after
            self._announcing = [later(after_s, self._remind) for after_s in ANNOUNCED_AGAIN_S]

    def _remind(self) -> None:
        if any(said.kind is Kind.REMINDER for said in self._on.discretion.kept):
            self._on.announce()

    def _announce_no_more(self) -> None:
        for timer in self._announcing:
            timer.cancel()

    def _resumes(self, said: Said) -> bool:
        """Whether it is a question from before this session, that is still open."""
        first, self._spoke = not self._spoke, True
        return first and said.kind is Kind.ANSWER and asks(said) and not self._on.floor.turns
