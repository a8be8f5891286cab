"""One message at a time in a conversation, and no waiting beyond that."""

import asyncio
import contextlib
import time

from rasa.core.lock_store import LockStore
from rasa.core.utils import number_of_sanic_workers

from engine.locks import QueueLockStore
from tests.engine.support import run


def test_messages_of_a_conversation_take_turns_without_polling() -> None:
    store = LockStore.create(None)
    assert isinstance(store, QueueLockStore)
    order: list[str] = []

    async def say(name: str) -> None:
        async with store.lock("a"):
            order.append(f"{name} begins")
            await asyncio.sleep(0.02)
            order.append(f"{name} ends")

    async def talk() -> float:
        began = time.monotonic()
        await asyncio.gather(say("first"), say("second"), say("third"))
        return time.monotonic() - began

    assert run(talk()) < 0.9
    assert order == [
        f"{name} {event}" for name in ("first", "second", "third") for event in ("begins", "ends")
    ]


def test_conversations_do_not_wait_for_each_other() -> None:
    store = QueueLockStore()

    async def talk() -> None:
        async with store.lock("a"), asyncio.timeout(1), store.lock("b"):
            pass

    run(talk())


def test_nothing_is_left_of_a_conversation_that_failed() -> None:
    store = QueueLockStore()

    async def fail() -> None:
        async with store.lock("a"):
            raise ValueError

    async def give_up_waiting() -> None:
        async with store.lock("a"):
            waiting = asyncio.create_task(fail())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    for leave in (fail, give_up_waiting):
        with contextlib.suppress(ValueError):
            run(leave())
        assert not store._locks
        assert not store._holders


def test_locks_of_one_process_are_not_shared_by_several_workers(monkeypatch) -> None:
    monkeypatch.setenv("SANIC_WORKERS", "4")
    assert number_of_sanic_workers(QueueLockStore()) == 1
