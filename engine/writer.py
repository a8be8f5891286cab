"""SQL statements committed by one thread, so that no disk holds up the event loop."""

import asyncio
import sqlite3
from collections.abc import Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple


class _Statement(NamedTuple):
    sql: str
    values: Sequence[Any]
    done: asyncio.Future[int]


class Writer:
    """Owns a connection; statements that wait at the same time share one commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queue: SimpleQueue[_Statement | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def run(self, sql: str, values: Sequence[Any]) -> int:
        """Execute and commit; the number of rows that changed. Raises `sqlite3.Error`."""
        statement = _Statement(sql, values, asyncio.get_running_loop().create_future())
        self._queue.put(statement)
        return await statement.done

    def close(self) -> None:
        """Commit what waits, then close the connection."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)
                    break
                batch.append(following)
            self._commit(batch)

    def _commit(self, batch: list[_Statement]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            counts = [self._connection.execute(each.sql, each.values).rowcount for each in batch]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for each in batch:
                _tell(each.done, error)
        else:
            for each, count in zip(batch, counts, strict=True):
                _tell(each.done, count)


def _tell(done: asyncio.Future[int], outcome: int | sqlite3.Error) -> None:
    def settle() -> None:
        if done.done():
            return
        if isinstance(outcome, int):
            done.set_result(outcome)
        else:
            done.set_exception(outcome)

    loop = done.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
