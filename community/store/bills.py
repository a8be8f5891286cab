"""Bills of a home, in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import bill


@dataclass(frozen=True)
class Bill:
    """One item of one month. `lines`: [{"name", "fen", "detail"}], which add up to amount_fen."""

    id: str
    room_id: str
    item: str
    "Code in labels.yml, group fee_item"
    period: str
    "`2026-11`"
    amount_fen: int
    late_fee_fen: int
    paid_fen: int
    due_on: date
    paid_at: datetime | None
    lines: list[dict[str, Any]]

    @property
    def owed_fen(self) -> int:
        """What is still to be paid, late fee included."""
        return max(0, self.amount_fen + self.late_fee_fen - self.paid_fen)


async def of_room(conn: AsyncConnection, room_id: str, item: str | None = None) -> list[Bill]:
    """The home's bills, newest period first."""
    columns = [bill.c[field] for field in Bill.__dataclass_fields__]
    query = select(*columns).where(bill.c.room_id == room_id)
    if item is not None:
        query = query.where(bill.c.item == item)
    rows = await conn.execute(query.order_by(bill.c.period.desc(), bill.c.item))
    return [Bill(**dict(row._mapping)) for row in rows]
