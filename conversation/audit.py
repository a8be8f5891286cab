"""The audit: who did what to which record, each entry sealed with the one before it.

Details carry ids, codes and states; never a resident's words.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import audit
from community.times import Clock

PAGE = 1000
"Entries read at once when the chain is checked"


@dataclass(frozen=True)
class Entry:
    id: int
    at: datetime
    actor: str
    act: str
    object: str
    detail: dict[str, Any]


def _seal(previous: str, at: datetime, actor: str, act: str, obj: str, detail: Any) -> str:
    body = json.dumps([previous, at.isoformat(), actor, act, obj, detail], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


async def record(
    conn: AsyncConnection,
    clock: Clock,
    *,
    actor: str,
    act: str,
    obj: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one entry in the caller's transaction. `actor`: `bot`, `resident`, `timer`, a staff id."""
    last = (await conn.execute(select(audit.c.hash).order_by(audit.c.id.desc()).limit(1))).scalar()
    at = clock.now()
    await conn.execute(
        insert(audit).values(
            at=at,
            actor=actor,
            act=act,
            object=obj,
            detail=detail or {},
            hash=_seal(last or "", at, actor, act, obj, detail or {}),
        )
    )


async def first_broken(conn: AsyncConnection) -> int | None:
    """Id of the first entry whose seal does not fit, or None when the chain is whole."""
    previous, last = "", 0
    while True:
        page = select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(PAGE)
        rows = (await conn.execute(page)).all()
        if not rows:
            return None
        for row in rows:
            if row.hash != _seal(previous, row.at, row.actor, row.act, row.object, row.detail):
                return int(row.id)
            previous, last = row.hash, row.id


async def of_object(conn: AsyncConnection, obj: str) -> list[Entry]:
    """All entries about one record, oldest first."""
    rows = await conn.execute(select(audit).where(audit.c.object == obj).order_by(audit.c.id))
    return [Entry(r.id, r.at, r.actor, r.act, r.object, r.detail) for r in rows]
