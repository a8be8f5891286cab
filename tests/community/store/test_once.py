"""Insert once: the same words for SQLite and PostgreSQL."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.once import insert_once
from community.store.schema import help_call

DIALECTS = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_row_that_is_there_already_stays(dialect: Any) -> None:
    conn = cast(AsyncConnection, SimpleNamespace(dialect=dialect))
    made = insert_once(conn, help_call).values(request_id="r", volunteer_id="v")
    sql = str(made.on_conflict_do_nothing().compile(dialect=dialect))
    assert sql.startswith("INSERT INTO help_call")
    assert sql.endswith("ON CONFLICT DO NOTHING")
