"""The turn runner over a ScriptedEngine, and a resident who writes to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.scripted import ScriptedEngine
from community.store.database import Database
from community.times import FixedClock
from tests.bot.chat import Chat
from tests.conftest import add_staff
from tests.conversation.talk import Talk
from tests.memory import data_dir

__all__ = ["data_dir"]


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
async def chat(db: Database, clock: FixedClock, engine: ScriptedEngine) -> AsyncIterator[Chat]:
    chat = Chat(Talk(db, clock), engine)
    yield chat
    engine.gate.set()
    await chat.runner.close()


@pytest.fixture
async def wang(db: Database) -> str:
    return await add_staff(db, "wang", "王师傅")
