"""Jobs and schools: what is offered nearby and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import job, school


@dataclass(frozen=True)
class Job:
    """`topics`: codes of `livelihood.yml`. Ages in years, both included."""

    title: str
    topics: list[str]
    employer: str
    from_age: int
    to_age: int
    distance_m: int
    hours: str
    pay: str
    phone: str
    source: str
    expires_on: date
    "The last day"


@dataclass(frozen=True)
class School:
    """A school, nursery, course: `from_months` up to but without `to_months` of age."""

    name: str
    topics: list[str]
    from_months: int
    to_months: int
    distance_m: int
    enrols_from: date
    enrols_to: date
    "The last day"
    advice: str
    fee: str
    phone: str
    source: str


async def jobs(conn: AsyncConnection, today: date) -> list[Job]:
    """Those that have not expired, nearest first."""
    columns = [job.c[field] for field in Job.__dataclass_fields__]
    rows = await conn.execute(
        select(*columns).where(job.c.expires_on >= today).order_by(job.c.distance_m, job.c.title)
    )
    return [Job(*row) for row in rows]


async def schools(conn: AsyncConnection, today: date) -> list[School]:
    """Those whose enrolment is not over, nearest first."""
    columns = [school.c[field] for field in School.__dataclass_fields__]
    rows = await conn.execute(
        select(*columns)
        .where(school.c.enrols_to >= today)
        .order_by(school.c.distance_m, school.c.name)
    )
    return [School(*row) for row in rows]
