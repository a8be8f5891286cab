"""Matters of all: faults of facilities, disorder in the grid and 12345 matters, from report to answer.

    facility, grid:  new → accepted → done;  new, accepted → refused
    hotline:         new → filed → done;     new, filed → refused
    withdrawn by the resident: before it is settled, and a 12345 matter before the city has it.

Anybody may report, with a home or without one. A refusal and the city's answer carry words, which
the resident reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Code, Conflict
from community.labels import label
from community.store import facilities, matters, tickets
from community.store.identities import Party
from community.store.incidents import of_ticket
from community.store.matters import Detail
from community.store.tickets import Teller, Ticket, TicketEvent

KINDS = ("facility", "grid", "hotline")
OPEN = ("new", "accepted", "filed")
PLACE_MAX_CHARACTERS = 64
Moves = Mapping[str, tuple[tuple[str, ...], str]]
_FIELD: Moves = {
    "accept": (("new",), "accepted"),
    "done": (("new", "accepted"), "done"),
    "refuse": (("new", "accepted"), "refused"),
}
STAFF_MOVES: Mapping[str, Moves] = {
    "facility": _FIELD,
    "grid": _FIELD,
    "hotline": {
        "file": (("new",), "filed"),
        "done": (("filed",), "done"),
        "refuse": (("new", "filed"), "refused"),
    },
}
"By kind: act of staff: (states it is allowed in, state it leads to)"
NEEDS_WORDS = frozenset({("facility", "refuse"), ("grid", "refuse"), ("hotline", "refuse"),
                         ("hotline", "done")})  # fmt: skip
WITHDRAWABLE = {"facility": ("new", "accepted"), "grid": ("new", "accepted"), "hotline": ("new",)}


@dataclass(frozen=True)
class Matter:
    """A ticket with what is known beside it, and the last that staff said to its resident."""

    ticket: Ticket
    detail: Detail
    answer: str
    expected: str
    "What staff say of the incident that it is a voice of"
    expected_at: datetime | None


async def create(
    conn: AsyncConnection,
    ctx: Context,
    account: Party,
    *,
    kind: str,
    turn_id: str,
    words: str,
    place: str | None,
    category: str,
    urgency: str,
    due_at: datetime,
    anonymous: bool = False,
    photos: Sequence[str] = (),
    facility_id: str | None = None,
    grid_id: str | None = None,
) -> Ticket:
    """File it, once for a turn. An anonymous one keeps who may ask about it, and no home."""
    if not words.strip():
        raise BadInput("nothing is told")
    made = await tickets.create(
        conn, ctx.clock, kind=kind, state="new", actor="resident", turn_id=turn_id,
        room_id=account.home.room_id if account.home and not anonymous else None,
        identity_id=account.identity_id, conversation_id=account.conversation_id,
        place=place[:PLACE_MAX_CHARACTERS] if place else None, description=words.strip(),
        urgency=urgency, anonymous=anonymous, due_at=due_at,
    )  # fmt: skip
    await matters.add(conn, made.id, category=category, facility_id=facility_id, grid_id=grid_id)
    if photos:
        await tickets.attach(conn, made.id, account.conversation_id, photos)
    return made


async def mine(
    ctx: Context,
    account: Party,
    *,
    kinds: Sequence[str] = KINDS,
    states: Sequence[str] | None = None,
) -> list[Matter]:
    """What the household reported, newest first."""
    async with ctx.db.read() as conn:
        found = await tickets.of_party(
            conn, kinds, room_id=_room(account), identity_id=account.identity_id, states=states
        )
        return await _whole(conn, found)


async def find(ctx: Context, account: Party, no: int) -> Matter:
    """One by its number. Raises NotFound for an absent one and for another household's."""
    async with ctx.db.read() as conn:
        return (await _whole(conn, [await _own(conn, account, no)]))[0]


async def _own(conn: AsyncConnection, account: Party, no: int) -> Ticket:
    return await tickets.one_of_party(
        conn, KINDS, room_id=_room(account), identity_id=account.identity_id, no=no
    )


def _room(account: Party) -> str | None:
    return account.home.room_id if account.home else None


