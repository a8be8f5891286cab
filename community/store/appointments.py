"""Appointments: a person's seat in a slot, with every move as an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Code, Conflict, NotFound
from community.ids import new_id
from community.store import counters
from community.store.schema import appointment, appointment_event, bookable, room, seat_slot
from community.times import Clock


@dataclass(frozen=True)
class Appointment:
    """`state`: booked, checked_in, serving, done, cancelled or no_show."""

    id: str
    no: int
    slot_id: str
    room_id: str
    identity_id: str | None
    resident_id: str | None
    person: str
    "As residents and staff read it: a name, or 本人, 我妈"
    person_key: str
    "The same for the same person of a home, whoever speaks"
    item: str
    "What it is for, in a word of the service"
    queue_no: int
    "The turn on its day, from 1; numbers that were given back stay out"
    state: str
    bookable_id: str
    kind: str
    name: str
    place: str
    at_home: bool
    bring: str
    starts_at: datetime
    ends_at: datetime
    home: str
    "Label of the home"


@dataclass(frozen=True)
class Move:
    """One event of an appointment."""

    kind: str
    actor: str
    state: str
    note: str
    at: datetime


_OF_SERVICE = ("kind", "name", "place", "at_home", "bring")


def _select() -> Any:
    own = list(Appointment.__dataclass_fields__)[:11]
    return (
        select(
            *[appointment.c[field] for field in own],
            bookable.c.id.label("bookable_id"),
            *[bookable.c[field] for field in _OF_SERVICE],
            seat_slot.c.starts_at,
            seat_slot.c.ends_at,
            room.c.label.label("home"),
        )
        .join(seat_slot, seat_slot.c.id == appointment.c.slot_id)
        .join(bookable, bookable.c.id == seat_slot.c.bookable_id)
        .join(room, room.c.id == appointment.c.room_id)
    )


async def of_turn(conn: AsyncConnection, turn_id: str) -> Appointment | None:
    row = (await conn.execute(_select().where(appointment.c.turn_id == turn_id))).first()
    return Appointment(*row) if row else None


async def get(conn: AsyncConnection, appointment_id: str) -> Appointment:
    """Raises NotFound."""
    row = (await conn.execute(_select().where(appointment.c.id == appointment_id))).first()
    if row is None:
        raise NotFound("no such appointment")
    return Appointment(*row)


async def by_no(conn: AsyncConnection, no: int) -> Appointment:
    """Whosesoever it is. Raises NotFound."""
    row = (await conn.execute(_select().where(appointment.c.no == no))).first()
    if row is None:
        raise NotFound("no such appointment")
    return Appointment(*row)


async def of_room(
    conn: AsyncConnection, room_id: str, states: Sequence[str] | None = None
) -> list[Appointment]:
    """The home's appointments, soonest first."""
    query = _select().where(appointment.c.room_id == room_id)
    if states is not None:
        query = query.where(appointment.c.state.in_(states))
    rows = await conn.execute(query.order_by(seat_slot.c.starts_at, appointment.c.no))
    return [Appointment(*row) for row in rows]


async def between(
    conn: AsyncConnection, kind: str, start: datetime, end: datetime
) -> list[Appointment]:
    """All that begin in the time and were not cancelled, in its order."""
    rows = await conn.execute(
        _select()
        .where(
            bookable.c.kind == kind,
            appointment.c.state != "cancelled",
            seat_slot.c.starts_at >= start,
            seat_slot.c.starts_at < end,
        )
        .order_by(seat_slot.c.starts_at, bookable.c.rank, appointment.c.queue_no)
    )
    return [Appointment(*row) for row in rows]


async def next_turn(conn: AsyncConnection, bookable_id: str, start: datetime, end: datetime) -> int:
    """The next turn number of a service between the two midnights."""
    highest = await conn.execute(
        select(func.coalesce(func.max(appointment.c.queue_no), 0))
        .join(seat_slot, seat_slot.c.id == appointment.c.slot_id)
        .where(
            seat_slot.c.bookable_id == bookable_id,
            seat_slot.c.starts_at >= start,
            seat_slot.c.starts_at < end,
        )
    )
    return int(highest.scalar_one()) + 1


async def create(
    conn: AsyncConnection, clock: Clock, *, turn_id: str, **fields: Any
) -> Appointment:
    """Write a booked appointment with its first event; its seat was taken before."""
    appointment_id = new_id("appt")
    await conn.execute(
        insert(appointment).values(
            id=appointment_id, no=await counters.next_number(conn), state="booked",
            turn_id=turn_id, created_at=clock.now(), **fields,
        )
    )  # fmt: skip
    await _note(
        conn, clock, appointment_id, "booked", actor="resident", state="booked", turn_id=turn_id
    )
    return await get(conn, appointment_id)


async def advance(
    conn: AsyncConnection,
    clock: Clock,
    found: Appointment,
    kind: str,
    *,
    actor: str,
    state: str,
    note: str = "",
    turn_id: str | None = None,
    **changes: Any,
) -> Appointment:
    """Record one move with its changes. Raises Conflict (code `stale`) when it moved on meanwhile."""
    changed = await conn.execute(
        update(appointment)
        .where(
            appointment.c.id == found.id,
            appointment.c.state == found.state,
            appointment.c.slot_id == found.slot_id,
        )
        .values(state=state, **changes)
    )
    if changed.rowcount != 1:
        raise Conflict("the appointment has moved on", code=Code.STALE)
    await _note(conn, clock, found.id, kind, actor=actor, state=state, note=note, turn_id=turn_id)
    return await get(conn, found.id)


async def was_done(conn: AsyncConnection, appointment_id: str, kind: str, turn_id: str) -> bool:
    """Whether this turn has made this move before."""
    found = await conn.execute(
        select(appointment_event.c.seq).where(
            appointment_event.c.appointment_id == appointment_id,
            appointment_event.c.kind == kind,
            appointment_event.c.turn_id == turn_id,
        )
    )
    return found.scalar() is not None


async def _note(
    conn: AsyncConnection,
    clock: Clock,
    appointment_id: str,
    kind: str,
    *,
    actor: str,
    state: str,
    note: str = "",
    turn_id: str | None = None,
) -> None:
    last = await conn.execute(
        select(func.coalesce(func.max(appointment_event.c.seq), 0)).where(
            appointment_event.c.appointment_id == appointment_id
        )
    )
    await conn.execute(
        insert(appointment_event).values(
            appointment_id=appointment_id, seq=int(last.scalar_one()) + 1, kind=kind, actor=actor,
            state=state, note=note, turn_id=turn_id, at=clock.now(),
        )
    )  # fmt: skip


async def history(conn: AsyncConnection, appointment_id: str) -> list[Move]:
    """Every move, oldest first."""
    rows = await conn.execute(
        select(*[appointment_event.c[field] for field in Move.__dataclass_fields__])
        .where(appointment_event.c.appointment_id == appointment_id)
        .order_by(appointment_event.c.seq)
    )
    return [Move(*row) for row in rows]
