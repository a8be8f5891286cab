"""Matters of all and known incidents as staff see them, and what residents hear of their moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound
from community.services import matter
from community.services.incident import News
from community.store import grids, incidents, matters, tickets
from community.store.incidents import Incident
from community.store.matters import Detail
from community.store.tickets import Teller, Ticket
from community.times import Clock, date_words
from conversation import audit, events, telling
from conversation.messages import Draft
from desk.orders import LIST_LIMIT
from desk.staff import Role, Staff
from desk.words import words


@dataclass(frozen=True)
class Row:
    """One matter of a list."""

    ticket: Ticket
    detail: Detail
    overdue: bool


@dataclass(frozen=True)
class VoiceRow:
    """One report of an incident."""

    ticket: Ticket
    state: str


async def rows(
    conn: AsyncConnection, clock: Clock, kinds: Sequence[str], *, grid_ids: Sequence[str] = ()
) -> list[Row]:
    """Of these kinds, due first; with `grid_ids` only those of these grids."""
    found = [
        one for kind in kinds for one in await tickets.all_of_kind(conn, kind, limit=LIST_LIMIT)
    ]
    details = await matters.details(conn, [one.id for one in found])
    now = clock.now()
    listed = [
        Row(one, details[one.id], _is_overdue(one, now))
        for one in found
        if not grid_ids or details[one.id].grid_id in grid_ids
    ]
    return sorted(listed, key=lambda row: (row.ticket.due_at is None, row.ticket.due_at))


def _is_overdue(one: Ticket, now: datetime) -> bool:
    return one.state in matter.OPEN and one.due_at is not None and one.due_at < now


async def own_grids(conn: AsyncConnection, person: Staff) -> list[str]:
    """The grids that somebody works in, or stands in for."""
    if person.role is not Role.GRID:
        return []
    return [
        one.id
        for one in await grids.every(conn)
        if person.id in {one.worker.id, one.substitute.id if one.substitute else None}
    ]


async def get(conn: AsyncConnection, clock: Clock, ticket_id: str) -> Row:
    """Raises NotFound, for a ticket of another kind too."""
    one = await tickets.get(conn, ticket_id)
    if one.kind not in matter.KINDS:
        raise NotFound("no matter of all")
    details = await matters.details(conn, [one.id])
    return Row(one, details[one.id], _is_overdue(one, clock.now()))


async def moves_of(conn: AsyncConnection, one: Ticket) -> list[str]:
    """What staff may do with it now; nothing while it is moved with its incident."""
    if await matter.is_joined(conn, one.id):
        return []
    moves = matter.STAFF_MOVES[one.kind]
    return [act for act, (states, _) in moves.items() if one.state in states]


async def voices(conn: AsyncConnection, incident_id: str) -> list[VoiceRow]:
    """The reports of an incident, the first one first."""
    return [
        VoiceRow(await tickets.get(conn, one.ticket_id), one.state)
        for one in await incidents.voices(conn, incident_id)
    ]


def after_move(clock: Clock, person: Staff, act: str, note: str, *, outside_no: str = "") -> Teller:
    """What happens in the transaction of a matter's move: the audit, the news, the words."""

    async def tell(conn: AsyncConnection, moved: Ticket) -> None:
        await audit.record(conn, clock, actor=person.id, act=f"ticket.{act}", obj=moved.id)
        await events.publish(conn, clock, "ticket")
        due = date_words(moved.due_at) if moved.due_at else ""
        said = words(f"matter.{moved.kind}_{act}", no=moved.no, outside_no=outside_no, due=due)
        await _say(conn, clock, moved, said + (words("matter.note", note=note) if note else ""))

    return tell


def of_incident(clock: Clock, person: Staff, act: str) -> News:
    """The same for a report that is moved with its incident. `act`: expect, finish or join."""

    async def tell(conn: AsyncConnection, one: Incident, ticket: Ticket) -> None:
        await audit.record(
            conn, clock, actor=person.id, act=f"incident.{act}", obj=ticket.id,
            detail={"incident": one.no},
        )  # fmt: skip
        await events.publish(conn, clock, "ticket")
        said = words(f"incident.{act}", no=ticket.no, title=one.title, words=one.expected)
        if act != "finish" and one.expected_at is not None:
            said += words("incident.until", until=date_words(one.expected_at))
        await _say(conn, clock, ticket, said, moved=f"{one.id}:{one.version}")

    return tell


async def _say(
    conn: AsyncConnection, clock: Clock, ticket: Ticket, said: str, *, moved: str = ""
) -> None:
    if ticket.conversation_id is not None:
        key = f"matter:{ticket.id}:{moved or ticket.version}"
        await telling.tell(conn, clock, [ticket.conversation_id], [Draft(said)], key=key)
