"""The way to the database: read and write transactions, and the migrations that run at start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from community.errors import StoreError
from community.store import sqlite
from community.store.sqlite import BUSY_TIMEOUT_S


class Database:
    """One process's pool of connections.

    `read()` and `write()` each yield a connection inside one transaction that commits when the
    block ends and rolls back when it raises. Both raise StoreError when the database cannot be
    used within BUSY_TIMEOUT_S.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url).set(drivername="sqlite+aiosqlite")
        self._opener = sqlite.Opener(address.database or "")
        self._engine = create_async_engine(
            address,
            async_creator=self._opener,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=4,
            max_overflow=4,
            pool_timeout=BUSY_TIMEOUT_S,
            hide_parameters=True,  # they are residents' words, and errors are logged
        )
        sqlite.tune(self._engine.sync_engine)
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

    async def scrub(self) -> None:
        """Leave no trace of what was deleted in the journal. Raises StoreError while others read it.

        Source: sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        with translated():
            async with self._one_writer, self._engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None  # noqa: S101 - it was opened just now
                async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    is_busy, *_ = await cursor.fetchone()
        if is_busy:
            raise StoreError("the journal is being read")

    async def close(self) -> None:
        """Let go of the file; no thread of a connection runs on."""
        await self._engine.dispose()
        await self._opener.join()


class translated:
    """Maps the driver's failures to StoreError; integrity errors pass, they are expected outcomes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NoConnectionFree):
            raise StoreError("no connection is free") from error
        if isinstance(error, OperationalError) or type(error) is DatabaseError:
            raise StoreError(type(error.orig).__name__) from error
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise StoreError(type(error.orig).__name__) from error


def migrate(url: str) -> None:
    """Bring the database to the newest schema; a new file is made private to its owner.

    Processes that start together migrate one after the other.
    """
    file = Path(make_url(url).database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine(url, execution_options={"begins": "IMMEDIATE"})
    sqlite.tune(engine)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise StoreError(str(error.orig)) from error
    finally:
        engine.dispose()
