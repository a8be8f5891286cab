"""Insert once: a row that may be there already, in the words of whichever database it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(conn: AsyncConnection, table: Table) -> Any:
    """An insert that takes `on_conflict_do_nothing` and `on_conflict_do_update`.

    SQLite and PostgreSQL write them the same, SQLAlchemy has a construct for each.
    """
    return _INSERTS[conn.dialect.name](table)
