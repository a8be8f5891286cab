"""The doors' own controller as another system runs it, and one that stands in for it here.

`DoorApi` fits the access control of an estate system: one call that opens a machine and a message
when it did not. Source: java110 MicroCommunity, `iot.openAccessControlDoor`.
"""

from __future__ import annotations

from typing import Protocol

from community.store import doors
from community.store.database import Database


class DoorApi(Protocol):
    """Opens doors. Raises Unavailable when the controller does not answer."""

    async def open(self, door_id: str) -> bool:
        """Release the lock for a few seconds; whether the door itself said that it did."""


class LocalDoors:
    """Doors of the demonstration: one that is online opens, another does not."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def open(self, door_id: str) -> bool:
        async with self._db.read() as conn:
            found = await doors.get(conn, door_id)
        return found is not None and found.is_online
