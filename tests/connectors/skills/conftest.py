"""Skills of every maker at a gateway over a scripted engine."""

from __future__ import annotations

from contextlib import AsyncExitStack

import aiohttp
import pytest
from sqlalchemy import insert

from community.store.rooms import hash_code
from community.store.schema import room
from tests.connectors.skills.makers import skill_of

MAKERS = ("dueros", "aligenie", "xiaoai")


@pytest.fixture
async def line():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def open_skill(start_gateway, line, clock):
    """`await open_skill(maker, engine=…, setting=…)` opens a skill until the test ends."""
    async with AsyncExitStack() as stack:

        async def opened(name, **options):
            return await stack.enter_async_context(
                skill_of(name, start_gateway, line, clock, **options)
            )

        yield opened


@pytest.fixture(params=MAKERS)
def maker_name(request):
    return request.param


@pytest.fixture
async def skill(open_skill, maker_name):
    return await open_skill(maker_name)


@pytest.fixture
def speaker(skill):
    return skill.speaker()


@pytest.fixture
def household_code(db):
    """Makes 3号楼2单元501 a home with this code."""

    async def made(secrets, code="20481357"):
        async with db.write() as conn:
            await conn.execute(
                insert(room).values(
                    id="room_1", building=3, unit=2, number="501", label="3号楼2单元501",
                    code_hash=hash_code(code, secrets.pepper),
                )
            )  # fmt: skip
        return code

    return made
