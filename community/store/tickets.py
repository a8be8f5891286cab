"""Tickets: repair orders, complaints and suggestions, with every move as an event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Code, Conflict, NotFound
from community.ids import new_id
from community.store import counters
from community.store.schema import attachment, room, staff, ticket, ticket_event
from community.times import Clock


@dataclass(frozen=True)
class Ticket:
    """One order. `kind`: repair, complaint or suggestion; `state`: see that kind's service."""

    id: str
    no: int
    kind: str
    state: str
    room_id: str | None
    room_label: str | None
    identity_id: str | None
    conversation_id: str | None
    place: str | None
    description: str
    urgency: str
    phone: str | None
    anonymous: bool
    appointment_start: datetime | None
    appointment_end: datetime | None
    due_at: datetime | None
    assignee_id: str | None
    assignee_name: str | None
    score: int | None
    reopened: int
    urged: int
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class TicketEvent:
    """One move of a ticket."""

    seq: int
    kind: str
    actor: str
    state: str
    note: str
    at: datetime


Teller = Callable[[AsyncConnection, Ticket], Awaitable[None]]
"What else happens in the transaction of a move"


def _select() -> Any:
    columns = [
        ticket.c[field]
        for field in Ticket.__dataclass_fields__
        if field not in {"room_label", "assignee_name"}
    ]
    return (
        select(*columns, room.c.label.label("room_label"), staff.c.name.label("assignee_name"))
        .outerjoin(room, room.c.id == ticket.c.room_id)
        .outerjoin(staff, staff.c.id == ticket.c.assignee_id)
    )


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(**dict(row._mapping))


async def create(
    conn: AsyncConnection,
    clock: Clock,
    *,
    kind: str,
    state: str,
    actor: str,
    turn_id: str | None,
    **fields: Any,
) -> Ticket:
    """Open a ticket once per turn: the same turn again returns the one it made."""
    if turn_id is not None:
        row = (await conn.execute(_select().where(ticket.c.turn_id == turn_id))).first()
        if row is not None:
            return _ticket(row)
    ticket_id, now = new_id("tkt"), clock.now()
    await conn.execute(
        insert(ticket).values(
            id=ticket_id,
            no=await counters.next_number(conn),
            kind=kind,
            state=state,
            turn_id=turn_id,
            reopened=0,
            urged=0,
            version=1,
            created_at=now,
            updated_at=now,
            **({"anonymous": False} | fields),
        )
    )
    await _add_event(
        conn, clock, ticket_id, "created", actor=actor, state=state, note="", turn_id=turn_id
    )
    return await get(conn, ticket_id)


async def get(conn: AsyncConnection, ticket_id: str) -> Ticket:
    """Raises NotFound."""
    row = (await conn.execute(_select().where(ticket.c.id == ticket_id))).first()
    if row is None:
        raise NotFound("no such ticket")
    return _ticket(row)


async def by_no(conn: AsyncConnection, no: int) -> Ticket:
    """Any ticket by its number, for staff. Raises NotFound."""
    row = (await conn.execute(_select().where(ticket.c.no == no))).first()
    if row is None:
        raise NotFound("no such ticket")
    return _ticket(row)


async def of_party(
    conn: AsyncConnection,
    kinds: Sequence[str],
    *,
    room_id: str | None,
    identity_id: str,
    states: Sequence[str] | None = None,
    no: int | None = None,
    limit: int = 20,
) -> list[Ticket]:
    """A household's tickets, newest first; without a home, only what this identity filed.

    With `states` or `no`, only those.
    """
    own = ticket.c.identity_id == identity_id
    if room_id is not None:
        own = (ticket.c.room_id == room_id) | own
    query = _select().where(ticket.c.kind.in_(kinds), own)
    if states is not None:
        query = query.where(ticket.c.state.in_(states))
    if no is not None:
        query = query.where(ticket.c.no == no)
    rows = await conn.execute(
        query.order_by(ticket.c.created_at.desc(), ticket.c.no.desc()).limit(limit)
    )
    return [_ticket(row) for row in rows]


async def one_of_party(
    conn: AsyncConnection, kinds: Sequence[str], *, room_id: str | None, identity_id: str, no: int
) -> Ticket:
    """A household's ticket by its number. Raises NotFound for an absent one and for another's."""
    found = await of_party(conn, kinds, room_id=room_id, identity_id=identity_id, no=no)
    if not found:
        raise NotFound("no such ticket of this household")
    return found[0]


async def act_once(
    conn: AsyncConnection,
    clock: Clock,
    one: Ticket,
    kind: str,
    *,
    states: Sequence[str],
    turn_id: str,
    state: str | None = None,
    note: str = "",
    **changes: Any,
) -> Ticket:
    """A resident's move, allowed in these states; a turn that has made it changes nothing more.

    Raises Conflict (code `stale`) in any other state.
    """
    if await was_done(conn, one.id, kind, turn_id):
        return one
    require_state(one, states)
    return await advance(
        conn, clock, one, kind,
        actor="resident", state=state, note=note, turn_id=turn_id, **changes,
    )  # fmt: skip


