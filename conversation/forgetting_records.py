"""What an account that is erased leaves in the services: numbers and times, and nothing personal."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Column, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import (
    appointment,
    help_request,
    meal_order,
    merchant_order,
    release_slip,
    ticket,
    volunteer,
)


async def erase_records(
    conn: AsyncConnection, identity_id: str, *, without_phones: Callable[[str], str], leaving: str
) -> None:
    """Names become `leaving`, telephones and remarks go; what is asked of others stays readable."""
    for table, values in (
        (appointment, {"person": leaving}),
        (volunteer, {"name": None, "state": "withdrawn"}),
        (merchant_order, {"phone": ""}),
        (meal_order, {"note": ""}),
    ):
        await conn.execute(update(table).where(table.c.identity_id == identity_id).values(**values))
    for words in (help_request.c.task, release_slip.c["items"], ticket.c.place):
        await _without(conn, words, identity_id, without_phones)


async def _without(
    conn: AsyncConnection, words: Column[str], identity_id: str, change: Callable[[str], str]
) -> None:
    table = words.table
    assert isinstance(table, Table)  # noqa: S101 - it is a column of the schema
    rows = await conn.execute(
        select(table.c.id, words).where(table.c.identity_id == identity_id, words.is_not(None))
    )
    for row in rows.all():
        await conn.execute(
            update(table).where(table.c.id == row[0]).values({words: change(row[1])})
        )
