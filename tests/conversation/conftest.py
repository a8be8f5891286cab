"""A community with three clerks, to try the laws on."""

from __future__ import annotations

import pytest

from community.store.database import Database
from community.times import FixedClock
from tests.conftest import add_staff
from tests.conversation.talk import Talk
from tests.memory import data_dir

__all__ = ["data_dir"]


@pytest.fixture
def talk(db: Database, clock: FixedClock) -> Talk:
    return Talk(db, clock)


@pytest.fixture
async def wang(db: Database) -> str:
    return await add_staff(db, "wang", "王师傅")


@pytest.fixture
async def li(db: Database) -> str:
    return await add_staff(db, "li", "李姐")
