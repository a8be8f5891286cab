"""What a service function receives: the database, the clock and the few settings that rules need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from community.config import Secret
from community.store.database import Database
from community.times import Clock


@dataclass(frozen=True)
class Context:
    """Built once per process by its composition root."""

    db: Database
    clock: Clock
    pepper: Secret
    "Key under which household codes are hashed"
    pay_url: str = ""


Also = Callable[[AsyncConnection], Awaitable[None]]
"What a caller does in the transaction of what it asks of a service, such as its audit entry"


async def nothing_more(conn: AsyncConnection) -> None:
    """An `Also` that does nothing."""
