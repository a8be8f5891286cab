"""Repair orders: what a household and staff may do with one, and when.

    pending → accepted → {pending (transferred, returned), paused ⇄ accepted}
    accepted → {to_pay → to_rate, to_rate} → to_visit → closed;  accepted → unresolved
    to_pay → to_visit when it was rated before it was paid.
    withdrawn by the resident before work is done; reopened once, after a close, to pending.

Urging is an event, not a state. Every act carries the turn's id, so a turn that runs again
changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Code, Conflict, NotBound
from community.services import incident, urgency
from community.services.incident import Known
from community.store import tickets
from community.store.identities import Party
from community.store.tickets import Teller, Ticket

KIND = "repair"
OPEN = ("pending", "accepted", "paused")
FINISHED = ("to_pay", "to_rate", "to_visit", "closed", "unresolved")
BEST_SCORE = 5
HAPPY_SCORE = 3
"A lower score is an unhappy close"

STAFF_MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "dispatch": (("pending", "accepted"), "accepted"),
    "return": (("accepted",), "pending"),
    "pause": (("accepted",), "paused"),
    "resume": (("paused",), "accepted"),
    "finish": (("accepted",), "to_rate"),
    "finish_paid": (("accepted",), "to_pay"),
    "paid": (("to_pay",), "to_rate"),
    "give_up": (("pending", "accepted", "paused"), "unresolved"),
    "call_back": (("to_rate", "to_visit"), "closed"),
}
"Act of staff: (states it is allowed in, state it leads to)"


async def create(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    description: str,
    place: str | None,
    phone: str | None,
    appointment: tuple[datetime, datetime] | None,
    photos: Sequence[str] = (),
    voice: str = "proposed",
) -> Ticket:
    """Open an order for the account's own home. Raises NotBound without one.

    `voice`: how it is tied to what is known of the whole building, joined, proposed or own.
    """
    if account.home is None:
        raise NotBound("a repair needs a home")
    level = urgency.decide(description)
    topic = None if level == "critical" else incident.of_repair(description, account.home.building)
    async with ctx.db.write() as conn:
        made = await tickets.create(
            conn,
            ctx.clock,
            kind=KIND,
            state="pending",
            actor="resident",
            turn_id=turn_id,
            room_id=account.home.room_id,
            identity_id=account.identity_id,
            conversation_id=account.conversation_id,
            place=place,
            description=description,
            urgency=level,
            phone=phone,
            appointment_start=appointment[0] if appointment else None,
            appointment_end=appointment[1] if appointment else None,
            due_at=urgency.due_at(level, ctx.clock.now()),
        )
        if photos:
            await tickets.attach(conn, made.id, account.conversation_id, photos)
        if topic is not None:
            await incident.gather(conn, ctx.clock, topic, made, voice=voice)
    return made


async def known(ctx: Context, account: Party, description: str) -> Known | None:
    """What the neighbours reported already that these words are of; None for the home's own fault."""
    if account.home is None or urgency.decide(description) == "critical":
        return None
    topic = incident.of_repair(description, account.home.building)
    if topic is None:
        return None
    async with ctx.db.read() as conn:
        return await incident.known(conn, ctx.clock, topic, but=account.home.room_id)


async def of_home(ctx: Context, account: Party, states: Sequence[str]) -> list[Ticket]:
    """The household's orders in these states, newest first."""
    async with ctx.db.read() as conn:
        room_id = account.home.room_id if account.home else None
        return await tickets.of_party(
            conn, [KIND], room_id=room_id, identity_id=account.identity_id, states=states
        )


async def find(ctx: Context, account: Party, no: int) -> Ticket:
    """An order by its number. Raises NotFound for an absent one and for another household's."""
    async with ctx.db.read() as conn:
        return await _by_no(conn, account, no)


async def _by_no(conn: AsyncConnection, account: Party, no: int) -> Ticket:
    room_id = account.home.room_id if account.home else None
    return await tickets.one_of_party(
        conn, [KIND], room_id=room_id, identity_id=account.identity_id, no=no
    )


