"""Prepared statements: run by the driver alone, and yet in every way as SQLAlchemy runs them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, insert, literal_column, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from community.errors import StoreError
from community.store.database import Database
from community.store.prepared import Cabinet
from community.store.schema import counter, event, guide, timer
from community.store.sqlite import Connection

AT = datetime(2025, 11, 3, 6, 5, tzinfo=UTC)
ADD = insert(timer)
FIRST = {"key": "a", "kind": "dose", "due_at": AT, "payload": {"药": ["钙片"]}, "state": "pending"}
SECOND = FIRST | {"key": "b", "payload": None}
ADD_COUNT = insert(counter)
OF_KIND = (
    select(timer, func.count().over().label("all"), timer.c.due_at > bindparam("at"))
    .where(timer.c.kind == bindparam("kind"))
    .order_by(timer.c.key)
    .limit(5)
)
MOVE = (
    update(timer)
    .where(timer.c.key == bindparam("which"))
    .values(due_at=bindparam("due"), state="moved")
    .returning(timer.c.id, timer.c.due_at, timer.c.payload, timer.c.id + 1)
)
DROP = delete(timer).where(timer.c.state != literal_column("'moved'"))


class WithoutMemory(Cabinet):
    """Every statement is new to it, so SQLAlchemy runs them all."""

    def find(self, *_: Any) -> None:
        return None


@pytest.fixture(params=["prepared", "by SQLAlchemy"])
async def conn(request: pytest.FixtureRequest, db: Database) -> Any:
    """A writing connection that has seen these statements before, or never will have."""
    async with db.write() as conn:
        assert isinstance(conn, Connection)
        if request.param != "prepared":
            conn._cabinet = WithoutMemory()
        for statement in (ADD, ADD_COUNT, OF_KIND, MOVE, DROP):
            conn._cabinet.find(statement, {})
        yield conn


async def test_rows_come_with_their_names_and_types(conn: Any) -> None:
    await conn.execute(ADD, [FIRST, SECOND])
    rows = (await conn.execute(OF_KIND, {"kind": "dose", "at": AT})).all()
    assert [row._asdict() for row in rows] == [
        {"id": 1, "fired_at": None, "all": 2, "anon_1": False, **FIRST},
        {"id": 2, "fired_at": None, "all": 2, "anon_1": False, **SECOND},
    ]
    assert (rows[0].payload, rows[0].due_at) == ({"药": ["钙片"]}, AT)
    assert (await conn.execute(OF_KIND, {"kind": "none", "at": AT})).first() is None


async def test_what_is_changed_is_returned_and_counted(conn: Any) -> None:
    assert (await conn.execute(ADD, FIRST)).rowcount == 1
    await conn.execute(ADD, SECOND)
    later = AT.replace(year=2026)
    moved = (await conn.execute(MOVE, {"which": "a", "due": later})).one()
    assert tuple(moved) == (1, later, {"药": ["钙片"]}, 2)
    assert (await conn.execute(DROP)).rowcount == 1
    left = await conn.execute(OF_KIND, {"kind": "dose", "at": AT})
    assert [(row.key, row.state, row.anon_1) for row in left] == [("a", "moved", True)]


async def test_broken_rule_and_missing_value_are_the_errors_of_sqlalchemy(conn: Any) -> None:
    await conn.execute(ADD, FIRST)
    with pytest.raises(IntegrityError) as broken:
        await conn.execute(ADD, FIRST)
    assert "钙片" not in f"{broken.value!r} {broken.value}"
    with pytest.raises(StatementError):
        await conn.execute(OF_KIND, {"kind": "dose"})
    with pytest.raises((StatementError, ValueError), match="naive"):
        await conn.execute(ADD, SECOND | {"due_at": AT.replace(tzinfo=None)})


async def test_other_names_are_another_statement(conn: Any) -> None:
    await conn.execute(ADD_COUNT, {"name": "n", "value": 1})
    await conn.execute(ADD_COUNT, {"value": 2, "name": "m"})
    counted = await conn.execute(select(counter.c.name, counter.c.value).order_by(counter.c.value))
    assert [tuple(row) for row in counted] == [("n", 1), ("m", 2)]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(text("SELECT :code"), id="text"),
        pytest.param(select(counter).where(counter.c.name.in_(["n", "m"])), id="a list of values"),
        pytest.param(insert(guide), id="a default"),
    ],
)
def test_sql_that_depends_on_values_is_left_to_sqlalchemy(statement: Any) -> None:
    cabinet, given = Cabinet(), {"code": "n"}
    assert [cabinet.find(statement, given) for _ in range(3)] == [None] * 3


def test_statement_is_prepared_when_it_comes_again() -> None:
    cabinet = Cabinet()
    query = select(event.c.id).where(event.c.kind == bindparam("kind"))
    assert cabinet.find(query, {"kind": "ring"}) is None
    prepared = cabinet.find(query, {"kind": "ring"})
    assert prepared is not None
    assert cabinet.find(query, {"kind": "case"}) is prepared


async def test_failure_of_the_database_is_a_store_error(db: Database) -> None:
    query = select(counter.c.value)
    async with db.write() as conn:
        for _ in range(2):
            await conn.execute(query)
        await conn.execute(text("ALTER TABLE counter RENAME TO counted"))
    with pytest.raises(StoreError):
        async with db.read() as conn:
            await conn.execute(query)
