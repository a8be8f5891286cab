"""The agenda's feed: a device is told its agenda when it comes, and again whenever it has changed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from community.errors import CommunityError
from connectors.base import Gateway
from connectors.spoken import agenda
from connectors.spoken.agenda import Item
from connectors.spoken.device import SocketDoor

LOOK_AGAIN_S = 60.0
"A plan that is set up elsewhere stirs no conversation of the speaker"

logger = logging.getLogger(__name__)


class Feed:
    """Of one connected device."""

    def __init__(self, gateway: Gateway, conversation_id: str, door: SocketDoor) -> None:
        self._gateway = gateway
        self._conversation_id = conversation_id
        self._door = door
        self._told: list[Item] | None = None

    async def run(self) -> None:
        """Until cancelled, or until the device is gone."""
        with self._gateway.hub.listening(self._conversation_id) as stirred:
            while True:
                stirred.clear()
                try:
                    await self._tell()
                except CommunityError as error:
                    logger.error("no agenda: code=%s", error.code)
                except ConnectionError:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await stirred.wait()

    async def _tell(self) -> None:
        async with self._gateway.db.read() as conn:
            found = await agenda.items(conn, self._gateway.clock, self._conversation_id)
        if found != self._told:
            await self._door.tell(agenda.frame(found))
            self._told = found
