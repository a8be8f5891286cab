"""Whose a session is: ours to answer, or that of one of WeCom's own seats."""

from __future__ import annotations

import logging

from community.errors import Unavailable
from connectors.wecom.client import Client, ServiceState
from connectors.wecom.messages import Head

OURS = frozenset({ServiceState.NEW, ServiceState.BOT})
KNOWN_MOST = 10_000

logger = logging.getLogger(__name__)


class Sessions:
    """Asks WeCom once for each resident, until it says that something changed.

    That a session is ours is remembered; that it is not is asked again with the next message, so
    that no lost event leaves a resident without answers.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ours: dict[str, None] = {}

    async def is_ours(self, head: Head) -> bool:
        """Whether the bot answers here; also when WeCom does not say: it refuses then itself."""
        if head.user_key in self._ours:
            return True
        try:
            state = await self._client.service_state(head.open_kfid, head.external_userid)
        except Unavailable as error:
            logger.warning("wecom session not known: %s (%s)", type(error).__name__, error)
            return True
        if state not in OURS:
            return False
        if len(self._ours) >= KNOWN_MOST:
            self._ours.clear()
        self._ours[head.user_key] = None
        return True

    def forget(self, head: Head) -> None:
        """Ask anew with the resident's next message."""
        self._ours.pop(head.user_key, None)
