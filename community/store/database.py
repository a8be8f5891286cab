"""The way to the database: read and write transactions, and the migrations that run at start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from community.errors import StoreError

BUSY_TIMEOUT_S = 10


class Database:
    """One process's pool of connections.

    `read()` and `write()` each yield a connection inside one transaction that commits when the
    block ends and rolls back when it raises. Both raise StoreError when the database cannot be
    used within BUSY_TIMEOUT_S.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(
            make_url(url).set(drivername="sqlite+aiosqlite"),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=4,
            max_overflow=4,
        )
        _tune_sqlite(self._engine.sync_engine)
        self._writer = self._engine.execution_options(begins="IMMEDIATE")
        self._one_writer = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one consistent state."""
        with translated():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that holds the write lock from its first statement.

        Writers of one process queue here in memory, where waiting costs nothing, instead of in
        SQLite's busy handler, which sleeps and polls.
        """
        with translated():
            async with self._one_writer, self._writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        await self._engine.dispose()


class translated:
    """Maps the driver's failures to StoreError; integrity errors pass, they are expected outcomes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OperationalError) or (
            isinstance(error, DBAPIError) and error.connection_invalidated
        ):
            raise StoreError(type(error.orig).__name__) from error


def _tune_sqlite(engine: Engine) -> None:
    """WAL, full durability at commit, foreign keys, and transactions that we begin ourselves.

    Source: SQLAlchemy, "Serializable isolation / Savepoints / Transactional DDL" for pysqlite.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("begins", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def migrate(url: str) -> None:
    """Bring the database to the newest schema; a new file is made private to its owner."""
    file = Path(make_url(url).database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine(url)
    _tune_sqlite(engine)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise StoreError(type(error.orig).__name__) from error
    finally:
        engine.dispose()
