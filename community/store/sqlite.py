"""SQLite as we use it: statements run here and now; only what waits for the disk visits a thread.

A statement takes some microseconds, and the way to another thread and back ten times as long. What
may wait goes elsewhere: opening the file and the end of a writing transaction to the thread, the
wait for another process's lock to the event loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from itertools import chain, repeat
from typing import Any, cast

import sqlalchemy
from sqlalchemy import CursorResult, Engine, Executable, create_engine, event
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from community.errors import StoreError
from community.store.prepared import Cabinet

BUSY_TIMEOUT_S = 10
LOOKS_FOR_LOCK_S = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.025)
"Between one look and the next, as SQLite itself waits; the last again and again"


class Connection(AsyncConnection):
    """SQLAlchemy's connection, whose statements need no greenlet because they never wait.

    Its transactions are begun and ended by `control`, past SQLAlchemy, which is told of one that
    lasts as long as the connection.
    """

    _driver: _Driver
    _cabinet: Cabinet

    def __init__(self, connection: sqlalchemy.Connection, cabinet: Cabinet) -> None:
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, _Driver)  # noqa: S101 - `Opener` opens no other
        self.sync_engine, self.sync_connection = connection.engine, connection
        self._driver, self._cabinet = driver, cabinet

    async def execute(
        self, statement: Executable, parameters: Any = None, *, execution_options: Any = None
    ) -> CursorResult[Any]:
        given = parameters or {}
        prepared = self._cabinet.find(statement, given)
        if prepared is not None:
            return cast(
                CursorResult[Any], prepared.run(self._driver, given)
            )  # as much as is asked of it
        return self._proxied.execute(statement, parameters, execution_options=execution_options)

    async def exec_driver_sql(
        self, statement: str, parameters: Any = None, execution_options: Any = None
    ) -> CursorResult[Any]:
        return self._proxied.exec_driver_sql(statement, parameters, execution_options)

    def control(self, statement: str) -> None:
        """Run a statement that is no query, such as BEGIN. Raises sqlite3.Error."""
        self._driver.execute(statement)

    async def lock(self) -> None:
        """Begin a writing transaction, once other processes have ended theirs.

        Raises sqlite3.OperationalError when that takes longer than BUSY_TIMEOUT_S.
        """
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        pauses_s = chain(LOOKS_FOR_LOCK_S, repeat(LOOKS_FOR_LOCK_S[-1]))
        while not self._has_locked(  # noqa: ASYNC110 - other processes signal nothing
            is_last_try=time.monotonic() >= deadline
        ):
            await asyncio.sleep(next(pauses_s))

    def _has_locked(self, *, is_last_try: bool) -> bool:
        try:
            self.control("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # whatever keeps it so
            if is_last_try or not is_busy:
                raise
            return False
        return True

    def commit_to_disk(self) -> None:
        """End a writing transaction; called in the thread. Raises sqlite3.Error, and it is undone."""
        try:
            self.control("COMMIT")
        finally:
            self.undo()

    def undo(self) -> None:
        """Leave no transaction open."""
        if self._driver.in_transaction:
            self.control("ROLLBACK")

    def scrub(self) -> None:
        """Leave no trace of what was deleted in the journal; called in the thread.

        Raises StoreError while others read or write.
        Source: sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        is_busy, *_ = self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StoreError("the journal is being read")

    def let_go(self) -> None:
        """Close the file; whoever is still at work on it gets an error from the driver."""
        self._driver.close()


class Opener:
    """Opens connections to one file."""

    def __init__(self, path: str) -> None:
        self._path, self._cabinet = path, Cabinet()
        self._engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=NullPool,
            hide_parameters=True,  # they are residents' words, and errors are logged
        )
        tune(self._engine)

    def reader(self) -> Connection:
        """A connection that changes nothing."""
        connection = self._open()
        connection.control("PRAGMA query_only=ON")
        return connection

    def writer(self) -> Connection:
        """A connection that waits for a lock in `lock`, and nowhere else."""
        connection = self._open()
        connection.control("PRAGMA busy_timeout=0")
        return connection

    def _open(self) -> Connection:
        connection = self._engine.connect()
        connection.detach()  # it ends when we say so, and never by the way
        connection.begin()  # else SQLAlchemy undoes ours after an error, as if there were none
        return Connection(connection, self._cabinet)

    def _connect(self) -> _Driver:
        return sqlite3.connect(self._path, check_same_thread=False, factory=_Driver)


class _Driver(sqlite3.Connection):
    """The driver's connection, with our cursors."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)


class _Cursor(sqlite3.Cursor):
    """A cursor whose rows are here when `execute` returns: what is written next changes none of them."""

    _rows: list[Any]

    def execute(self, statement: str, parameters: Any = ()) -> _Cursor:
        super().execute(statement, parameters)
        self._rows = super().fetchall() if self.description else []
        return self

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows


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
