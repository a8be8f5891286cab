"""Moments: aware UTC in, aware UTC out, whatever the database keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect

from community.store.database import Database
from community.store.schema import guess
from community.store.types import Moment
from community.times import SHANGHAI

AFTERNOON = datetime(2025, 11, 3, 14, 5, 0, 123456, tzinfo=SHANGHAI)
DIALECTS = [sqlite_dialect.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]


async def test_moment_comes_back_as_the_same_instant_in_utc(db: Database) -> None:
    async with db.write() as conn:
        await conn.execute(insert(guess).values(key="k", at=AFTERNOON))
    async with db.read() as conn:
        found = (await conn.execute(select(guess.c.at))).scalar_one()
    assert found == AFTERNOON
    assert (found.utcoffset(), found.hour, found.microsecond) == (timedelta(0), 6, 123456)


async def test_moments_of_different_zones_are_compared_as_instants(db: Database) -> None:
    moments = [AFTERNOON + timedelta(seconds=step) for step in (0, -0.000001, 1, 0.5)]
    zones = [UTC, SHANGHAI, UTC, SHANGHAI]
    async with db.write() as conn:
        for i, (moment, zone) in enumerate(zip(moments, zones, strict=True)):
            await conn.execute(insert(guess).values(key=str(i), at=moment.astimezone(zone)))
    async with db.read() as conn:
        order = (await conn.execute(select(guess.c.key).order_by(guess.c.at))).scalars().all()
        since = await conn.execute(select(guess.c.key).where(guess.c.at >= AFTERNOON))
    assert order == ["1", "0", "3", "2"]
    assert sorted(since.scalars()) == ["0", "2", "3"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_naive_moment_is_refused_at_the_door(dialect) -> None:
    with pytest.raises(ValueError, match="naive"):
        Moment().process_bind_param(AFTERNOON.replace(tzinfo=None), dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_no_moment_stays_none_and_a_moment_stays_itself(dialect) -> None:
    kind = Moment()
    for moment in (None, AFTERNOON):
        bound = kind.process_bind_param(moment, dialect)
        assert kind.process_result_value(bound, dialect) == moment
