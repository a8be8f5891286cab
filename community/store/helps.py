"""Help requests: what a home asks of its neighbours, who took it, and each of its moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Conflict, NotFound
from community.ids import new_id
from community.store import counters
from community.store.once import insert_once
from community.store.schema import (
    help_call,
    help_event,
    help_request,
    identity,
    resident,
    room,
    volunteer,
)
from community.times import Clock
from language.redact import redact

LIVE = ("posted", "accepted", "started", "done", "disputed")


@dataclass(frozen=True)
class Help:
    """One request. `minutes`: what it took, rounded, once the helper says that it is done."""

    id: str
    no: int
    room_id: str
    identity_id: str
    conversation_id: str
    kind: str
    task: str
    "In the resident's words: only its own home and its helper may read it whole"
    starts_at: datetime
    ends_at: datetime
    state: str
    helper_id: str | None
    started_at: datetime | None
    minutes: int | None
    label: str
    "Of the home"
    owner: str
    "Whose time account pays: the resident, or the account whose person is not known"
    name: str | None
    phone: str | None
    helper_name: str | None
    helper_conversation: str | None
    is_of_home: bool
    "Whether whoever asked still belongs to the home"

    @property
    def public_task(self) -> str:
        """The task for those who have not taken it: no home, no phone."""
        return redact(self.task)


def _select() -> Any:
    own = list(Help.__dataclass_fields__)[:13]
    return (
        select(
            *[help_request.c[field] for field in own],
            room.c.label,
            identity.c.resident_id,
            resident.c.name,
            resident.c.phone,
            volunteer.c.name,
            volunteer.c.conversation_id,
            func.coalesce(identity.c.room_id == help_request.c.room_id, False),
        )
        .join(room, room.c.id == help_request.c.room_id)
        .join(identity, identity.c.id == help_request.c.identity_id)
        .outerjoin(resident, resident.c.id == identity.c.resident_id)
        .outerjoin(volunteer, volunteer.c.id == help_request.c.helper_id)
    )


def _help(row: Sequence[Any]) -> Help:
    return Help(*[*row[:14], row[14] or row[3], *row[15:-1], bool(row[-1])])


async def of_turn(conn: AsyncConnection, turn_id: str) -> Help | None:
    """What this turn has posted already."""
    row = (await conn.execute(_select().where(help_request.c.turn_id == turn_id))).first()
    return None if row is None else _help(row)


async def create(conn: AsyncConnection, clock: Clock, *, turn_id: str, **fields: Any) -> Help:
    """Post one; the caller has looked with `of_turn`."""
    request_id = new_id("help")
    await conn.execute(
        insert(help_request).values(
            id=request_id,
            no=await counters.next_number(conn),
            state="posted",
            turn_id=turn_id,
            created_at=clock.now(),
            **fields,
        )
    )
    await note(conn, clock, request_id, "posted", actor="resident")
    return await get(conn, request_id)


async def get(conn: AsyncConnection, request_id: str) -> Help:
    """Raises NotFound."""
    row = (await conn.execute(_select().where(help_request.c.id == request_id))).first()
    if row is None:
        raise NotFound("no such request")
    return _help(row)


async def by_no(conn: AsyncConnection, no: int) -> Help:
    """Whoever asks: what they may see of it is the service's to decide. Raises NotFound."""
    row = (await conn.execute(_select().where(help_request.c.no == no))).first()
    if row is None:
        raise NotFound("no such request")
    return _help(row)


async def in_state(conn: AsyncConnection, state: str) -> list[Help]:
    """All of one state, oldest first."""
    rows = await conn.execute(
        _select().where(help_request.c.state == state).order_by(help_request.c.no)
    )
    return [_help(row) for row in rows]


