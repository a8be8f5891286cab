"""The way to the database: read and write transactions, and the migrations that run at start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from community.errors import StoreError
from community.store import sqlite
from community.store.sqlite import BUSY_TIMEOUT_S

PARTS_MAX = 64
"Transactions of one batch"


class Database:
    """One process's pool of connections.

    `read()` and `write()` each yield a connection inside one transaction that commits when the
    block ends and rolls back when it raises. Both raise StoreError when the database cannot be
    used within BUSY_TIMEOUT_S, or was closed.
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
        self._waiting = 0
        self._batch: _Batch | None = None
        self._flush: asyncio.Task[None] | None = None

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
        SQLite's busy handler, which sleeps and polls. Those that queue behind one another are
        written to the disk together: each leaves this block when its own part is there, and one
        that raises takes back only its own.
        """
        with translated():
            async with self._one_at_a_time():
                batch = self._batch = self._batch or await _Batch.begin(self._writer)
                try:
                    async with batch.part() as connection:
                        yield connection
                finally:
                    if not self._waiting or batch.is_full:
                        self._batch = None
                        await asyncio.shield(batch.end())
            await asyncio.shield(batch.written)  # one who gives up gives up for itself

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            await self._one_writer.acquire()
        except asyncio.CancelledError:
            self._waiting -= 1
            self._flush = asyncio.create_task(self._end_left_batch())
            raise
        self._waiting -= 1
        try:
            yield
        finally:
            self._one_writer.release()

    async def _end_left_batch(self) -> None:
        """Write what waited for somebody who has given up waiting."""
        async with self._one_writer:
            batch = self._batch
            if batch is not None and not self._waiting:
                self._batch = None
                await batch.end()

    async def scrub(self) -> None:
        """Leave no trace of what was deleted in the journal.

        Waits for nobody: raises StoreError while others read or write.

        Source: sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        with translated():
            async with self._one_writer, self._engine.connect() as connection:
                if self._batch is not None:
                    batch, self._batch = self._batch, None
                    await asyncio.shield(batch.end())
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None  # noqa: S101 - it was opened just now
                await driver.execute("PRAGMA busy_timeout=0")
                try:
                    async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                        is_busy, *_ = await cursor.fetchone()
                finally:
                    await driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
        if is_busy:
            raise StoreError("the journal is being read")

    async def close(self) -> None:
        """Let go of the file; no thread of a connection runs on."""
        await self._engine.dispose()
        await self._opener.close()


class _Batch:
    """Transactions that are written to the disk as one, each of them whole or not at all."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._parts = 0
        self._failure: BaseException | None = None
        self.written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        "Done when all parts are on the disk, or raises what kept them off it"
        self.written.add_done_callback(lambda written: written.exception())  # seen by nobody else

    @classmethod
    async def begin(cls, engine: AsyncEngine) -> _Batch:
        connection = await engine.connect()
        try:
            await connection.begin()
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    @property
    def is_full(self) -> bool:
        return self._failure is not None or self._parts >= PARTS_MAX

    @asynccontextmanager
    async def part(self) -> AsyncIterator[AsyncConnection]:
        """One transaction of it; the first one needs no savepoint, nothing is before it."""
        if self._parts:
            await self._connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield self._connection
            if self._parts:
                await self._connection.exec_driver_sql("RELEASE part")
        except BaseException:
            await self._take_back()
            raise
        self._parts += 1

    async def _take_back(self) -> None:
        try:
            if self._parts:
                await self._connection.exec_driver_sql("ROLLBACK TO part")
                await self._connection.exec_driver_sql("RELEASE part")
            else:
                await self._connection.rollback()
                await self._connection.begin()
        except SQLAlchemyError as failure:  # the whole transaction is gone, as on a full disk
            self._failure = failure

    async def end(self) -> None:
        """Write it all; what goes wrong is raised by `written`."""
        try:
            if self._failure is not None:
                raise self._failure
            await self._connection.commit()
        except BaseException as error:
            self.written.set_exception(error)
        else:
            self.written.set_result(None)
        finally:
            await self._connection.close()


class translated:
    """Maps the driver's failures to StoreError; integrity errors pass, they are expected outcomes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NoConnectionFree):
            raise StoreError("no connection is free") from error
        if isinstance(error, PendingRollbackError):
            raise StoreError("the connection was lost") from error
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
