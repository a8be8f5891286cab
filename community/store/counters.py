"""One series of numbers for everything a resident may ask about: short enough to be said aloud."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import counter

FIRST_NUMBER = 1001


async def next_number(conn: AsyncConnection, name: str = "number") -> int:
    """The next number of a series, taken in the caller's transaction, without gaps."""
    value = (
        await conn.execute(
            update(counter)
            .where(counter.c.name == name)
            .values(value=counter.c.value + 1)
            .returning(counter.c.value)
        )
    ).scalar()
    if value is None:
        await conn.execute(insert(counter).values(name=name, value=FIRST_NUMBER))
        return FIRST_NUMBER
    return int(value)
