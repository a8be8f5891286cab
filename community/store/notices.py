"""Notices of the estate: outages, works, activities; for everybody or for one building or unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import notice


@dataclass(frozen=True)
class Notice:
    """`building` and `unit` are None where the notice is for all of them."""

    id: str
    topic: str
    title: str
    body: str
    building: int | None
    unit: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    published_at: datetime


async def current(conn: AsyncConnection, now: datetime) -> list[Notice]:
    """Published and not expired, newest first."""
    columns = [notice.c[field] for field in Notice.__dataclass_fields__]
    rows = await conn.execute(
        select(*columns)
        .where(notice.c.published_at <= now, notice.c.expires_at > now)
        .order_by(notice.c.published_at.desc())
    )
    return [Notice(*row) for row in rows]
