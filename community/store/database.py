"""The way to the database: read and write transactions, and the migrations that run at start."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import StoreError
from community.store import sqlite
from community.store.sqlite import Connection

PARTS_MAX = 64
"Transactions of one batch"
READERS_MAX = 8


class Database:
    """One process's connections: one that writes, and some that read.

    `read()` and `write()` each yield a connection inside one transaction that commits when the
    block ends and rolls back when it raises. Both raise StoreError when the database cannot be
    used within BUSY_TIMEOUT_S, or was closed.
    """

    def __init__(self, url: str) -> None:
        self._opener = sqlite.Opener(make_url(url).database or "")
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._connections: list[Connection] = []
        self._idle: list[Connection] = []
        self._may_read = asyncio.Semaphore(READERS_MAX)
        self._writer: Connection | None = None
        self._one_writer = asyncio.Lock()
        self._waiting = 0
        self._batch: _Batch | None = None
        self._on_disk: asyncio.Future[None] | None = None
        self._flush: asyncio.Task[None] | None = None
        self._is_closed = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one consistent state, and can change nothing."""
        await asyncio.sleep(0)  # who reads again and again until something holds lets others run
        with translated():
            async with self._reader() as connection:
                connection.control("BEGIN")
                try:
                    yield connection
                finally:
                    connection.control("ROLLBACK")

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Connection]:
        if self._may_read.locked():
            try:
                async with asyncio.timeout(sqlite.BUSY_TIMEOUT_S):
                    await self._may_read.acquire()
            except TimeoutError as error:
                raise StoreError("no connection is free") from error
        else:
            await self._may_read.acquire()
        try:
            connection = self._idle.pop() if self._idle else await self._open(self._opener.reader)
            try:
                yield connection
            finally:
                self._idle.append(connection)
        finally:
            self._may_read.release()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that holds the write lock from its first statement.

        Writers of one process queue here in memory, where waiting costs nothing. Those that queue
        behind one another are written to the disk together: each leaves this block when its own
        part is there, and one that raises takes back only its own.
        """
        with translated():
            async with self._one_at_a_time():
                batch = self._batch = self._batch or await self._begin()
                try:
                    with batch.part() as connection:
                        yield connection
                finally:
                    if not self._waiting or batch.is_over:
                        self._end(batch)
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

    async def _begin(self) -> _Batch:
        writer = await self._free_writer()
        await writer.lock()
        return _Batch(writer)

    def _end(self, batch: _Batch) -> None:
        self._batch, self._on_disk = None, batch.written
        batch.end(self._disk)

    async def _end_left_batch(self) -> None:
        """Write what waited for somebody who has given up waiting."""
        async with self._one_writer:
            if self._batch is not None and not self._waiting:
                self._end(self._batch)

    async def _free_writer(self) -> Connection:
        """The connection that writes, when the thread has done with it."""
        if self._on_disk is not None and not self._on_disk.done():
            await asyncio.wait([self._on_disk])  # what went wrong there, its own writers are told
        if self._writer is None:
            self._writer = await self._open(self._opener.writer)
        return self._writer

    async def _open(self, opened: Callable[[], Connection]) -> Connection:
        if self._is_closed:
            raise StoreError("the database is closed")
        connection = await asyncio.get_running_loop().run_in_executor(self._disk, opened)
        self._connections.append(connection)
        return connection

    async def scrub(self) -> None:
        """Leave no trace of what was deleted in the journal.

        Waits for nobody: raises StoreError while others read or write.
        """
        with translated():
            async with self._one_writer:
                if self._batch is not None:
                    self._end(self._batch)
                writer = await self._free_writer()
                self._on_disk = asyncio.get_running_loop().run_in_executor(self._disk, writer.scrub)
                await asyncio.shield(self._on_disk)

    async def close(self) -> None:
        """Let go of the file; no thread runs on."""
        self._is_closed = True
        await asyncio.to_thread(self._disk.shutdown)
        for connection in self._connections:
            connection.let_go()


class _Batch:
    """Transactions that are written to the disk as one, each of them whole or not at all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._parts = 0
        self._failure: sqlite3.Error | None = None
        self.is_over = False
        "It takes no more parts"
        self.written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        "Done when all parts are on the disk, or raises what kept them off it"
        self.written.add_done_callback(lambda written: written.exception())  # seen by nobody else

    @contextmanager
    def part(self) -> Iterator[AsyncConnection]:
        """One transaction of it; the first one needs no savepoint, nothing is before it."""
        try:
            if self._parts:
                self._connection.control("SAVEPOINT part")
            yield self._connection
            if self._parts:
                self._connection.control("RELEASE part")
        except BaseException:
            self._take_back()
            raise
        self._parts += 1
        self.is_over = self._parts >= PARTS_MAX

    def _take_back(self) -> None:
        try:
            if self._parts:
                self._connection.control("ROLLBACK TO part")
                self._connection.control("RELEASE part")
            else:
                self._connection.undo()
                self.is_over = True
        except sqlite3.Error as failure:  # the whole transaction is gone, as on a full disk
            self._failure, self.is_over = failure, True

    def end(self, disk: Executor) -> None:
        """Write it all; what goes wrong is raised by `written`."""
        if self._failure is not None:
            self.written.set_exception(self._failure)
        elif not self._parts:
            self.written.set_result(None)
        else:
            loop = asyncio.get_running_loop()
            done = loop.run_in_executor(disk, self._connection.commit_to_disk)
            done.add_done_callback(self._ended)

    def _ended(self, done: asyncio.Future[None]) -> None:
        error = done.exception()
        if error is None:
            self.written.set_result(None)
        else:
            self.written.set_exception(error)


class translated:
    """Maps the driver's failures to StoreError; integrity errors pass, they are expected outcomes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise StoreError(type(error).__name__) from error
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
    engine = create_engine(url)
    sqlite.tune(engine)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise StoreError(str(error.orig)) from error
    finally:
        engine.dispose()
