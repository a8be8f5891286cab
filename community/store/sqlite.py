"""The SQLite driver as we use it: visits to the driver's thread only where it may wait, and our pragmas.

aiosqlite goes to its thread four times for one SELECT (cursor, execute, fetch, close). A turn is
some twenty statements of a few microseconds each, so those visits were most of what a turn cost.
What may wait for another's lock or for the disk, the begin and the end of a writing transaction,
is done in the thread; all between them is done here and now.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_S = 10
WRITES = "BEGIN IMMEDIATE"
MAY_WAIT = (WRITES, "PRAGMA")
AT_ONCE = 64
"Rows that are written here and now; more of them are a visit's work"


class Opener:
    """What SQLAlchemy calls for each new connection to the file (`async_creator`)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._drivers: list[_Driver] = []
        self._is_closed = False

    def __call__(self, *_args: object, **_options: object) -> _Driver:
        """A connection that is not opened yet; none after `close`, for whoever is still at work."""
        if self._is_closed:
            raise _closed()
        driver = _Driver(lambda: sqlite3.connect(self._path, check_same_thread=False), 64)
        driver._thread.daemon = True
        self._drivers = [one for one in self._drivers if one._thread.is_alive()]
        self._drivers.append(driver)
        return driver

    async def close(self) -> None:
        """Wait until no driver's thread runs; statements that nobody waits for are interrupted.

        SQLAlchemy lets go of a connection whose statement was cancelled; its thread would speak to
        an event loop that has been closed meanwhile.
        """
        self._is_closed = True
        for driver in self._drivers:
            if driver._thread.is_alive():
                if driver._connection is not None:
                    driver._connection.interrupt()
                driver.is_closing = True
                driver.stop()
                await asyncio.to_thread(driver._thread.join)
        self._drivers.clear()


class _Driver(aiosqlite.Connection):
    """An aiosqlite connection whose cursors visit its thread once, or not at all."""

    _writes = False
    is_closing = False
    "Its thread lets go of the file: a statement run here meanwhile would have it under its feet"

    async def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self)

    async def run(self, statement: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        """Run a statement, in the driver's thread if it may wait."""
        if self.is_closing:
            raise _closed()
        if not statement.startswith(MAY_WAIT):
            return self._conn.execute(statement, parameters)
        self._writes = statement.startswith(WRITES)
        return await self.visit(lambda connection: connection.execute(statement, parameters))  # type: ignore[no-any-return]

    async def commit(self) -> None:
        """End a transaction; one that has only read waits for nothing."""
        if self._writes:
            self._writes = False
            await super().commit()
        else:
            self._conn.commit()

    async def rollback(self) -> None:
        """Undo a transaction; one that writes may still be waiting for the lock in the thread."""
        if self._writes:
            self._writes = False
            await super().rollback()
        else:
            self._conn.rollback()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.is_closing:
            raise _closed()
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    async def visit(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Run `work` in the driver's thread."""
        return await self._execute(lambda: work(self._conn))


def _closed() -> sqlite3.OperationalError:
    return sqlite3.OperationalError("the database is closed")


class _Cursor:
    """As much of a cursor as SQLAlchemy asks for; the rows are here when `execute` returns."""

    def __init__(self, driver: _Driver) -> None:
        self._driver = driver
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        self._keep(await self._driver.run(statement, parameters))

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        if len(parameters) <= AT_ONCE:
            self._keep(self._driver._conn.executemany(statement, parameters))
            return
        await self._driver.visit(
            lambda connection: self._keep(connection.executemany(statement, parameters))
        )

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []


def tune(engine: Engine) -> None:
    """WAL, full durability at commit, foreign keys, and transactions that we begin ourselves.

    Source: SQLAlchemy, "Serializable isolation / Savepoints / Transactional DDL" for pysqlite.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is deleted is overwritten
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("begins", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