async def reopen_once(
    conn: AsyncConnection,
    clock: Clock,
    one: Ticket,
    words: str,
    *,
    states: Sequence[str],
    turn_id: str,
    state: str,
    **changes: Any,
) -> Ticket:
    """Back into `state`, with what is still wrong; once in the life of a ticket.

    Raises Conflict: code `stale` in any other state than these, `conflict` when it was reopened
    before.
    """
    if (
        one.reopened
        and one.state in states
        and not await was_done(conn, one.id, "reopened", turn_id)
    ):
        raise Conflict("reopened before")
    return await act_once(
        conn, clock, one, "reopened",
        states=states, turn_id=turn_id, state=state, note=words, reopened=1, **changes,
    )  # fmt: skip


def require_state(one: Ticket, states: Sequence[str]) -> None:
    """Raises Conflict (code `stale`) when the ticket is in none of them."""
    if one.state not in states:
        raise Conflict(f"not possible in state {one.state}", code=Code.STALE)


async def all_of_kind(
    conn: AsyncConnection,
    kind: str,
    *,
    states: Sequence[str] | None = None,
    assignee_id: str | None = None,
    limit: int = 200,
) -> list[Ticket]:
    """Tickets for staff, the most urgent and oldest first."""
    query = _select().where(ticket.c.kind == kind)
    if states is not None:
        query = query.where(ticket.c.state.in_(states))
    if assignee_id is not None:
        query = query.where(ticket.c.assignee_id == assignee_id)
    rows = await conn.execute(query.order_by(ticket.c.due_at, ticket.c.no).limit(limit))
    return [_ticket(row) for row in rows]


async def advance(
    conn: AsyncConnection,
    clock: Clock,
    found: Ticket,
    kind: str,
    *,
    actor: str,
    state: str | None = None,
    note: str = "",
    turn_id: str | None = None,
    **changes: Any,
) -> Ticket:
    """Record one move with its changes, under the version the caller saw.

    The same turn and kind again changes nothing. Raises Conflict (code `stale`) when the ticket
    has moved on since it was read.
    """
    if turn_id is not None and await was_done(conn, found.id, kind, turn_id):
        return await get(conn, found.id)
    changed = await conn.execute(
        update(ticket)
        .where(ticket.c.id == found.id, ticket.c.version == found.version)
        .values(
            state=state or found.state, version=found.version + 1, updated_at=clock.now(), **changes
        )
    )
    if changed.rowcount != 1:
        raise Conflict("the ticket has moved on", code=Code.STALE)
    await _add_event(
        conn,
        clock,
        found.id,
        kind,
        actor=actor,
        state=state or found.state,
        note=note,
        turn_id=turn_id,
    )
    return await get(conn, found.id)


async def was_done(conn: AsyncConnection, ticket_id: str, kind: str, turn_id: str) -> bool:
    """Whether this turn has made this move before."""
    done = await conn.execute(
        select(ticket_event.c.seq).where(
            ticket_event.c.ticket_id == ticket_id,
            ticket_event.c.kind == kind,
            ticket_event.c.turn_id == turn_id,
        )
    )
    return done.scalar() is not None


async def _add_event(
    conn: AsyncConnection,
    clock: Clock,
    ticket_id: str,
    kind: str,
    *,
    actor: str,
    state: str,
    note: str,
    turn_id: str | None,
) -> None:
    seq = (
        await conn.execute(
            select(func.coalesce(func.max(ticket_event.c.seq), 0) + 1).where(
                ticket_event.c.ticket_id == ticket_id
            )
        )
    ).scalar_one()
    await conn.execute(
        insert(ticket_event).values(
            ticket_id=ticket_id,
            seq=seq,
            kind=kind,
            actor=actor,
            state=state,
            note=note,
            turn_id=turn_id,
            at=clock.now(),
        )
    )


async def history(conn: AsyncConnection, ticket_id: str) -> list[TicketEvent]:
    """Every move, oldest first."""
    rows = await conn.execute(
        select(
            ticket_event.c.seq,
            ticket_event.c.kind,
            ticket_event.c.actor,
            ticket_event.c.state,
            ticket_event.c.note,
            ticket_event.c.at,
        )
        .where(ticket_event.c.ticket_id == ticket_id)
        .order_by(ticket_event.c.seq)
    )
    return [TicketEvent(*row) for row in rows]


async def attach(
    conn: AsyncConnection, ticket_id: str, conversation_id: str, attachment_ids: Sequence[str]
) -> None:
    """Tie photos of the same conversation to the ticket; anybody else's stay where they are."""
    await conn.execute(
        update(attachment)
        .where(attachment.c.id.in_(attachment_ids), attachment.c.conversation_id == conversation_id)
        .values(ticket_id=ticket_id)
    )


async def photos_of(conn: AsyncConnection, ticket_id: str) -> list[str]:
    """Ids of the photos of a ticket."""
    rows = await conn.execute(
        select(attachment.c.id)
        .where(attachment.c.ticket_id == ticket_id, attachment.c.state != "lost")
        .order_by(attachment.c.created_at)
    )
    return list(rows.scalars())
