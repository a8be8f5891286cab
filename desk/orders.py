"""Repair orders and complaints as staff see them: who may see which, and who could do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound
from community.services import complaint, repair
from community.store import tickets
from community.store.schema import staff, ticket
from community.store.tickets import Ticket, TicketEvent
from desk.staff import Role, Staff

REPAIRER_MOVES = frozenset({"return", "pause", "resume", "finish", "finish_paid"})
"What a repairer may do with an order of his own"
LIST_LIMIT = 500


@dataclass(frozen=True)
class Repairer:
    """Somebody who can be sent."""

    id: str
    name: str
    skills: list[str]
    on_duty: bool
    load: int
    "Open orders in hand"


@dataclass(frozen=True)
class OrderFilter:
    """`state`: open, all or one state; `urgency`: one level or empty."""

    state: str = "open"
    urgency: str = ""
    overdue: bool = False
    words: str = ""

    def takes(self, one: Ticket, now: datetime) -> bool:
        if self.state == "open" and one.state not in repair.OPEN:
            return False
        if self.state not in {"open", "all"} and one.state != self.state:
            return False
        if self.urgency and one.urgency != self.urgency:
            return False
        if self.overdue and not is_overdue(one, now):
            return False
        told = (one.description, one.room_label or "", one.place or "", str(one.no))
        return not self.words or any(self.words in text for text in told)


def is_overdue(one: Ticket, now: datetime) -> bool:
    """Whether the promised time has passed with the work still to do."""
    waiting = one.state in repair.OPEN or one.state in {"submitted", "handling"}
    return waiting and one.due_at is not None and one.due_at < now


async def repairs(conn: AsyncConnection, person: Staff) -> list[Ticket]:
    """All repair orders this person may see, due first."""
    own = person.id if person.role is Role.REPAIRER else None
    return await tickets.all_of_kind(conn, repair.KIND, assignee_id=own, limit=LIST_LIMIT)


async def get_repair(conn: AsyncConnection, person: Staff, ticket_id: str) -> Ticket:
    """Raises NotFound for an absent order and for one that is not theirs to see."""
    one = await tickets.get(conn, ticket_id)
    if one.kind != repair.KIND:
        raise NotFound("not a repair")
    if person.role is Role.REPAIRER and one.assignee_id != person.id:
        raise NotFound("another's order")
    return one


async def get_complaint(conn: AsyncConnection, ticket_id: str) -> Ticket:
    one = await tickets.get(conn, ticket_id)
    if one.kind not in complaint.KINDS:
        raise NotFound("not a complaint")
    return one


async def complaints(conn: AsyncConnection) -> list[Ticket]:
    """Complaints and suggestions, due first."""
    found = [
        one
        for kind in complaint.KINDS
        for one in await tickets.all_of_kind(conn, kind, limit=LIST_LIMIT)
    ]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at, one.no))


def moves_of(person: Staff, one: Ticket) -> list[str]:
    """The acts this person may do now, in the order of STAFF_MOVES."""
    return [
        act
        for act, (states, _) in repair.STAFF_MOVES.items()
        if one.state in states and (person.works_cases or act in REPAIRER_MOVES)
    ]


def complaint_moves_of(one: Ticket) -> list[str]:
    return [act for act, (states, _) in complaint.STAFF_MOVES.items() if one.state in states]


async def repairers(conn: AsyncConnection) -> list[Repairer]:
    """Who can be sent: on duty first, then whoever has least in hand."""
    load = (
        select(func.count())
        .select_from(ticket)
        .where(
            ticket.c.assignee_id == staff.c.id,
            ticket.c.kind == repair.KIND,
            ticket.c.state.in_(repair.OPEN),
        )
        .scalar_subquery()
    )
    rows = await conn.execute(
        select(staff.c.id, staff.c.name, staff.c.skills, staff.c.on_duty, load)
        .where(staff.c.role == Role.REPAIRER)
        .order_by(staff.c.on_duty.desc(), load, staff.c.name)
    )
    return [Repairer(*row) for row in rows]


@dataclass(frozen=True)
class Move:
    """One line of an order's history. `who`: a name, or empty for the resident."""

    event: TicketEvent
    who: str


async def history(conn: AsyncConnection, ticket_id: str) -> list[Move]:
    """Every move, oldest first, with the names of staff."""
    names = {row.id: row.name for row in await conn.execute(select(staff.c.id, staff.c.name))}
    return [
        Move(event, names.get(event.actor, event.actor))
        for event in await tickets.history(conn, ticket_id)
    ]
