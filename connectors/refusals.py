"""Refusals: a caller that is not the platform hears always the same; what was wrong, the operator does."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

from community.errors import NotAllowed
from community.times import Clock

EVERY = timedelta(minutes=1)
TOO_LARGE = "too_large"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

logger = logging.getLogger(__name__)


class Refused(NotAllowed):
    """Not the platform's own request: the caller is told that it is refused, and nothing more.

    `cause` and `field` may be logged: both are names of ours and hold nothing of the request.
    """

    def __init__(self, cause: str, field: str = "") -> None:
        super().__init__(f"{cause} {field}".strip())
        self.cause = cause
        self.field = field


class Refusals:
    """What one channel refuses, in the log: a line for each cause a minute, however many come.

    The first of a cause is told at once; those that follow within the minute are counted, and
    their number is in the next line of that cause.
    """

    def __init__(self, channel: str, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._told: dict[tuple[str, str], datetime] = {}
        self._counted: Counter[tuple[str, str]] = Counter()

    def note(self, error: Refused) -> None:
        """One request was refused."""
        why, now = (error.cause, error.field), self._clock.now()
        self._counted[why] += 1
        told = self._told.get(why)
        if told is not None and timedelta() <= now - told < EVERY:
            return
        self._told[why] = now
        logger.warning("%s: refused %s, count=%d", self._channel, error, self._counted.pop(why))

    def noted(self, handler: Handler) -> Handler:
        """The handler, with what it refuses noted."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refused as error:
                self.note(error)
                raise

        return handle


async def body_of(request: web.Request) -> bytes:
    """A request's body. Raises Refused over the application's limit, where aiohttp would answer 413."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(TOO_LARGE) from None