async def urge(ctx: Context, account: Party, no: int, *, turn_id: str) -> Ticket:
    """Hurry an open order up. Raises Conflict when it is no longer open."""
    async with ctx.db.write() as conn:
        one = await _by_no(conn, account, no)
        return await tickets.act_once(
            conn, ctx.clock, one, "urged", states=OPEN, turn_id=turn_id, urged=one.urged + 1
        )


async def reschedule(
    ctx: Context, account: Party, no: int, appointment: tuple[datetime, datetime], *, turn_id: str
) -> Ticket:
    """Move the visit of an open order."""
    async with ctx.db.write() as conn:
        one = await _by_no(conn, account, no)
        return await tickets.act_once(
            conn,
            ctx.clock,
            one,
            "rescheduled",
            states=OPEN,
            turn_id=turn_id,
            appointment_start=appointment[0],
            appointment_end=appointment[1],
        )


async def withdraw(ctx: Context, account: Party, no: int, *, turn_id: str) -> Ticket:
    """Take an order back before the work is done."""
    async with ctx.db.write() as conn:
        one = await _by_no(conn, account, no)
        if one.state == "withdrawn":
            return one
        tickets.require_state(one, OPEN)
        return await tickets.advance(
            conn, ctx.clock, one, "withdrawn", actor="resident", state="withdrawn", turn_id=turn_id
        )


async def rate(ctx: Context, account: Party, no: int, score: int, *, turn_id: str) -> Ticket:
    """Judge a finished order, 1–5, which sends it to its call-back. Raises BadInput for a score beyond."""
    if not 1 <= score <= BEST_SCORE:
        raise BadInput("a score is 1 to 5")
    async with ctx.db.write() as conn:
        one = await _by_no(conn, account, no)
        state = "to_visit" if one.state == "to_rate" else one.state
        return await tickets.act_once(
            conn,
            ctx.clock,
            one,
            "rated",
            states=FINISHED,
            state=state,
            turn_id=turn_id,
            score=score,
        )


async def reopen(ctx: Context, account: Party, no: int, words: str, *, turn_id: str) -> Ticket:
    """Once, after a close that did not help: back to the queue with what is still wrong.

    Raises Conflict (code `conflict`) when it was reopened before: a person must look then.
    """
    async with ctx.db.write() as conn:
        one = await _by_no(conn, account, no)
        return await tickets.reopen_once(
            conn,
            ctx.clock,
            one,
            words,
            states=FINISHED,
            turn_id=turn_id,
            state="pending",
            assignee_id=None,
            due_at=urgency.due_at("high", ctx.clock.now()),
        )


async def staff_act(
    ctx: Context,
    ticket_id: str,
    act: str,
    *,
    staff_id: str,
    version: int,
    assignee_id: str | None = None,
    note: str = "",
    tell: Teller | None = None,
) -> Ticket:
    """One of STAFF_MOVES. Raises Conflict when the state does not allow it or it has moved on.

    `tell` runs in the same transaction: what the household hears of a move cannot be lost.
    """
    allowed, state = STAFF_MOVES[act]
    async with ctx.db.write() as conn:
        one = await tickets.get(conn, ticket_id)
        tickets.require_state(one, allowed)
        if one.version != version:
            raise Conflict("the order has moved on", code=Code.STALE)
        changes = {}
        if act == "dispatch":
            changes["assignee_id"] = assignee_id
        elif act == "return":
            changes["assignee_id"] = None
        if act == "paid" and await _is_rated(conn, one):
            state = "to_visit"
        moved = await tickets.advance(
            conn, ctx.clock, one, act, actor=staff_id, state=state, note=note, **changes
        )
        if tell is not None:
            await tell(conn, moved)
        return moved


async def _is_rated(conn: AsyncConnection, one: Ticket) -> bool:
    """Whether the present work was judged already; a score from before a reopening is of the old."""
    for event in reversed(await tickets.history(conn, one.id)):
        if event.kind in {"rated", "reopened"}:
            return event.kind == "rated"
    return False
