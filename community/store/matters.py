"""Matters of all: what a ticket of theirs knows beside the ticket itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import facility, grid, incident, incident_voice, matter, room, ticket

BOUND = ("joined", "proposed")
"States of a voice that is counted among those of its incident"


@dataclass(frozen=True)
class Detail:
    """`category`: kind of facility, of disorder or of 12345 matter; `outside_no`: the city's number.

    `voice`: joined, proposed, own or detached, when the ticket is one voice of an incident.
    """

    ticket_id: str
    category: str
    facility_id: str | None
    facility: str | None
    grid_id: str | None
    grid: str | None
    outside_no: str | None
    incident_id: str | None
    incident_no: int | None
    voice: str | None


async def add(
    conn: AsyncConnection,
    ticket_id: str,
    *,
    category: str,
    facility_id: str | None = None,
    grid_id: str | None = None,
) -> None:
    """Once for a ticket: a turn that runs again adds nothing."""
    there = await conn.execute(select(matter.c.ticket_id).where(matter.c.ticket_id == ticket_id))
    if there.scalar() is None:
        await conn.execute(
            insert(matter).values(
                ticket_id=ticket_id, category=category, facility_id=facility_id, grid_id=grid_id
            )
        )


async def note_outside_no(conn: AsyncConnection, ticket_id: str, outside_no: str) -> None:
    await conn.execute(
        update(matter).where(matter.c.ticket_id == ticket_id).values(outside_no=outside_no)
    )


async def details(conn: AsyncConnection, ticket_ids: Collection[str]) -> dict[str, Detail]:
    """By ticket; one that is no matter of all has none."""
    rows = await conn.execute(
        select(
            matter.c.ticket_id, matter.c.category, matter.c.facility_id, facility.c.name,
            matter.c.grid_id, grid.c.name, matter.c.outside_no, incident_voice.c.incident_id,
            incident.c.no, incident_voice.c.state,
        )
        .outerjoin(facility, facility.c.id == matter.c.facility_id)
        .outerjoin(grid, grid.c.id == matter.c.grid_id)
        .outerjoin(incident_voice, incident_voice.c.ticket_id == matter.c.ticket_id)
        .outerjoin(incident, incident.c.id == incident_voice.c.incident_id)
        .where(matter.c.ticket_id.in_(ticket_ids))
    )  # fmt: skip
    return {row[0]: Detail(*row) for row in rows}


async def of_facility(
    conn: AsyncConnection, facility_id: str, states: Sequence[str], since: datetime
) -> list[tuple[str, str | None]]:
    """(ticket, account) of the reports of a facility that are no voice of an incident, oldest first."""
    rows = await conn.execute(
        select(ticket.c.id, ticket.c.identity_id)
        .join(matter, matter.c.ticket_id == ticket.c.id)
        .outerjoin(incident_voice, incident_voice.c.ticket_id == ticket.c.id)
        .where(
            matter.c.facility_id == facility_id,
            ticket.c.state.in_(states),
            ticket.c.created_at >= since,
            incident_voice.c.ticket_id.is_(None),
        )
        .order_by(ticket.c.no)
    )
    return [(row[0], row[1]) for row in rows]


async def open_reports(
    conn: AsyncConnection, facility_ids: Collection[str], states: Sequence[str]
) -> dict[str, int]:
    """How many open reports each facility has; one without any is left out."""
    rows = await conn.execute(
        select(matter.c.facility_id)
        .join(ticket, ticket.c.id == matter.c.ticket_id)
        .where(matter.c.facility_id.in_(facility_ids), ticket.c.state.in_(states))
    )
    counted: dict[str, int] = {}
    for facility_id in rows.scalars():
        counted[facility_id] = counted.get(facility_id, 0) + 1
    return counted


async def of_building(
    conn: AsyncConnection, kind: str, building: int, states: Sequence[str], since: datetime
) -> list[tuple[str, str, str]]:
    """(ticket, home, words) of a building's tickets of a kind that are no voice, oldest first."""
    rows = await conn.execute(
        select(ticket.c.id, ticket.c.room_id, ticket.c.description)
        .join(room, room.c.id == ticket.c.room_id)
        .outerjoin(incident_voice, incident_voice.c.ticket_id == ticket.c.id)
        .where(
            ticket.c.kind == kind,
            room.c.building == building,
            ticket.c.state.in_(states),
            ticket.c.created_at >= since,
            incident_voice.c.ticket_id.is_(None),
        )
        .order_by(ticket.c.no)
    )
    return [(row[0], row[1], row[2]) for row in rows]
