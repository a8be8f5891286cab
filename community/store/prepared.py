"""Prepared statements: what SQLAlchemy makes of a statement is kept, and running it again is the driver's work.

SQLAlchemy writes the SQL and knows how values are converted on their way in and out. All that
depends on the statement and the names of its parameters alone, so it is found out once for a
statement that lives as long as its module. One that is made for one call stays SQLAlchemy's to run,
and so does one whose SQL depends on the values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import Delete, Executable, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Values: TypeAlias = Mapping[str, Any]
Convert: TypeAlias = Callable[[Any], Any]

_DIALECT = sqlite.dialect(paramstyle="named")


class Rows(IteratorResult[Any]):
    """The result of a prepared statement."""

    rowcount: int
    "How many rows an INSERT, UPDATE or DELETE has changed"


class Prepared:
    """One statement, for parameters of certain names."""

    def __init__(
        self, compiled: SQLCompiler, own: Values, types: Sequence[TypeEngine[Any]]
    ) -> None:
        self._sql = str(compiled)
        self._into = {name: _into(compiled.binds[name].type) for name in compiled.params}
        self._own = self._converted(own)
        self._out_of = [_out_of(type_) for type_ in types]
        self._converts = any(self._out_of)
        self._heading: SimpleResultMetaData | None = None

    def run(self, driver: sqlite3.Connection, given: Values | Sequence[Values]) -> Rows:
        """Run it once, or for each of several. Raises sqlite3.Error, IntegrityError for a broken rule."""
        try:
            if isinstance(given, Mapping):
                cursor = driver.execute(self._sql, self._own | self._converted(given))
            else:
                every = [self._own | self._converted(one) for one in given]
                cursor = driver.executemany(self._sql, every)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(self._sql, None, error) from error
        return self._result(cursor)

    def _converted(self, given: Values) -> dict[str, Any]:
        into = self._into
        return {
            name: value if (convert := into[name]) is None else convert(value)
            for name, value in given.items()
            if name in into
        }

    def _result(self, cursor: sqlite3.Cursor) -> Rows:
        names = [column[0] for column in cursor.description or ()]
        if self._heading is None:
            self._heading = SimpleResultMetaData(names)
        rows = Rows(self._heading, self._rows(cursor.fetchall()) if names else iter(()))
        rows.rowcount = cursor.rowcount
        return rows

    def _rows(self, fetched: list[tuple[Any, ...]]) -> Iterator[Any]:
        if not self._converts:
            return iter(fetched)
        out_of = self._out_of
        return iter(
            [
                tuple(
                    value if convert is None else convert(value)
                    for value, convert in zip(row, out_of, strict=True)
                )
                for row in fetched
            ]
        )


class Cabinet:
    """The prepared statements of one process."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Executable, dict[tuple[str, ...], Prepared | None]] = (
            WeakKeyDictionary()
        )

    def find(self, statement: Executable, given: Values | Sequence[Values]) -> Prepared | None:
        """The prepared form of a statement that has been seen before; None for SQLAlchemy to run it."""
        kept = self._kept.get(statement)
        if kept is None:
            self._kept[statement] = {}
            return None
        names = tuple(given if isinstance(given, Mapping) else given[0])
        if names not in kept:
            kept[names] = _prepare(statement, names)
        return kept[names]


def _prepare(statement: Executable, names: Sequence[str]) -> Prepared | None:
    if not isinstance(statement, Select | Insert | Update | Delete):
        return None
    compiled = statement.compile(dialect=_DIALECT, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what each of these kinds is compiled to
    own = {name: value for name, value in compiled.params.items() if name not in names}
    lacks = any(compiled.binds[name].required for name in own)
    if lacks or compiled.post_compile_params or compiled.prefetch:
        # a list becomes as many parameters as it has values, and a default is made each time
        return None
    return Prepared(compiled, own, [column.type for column in statement.exported_columns])


def _into(type_: TypeEngine[Any]) -> Convert | None:
    return type_.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _out_of(type_: TypeEngine[Any]) -> Convert | None:
    return type_.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
