"""A community with two homes on one landing, and accounts of theirs."""

from __future__ import annotations

import pytest

from community.store.database import Database
from community.store.identities import Home, Party
from community.times import FixedClock
from tests.community.village import Village
from tests.memory import data_dir

__all__ = ["data_dir"]


@pytest.fixture
def village(db: Database, clock: FixedClock) -> Village:
    return Village(db, clock)


@pytest.fixture
async def home(village: Village) -> Home:
    """3号楼2单元501: an owner and a tenant; code 35010001."""
    return await village.home(
        3, 2, "501", ("王建国", "owner", "13812348000"), ("周敏", "tenant", None), code="35010001"
    )


@pytest.fixture
async def next_door(village: Village) -> Home:
    """3号楼2单元502: one person; code 35020002."""
    return await village.home(3, 2, "502", ("李宏伟", "owner", None), code="35020002")


@pytest.fixture
async def wang(village: Village, home: Home) -> Party:
    """The owner of 501."""
    return await village.account(home, person=0)


@pytest.fixture
async def household(village: Village, home: Home) -> Party:
    """Another account of 501, bound by the code alone."""
    return await village.account(home)


@pytest.fixture
async def neighbour(village: Village, next_door: Home) -> Party:
    """The owner of 502."""
    return await village.account(next_door, person=0)


@pytest.fixture
async def stranger(village: Village) -> Party:
    """An account without a home."""
    return await village.account()