async def _whole(conn: AsyncConnection, found: Sequence[Ticket]) -> list[Matter]:
    details = await matters.details(conn, [one.id for one in found])
    whole = []
    for one in found:
        tied = await of_ticket(conn, one.id)
        incident = tied[0] if tied and tied[1] == "joined" and tied[0].state == "open" else None
        whole.append(
            Matter(
                one, details[one.id], _answer(await tickets.history(conn, one.id)),
                incident.expected if incident else "", incident.expected_at if incident else None,
            )
        )  # fmt: skip
    return whole


def _answer(history: Sequence[TicketEvent]) -> str:
    said = [one.note for one in history if one.kind in {"done", "refuse"} and one.note]
    return said[-1] if said else ""


async def withdraw(ctx: Context, account: Party, no: int, *, turn_id: str) -> Ticket:
    """Take it back. Raises NotFound, and Conflict (code `stale`) when it is too late for that."""
    async with ctx.db.write() as conn:
        one = await _own(conn, account, no)
        if one.state == "withdrawn":
            return one
        return await tickets.act_once(
            conn, ctx.clock, one, "withdrawn",
            states=WITHDRAWABLE[one.kind], state="withdrawn", turn_id=turn_id,
        )  # fmt: skip


async def staff_act(
    ctx: Context,
    ticket_id: str,
    act: str,
    *,
    staff_id: str,
    version: int,
    note: str = "",
    outside_no: str = "",
    due_at: datetime | None = None,
    tell: Teller | None = None,
) -> Ticket:
    """One of STAFF_MOVES; `tell` runs in the transaction.

    Raises BadInput for words or a number that are missing, Conflict when the state does not allow
    it, when it has moved on, and (code `conflict`) when it is moved with its incident.
    """
    async with ctx.db.write() as conn:
        one = await tickets.get(conn, ticket_id)
        states, state = STAFF_MOVES[one.kind][act]
        tickets.require_state(one, states)
        if one.version != version:
            raise Conflict("the matter has moved on", code=Code.STALE)
        if (one.kind, act) in NEEDS_WORDS and not note:
            raise BadInput("the resident is owed words")
        if await is_joined(conn, one.id):
            raise Conflict("it is moved with its incident")
        if act == "file":
            if not outside_no:
                raise BadInput("the city's number is missing")
            await matters.note_outside_no(conn, one.id, outside_no)
        moved = await tickets.advance(
            conn, ctx.clock, one, act,
            actor=staff_id, state=state, note=note, due_at=due_at or one.due_at,
        )  # fmt: skip
        await follow_facility(conn, ctx, moved, act)
        if tell is not None:
            await tell(conn, moved)
    return moved


async def is_joined(conn: AsyncConnection, ticket_id: str) -> bool:
    """Whether it is a voice of an open incident, which moves it."""
    tied = await of_ticket(conn, ticket_id)
    return tied is not None and tied[1] == "joined" and tied[0].state == "open"


async def follow_facility(conn: AsyncConnection, ctx: Context, one: Ticket, act: str) -> None:
    """A facility is repaired once its fault is accepted, and works when the last one is done."""
    if one.kind != "facility" or act not in {"accept", "done"}:
        return
    detail = (await matters.details(conn, [one.id]))[one.id]
    place = await facilities.get(conn, detail.facility_id) if detail.facility_id else None
    if place is None:
        return
    left = (await matters.open_reports(conn, [place.id], OPEN)).get(place.id, 0)
    if act == "accept" and place.state == "ok":
        await facilities.put_state(conn, ctx.clock, place, "repairing", None)
    elif act == "done" and not left:
        await facilities.put_state(conn, ctx.clock, place, "ok", None)


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of what is not settled."""
    return [
        (str(one.ticket.no), f"{label('kind', one.ticket.kind)} {one.ticket.description[:20]}",
         state_words(one.ticket))
        for one in await mine(ctx, account, states=OPEN)
    ]  # fmt: skip


def state_words(one: Ticket) -> str:
    """Its state as residents and staff read it."""
    return label(f"{one.kind}_state", one.state)
