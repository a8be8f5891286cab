"""Arrivals: what comes from the conversation to be said, until the session ends."""

from __future__ import annotations

import logging

from community.errors import CommunityError
from voice.floor import REMINDER_WAITS_S
from voice.piece import asks, piece_of
from voice.stage import Stage
from voice.talk import Fate, Kind, Said
from voice.timers import pause

logger = logging.getLogger(__name__)

_AGAIN_S = 1.0


class Arrivals:
    """At one stage."""

    def __init__(self, stage: Stage) -> None:
        self._on = stage
        self._spoke = False

    async def run(self) -> None:
        """Take what comes, until cancelled."""
        while True:
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
            self._on.speaker.say(piece_of(said, self._on.words, before=before))
            return
        given_back = self._on.discretion.keep(said)
        if given_back is not None:
            self._on.fates.note(given_back, Fate.QUEUED)
        if not self._on.discretion.announcing:
            self._on.speaker.say(self._on.discretion.opener())

    def _resumes(self, said: Said) -> bool:
        """Whether it is a question from before this session, that is still open."""
        first, self._spoke = not self._spoke, True
        return first and said.kind is Kind.ANSWER and asks(said) and not self._on.floor.turns
