"""Who is on duty: whether a person can take a case now, and what is promised when nobody can."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import staff
from community.times import local

NEXT_SHIFT_HOUR = 9


async def anybody(conn: AsyncConnection) -> bool:
    """Whether at least one member of staff is on duty."""
    count = await conn.execute(select(func.count()).select_from(staff).where(staff.c.on_duty))
    return bool(count.scalar_one())


async def set_on_duty(conn: AsyncConnection, staff_id: str, on_duty: bool) -> None:
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(on_duty=on_duty))


def next_shift(now: datetime) -> datetime:
    """When somebody is promised to be back: 9 o'clock, today if it is still to come."""
    morning = local(now).replace(hour=NEXT_SHIFT_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning > local(now) else morning + timedelta(days=1)
