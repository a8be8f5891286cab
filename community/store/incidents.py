"""Incidents: one thing that several report, and the tickets that are its voices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Code, Conflict, NotFound
from community.ids import new_id
from community.store import counters
from community.store.matters import BOUND
from community.store.schema import incident, incident_voice, ticket
from community.times import Clock


@dataclass(frozen=True)
class Incident:
    """`expected`: what staff say of it; `expected_at`: when it should be over; `voices`: how many."""

    id: str
    no: int
    topic: str
    facility_id: str | None
    building: int | None
    title: str
    state: str
    "open, done or dissolved"
    expected: str
    expected_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    voices: int


@dataclass(frozen=True)
class Voice:
    """A ticket that belongs, or may belong, to an incident."""

    ticket_id: str
    state: str
    "joined; proposed: staff decide; own: its resident wants one of its own; detached: by staff"


def _select() -> Any:
    own = [incident.c[name] for name in list(Incident.__dataclass_fields__)[:-1]]
    voices = (
        select(func.count())
        .select_from(incident_voice)
        .join(ticket, ticket.c.id == incident_voice.c.ticket_id)
        .where(
            incident_voice.c.incident_id == incident.c.id,
            incident_voice.c.state.in_(BOUND),
            ticket.c.state != "withdrawn",
        )
        .scalar_subquery()
    )
    return select(*own, voices)


async def find_open(
    conn: AsyncConnection, topic: str, *, facility_id: str | None, building: int | None,
    since: datetime, now: datetime,
) -> Incident | None:  # fmt: skip
    """The open incident of a thing or of a building that was spoken of since, or is not over yet."""
    place = (
        incident.c.facility_id == facility_id
        if facility_id is not None
        else incident.c.building == building
    )
    rows = await conn.execute(
        _select()
        .where(incident.c.topic == topic, incident.c.state == "open", place)
        .where((incident.c.updated_at >= since) | (incident.c.expected_at >= now))
        .order_by(incident.c.no.desc())
    )
    row = rows.first()
    return Incident(*row) if row else None


async def create(conn: AsyncConnection, clock: Clock, **fields: Any) -> Incident:
    incident_id, now = new_id("inc"), clock.now()
    await conn.execute(
        insert(incident).values(
            **({"expected": ""} | fields), id=incident_id, no=await counters.next_number(conn),
            state="open", version=1, created_at=now, updated_at=now,
        )
    )  # fmt: skip
    return await get(conn, incident_id)


async def get(conn: AsyncConnection, incident_id: str) -> Incident:
    """Raises NotFound."""
    row = (await conn.execute(_select().where(incident.c.id == incident_id))).first()
    if row is None:
        raise NotFound("no such incident")
    return Incident(*row)


async def every(conn: AsyncConnection, *, limit: int = 200) -> list[Incident]:
    """All of them, open ones and new ones first."""
    rows = await conn.execute(
        _select().order_by(incident.c.state != "open", incident.c.no.desc()).limit(limit)
    )
    return [Incident(*row) for row in rows]


async def move(conn: AsyncConnection, clock: Clock, one: Incident, **values: Any) -> Incident:
    """Change it under the version that was seen. Raises Conflict (code `stale`)."""
    changed = await conn.execute(
        update(incident)
        .where(incident.c.id == one.id, incident.c.version == one.version)
        .values(**values, version=one.version + 1, updated_at=clock.now())
    )
    if changed.rowcount != 1:
        raise Conflict("the incident has moved on", code=Code.STALE)
    return await get(conn, one.id)


async def touch(conn: AsyncConnection, clock: Clock, one: Incident) -> None:
    """Somebody reported it again: it is still going on."""
    await conn.execute(
        update(incident).where(incident.c.id == one.id).values(updated_at=clock.now())
    )


async def tie(
    conn: AsyncConnection, clock: Clock, incident_id: str, ticket_id: str, state: str
) -> None:
    """Make a ticket a voice, or change which kind of voice it is."""
    values = {"incident_id": incident_id, "state": state, "at": clock.now()}
    changed = await conn.execute(
        update(incident_voice).where(incident_voice.c.ticket_id == ticket_id).values(**values)
    )
    if changed.rowcount == 0:
        await conn.execute(insert(incident_voice).values(ticket_id=ticket_id, **values))


async def voices(conn: AsyncConnection, incident_id: str) -> list[Voice]:
    """Its voices, the first one first."""
    rows = await conn.execute(
        select(incident_voice.c.ticket_id, incident_voice.c.state)
        .join(ticket, ticket.c.id == incident_voice.c.ticket_id)
        .where(incident_voice.c.incident_id == incident_id)
        .order_by(ticket.c.no)
    )
    return [Voice(*row) for row in rows]


async def of_ticket(conn: AsyncConnection, ticket_id: str) -> tuple[Incident, str] | None:
    """The incident that a ticket is a voice of, and which kind of voice."""
    row = (
        await conn.execute(
            select(incident_voice.c.incident_id, incident_voice.c.state).where(
                incident_voice.c.ticket_id == ticket_id
            )
        )
    ).first()
    return None if row is None else (await get(conn, row.incident_id), row.state)