async def of_room(conn: AsyncConnection, room_id: str, states: Sequence[str] = LIVE) -> list[Help]:
    """What a home has asked, newest first."""
    rows = await conn.execute(
        _select()
        .where(help_request.c.room_id == room_id, help_request.c.state.in_(states))
        .order_by(help_request.c.no.desc())
    )
    return [_help(row) for row in rows]


async def of_helper(
    conn: AsyncConnection, volunteer_id: str, states: Sequence[str] = LIVE
) -> list[Help]:
    """What a volunteer has taken, soonest first."""
    rows = await conn.execute(
        _select()
        .where(help_request.c.helper_id == volunteer_id, help_request.c.state.in_(states))
        .order_by(help_request.c.starts_at, help_request.c.no)
    )
    return [_help(row) for row in rows]


async def posted(conn: AsyncConnection, now: datetime) -> list[Help]:
    """What nobody has taken yet and is not over, soonest first."""
    rows = await conn.execute(
        _select()
        .where(help_request.c.state == "posted", help_request.c.ends_at > now)
        .order_by(help_request.c.starts_at, help_request.c.no)
    )
    return [_help(row) for row in rows]


async def between(conn: AsyncConnection, start: datetime, end: datetime) -> list[Help]:
    """All that begins in a stretch of time, soonest first."""
    rows = await conn.execute(
        _select()
        .where(help_request.c.starts_at >= start, help_request.c.starts_at < end)
        .order_by(help_request.c.starts_at, help_request.c.no)
    )
    return [_help(row) for row in rows]


async def move(
    conn: AsyncConnection,
    clock: Clock,
    one: Help,
    state: str,
    *,
    states: Sequence[str],
    actor: str,
    **fields: Any,
) -> Help:
    """Move it on if it is still in one of `states`, and note who did. Raises Conflict."""
    changed = await conn.execute(
        update(help_request)
        .where(help_request.c.id == one.id, help_request.c.state.in_(states))
        .values(state=state, **fields)
    )
    if changed.rowcount == 0:
        raise Conflict("the request has moved on")
    await note(conn, clock, one.id, state, actor=actor)
    return await get(conn, one.id)


async def note(
    conn: AsyncConnection, clock: Clock, request_id: str, kind: str, *, actor: str, words: str = ""
) -> None:
    """Add to the log of a request, which is never changed."""
    await conn.execute(
        insert(help_event).values(
            request_id=request_id, kind=kind, actor=actor, note=words, at=clock.now()
        )
    )


async def history(conn: AsyncConnection, request_id: str) -> list[tuple[str, str]]:
    """(kind, actor) of every move, oldest first."""
    rows = await conn.execute(
        select(help_event.c.kind, help_event.c.actor)
        .where(help_event.c.request_id == request_id)
        .order_by(help_event.c.id)
    )
    return [(row.kind, row.actor) for row in rows]


async def called(
    conn: AsyncConnection, clock: Clock, request_id: str, volunteer_ids: Iterable[str]
) -> None:
    """Remember who was told of a request."""
    for volunteer_id in volunteer_ids:
        await conn.execute(
            insert_once(conn, help_call)
            .values(request_id=request_id, volunteer_id=volunteer_id, at=clock.now())
            .on_conflict_do_nothing()
        )


async def count_called(conn: AsyncConnection, request_id: str) -> int:
    """How many were told of a request."""
    called = select(func.count()).where(help_call.c.request_id == request_id)
    return int((await conn.execute(called)).scalar_one())


async def conversations_called(
    conn: AsyncConnection, request_id: str, *, but: str | None
) -> list[str]:
    """The conversations of those who were told and are volunteers still, without one of them."""
    rows = await conn.execute(
        select(volunteer.c.conversation_id)
        .join(help_call, help_call.c.volunteer_id == volunteer.c.id)
        .where(
            help_call.c.request_id == request_id,
            volunteer.c.id != but,
            volunteer.c.state == "active",
        )
        .order_by(volunteer.c.id)
    )
    return [str(one) for one in rows.scalars()]
