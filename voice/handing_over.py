"""Handing over: words go to the conversation, again when it could not take them, and once only."""

from __future__ import annotations

import logging

from community.errors import CommunityError
from voice.piece import Rank
from voice.stage import Stage
from voice.talk import Kind
from voice.timers import pause, within
from voice.understanding import Uttered

logger = logging.getLogger(__name__)

_DEADLINE_S = 5.0
_TRIES, _BETWEEN_TRIES_S = 3, 0.5


class HandingOver:
    """To the conversation of one stage."""

    def __init__(self, stage: Stage) -> None:
        self._on = stage

    async def hand_over(self, uttered: Uttered, *, urgent: bool = False) -> None:
        """A turn begins; when the words cannot be taken, the resident is told."""
        on = self._on
        self._begin(uttered, urgent=urgent)
        try:
            await self._say(uttered)
        except (CommunityError, TimeoutError) as error:
            logger.warning("an utterance was not taken: %s", type(error).__name__)
            on.floor.thinking = False
            on.say("failed.talk")

    async def complete(self, uttered: Uttered) -> None:
        """The rest of words that were handed over under this key before they were all said."""
        try:
            await self._say(uttered)
        except (CommunityError, TimeoutError) as error:
            logger.warning("the end of an utterance was not taken: %s", type(error).__name__)

    def _begin(self, uttered: Uttered, *, urgent: bool) -> None:
        on = self._on
        in_a_form = on.floor.question is not None
        on.fates.answered(*(set(Kind) - {Kind.REMINDER} if in_a_form else ()))
        on.ladder.reset()
        if uttered.continues or on.replay.rest is not None:
            on.drop(Rank.ANSWER)  # it belongs to what was cut off
        on.replay.turn()
        on.floor.turn()
        on.floor.urgent = on.floor.urgent or urgent
        on.floor.thinking = True
        on.joining.handed_over(uttered)
        on.fillers.go_on_or_start()

    async def _say(self, uttered: Uttered) -> None:
        """Raises CommunityError or TimeoutError when it could not be taken, after some tries."""
        pcm = uttered.heard.pcm if uttered.heard is not None else b""
        for left in reversed(range(_TRIES)):
            saying = self._on.talk.say(
                uttered.key, uttered.transcript, pcm, continues=uttered.continues
            )
            try:
                await within(self._on.timers, _DEADLINE_S, saying)
            except (CommunityError, TimeoutError) as error:
                if not left or (isinstance(error, CommunityError) and not error.retryable):
                    raise
                await pause(self._on.timers, _BETWEEN_TRIES_S)
            else:
                return
