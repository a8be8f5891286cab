"""A community, its Context in place of the environment's, and a stage for each account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from actions import wiring
from community.store.database import Database
from community.store.identities import Home, Party
from community.times import FixedClock
from tests.actions.stage import Stage
from tests.community.conftest import data_dir, home, neighbour, next_door, stranger, wang
from tests.community.village import Village

__all__ = ["data_dir", "home", "neighbour", "next_door", "stranger", "wang"]


@pytest.fixture
def village(db: Database, clock: FixedClock) -> Iterator[Village]:
    """The actions work on this one."""
    built = Village(db, clock)
    wiring.use(built.ctx)
    yield built
    wiring.use(None)


@pytest.fixture
def talk(clock: FixedClock) -> Iterator[Stage]:
    """A conversation without a database: for what needs nothing but the words."""
    nothing: Any = None
    begun = Stage(Village(nothing, clock), "conv_0")
    wiring.use(begun.ctx)
    yield begun
    wiring.use(None)


@pytest.fixture
async def stage(village: Village, wang: Party) -> Stage:
    """A conversation with the owner of 501."""
    return Stage(village, wang.conversation_id)


@pytest.fixture
async def unbound(village: Village, home: Home, stranger: Party) -> Stage:
    """A conversation with an account without a home; 501 can be bound with 35010001."""
    return Stage(village, stranger.conversation_id)
