"""Complaints and suggestions: filed by anybody, answered by staff.

submitted → handling → replied → closed.  A complaint is due in 3 days, a suggestion in 7. Whoever
filed it judges the reply: content closes it; not content may have it handled again, once.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Code, Conflict
from community.store import tickets
from community.store.identities import Party
from community.store.tickets import Teller, Ticket, TicketEvent

KINDS = ("complaint", "suggestion")
DUE_DAYS = {"complaint": 3, "suggestion": 7}
ANSWERED = ("replied", "closed")
CONTENT, NOT_CONTENT = 5, 1
"Scores: a reply is judged with one of two words"
STAFF_MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "accept": (("submitted",), "handling"),
    "reply": (("submitted", "handling"), "replied"),
    "close": (("replied",), "closed"),
}


async def submit(
    ctx: Context,
    account: Party,
    *,
    kind: str,
    turn_id: str,
    description: str,
    place: str | None,
    anonymous: bool,
    photos: tuple[str, ...] = (),
) -> Ticket:
    """File it. An anonymous one keeps who may ask about it, but staff are not shown who it was."""
    async with ctx.db.write() as conn:
        made = await tickets.create(
            conn,
            ctx.clock,
            kind=kind,
            state="submitted",
            actor="resident",
            turn_id=turn_id,
            room_id=account.home.room_id if account.home and not anonymous else None,
            identity_id=account.identity_id,
            conversation_id=account.conversation_id,
            place=place,
            description=description,
            urgency="normal",
            anonymous=anonymous,
            due_at=ctx.clock.now() + timedelta(days=DUE_DAYS[kind]),
        )
        if photos:
            await tickets.attach(conn, made.id, account.conversation_id, photos)
    return made


async def mine(ctx: Context, account: Party) -> list[tuple[Ticket, TicketEvent | None]]:
    """What the household filed, newest first, each with staff's last reply."""
    async with ctx.db.read() as conn:
        found = await tickets.of_party(
            conn,
            KINDS,
            room_id=account.home.room_id if account.home else None,
            identity_id=account.identity_id,
        )
        answered = []
        for one in found:
            replies = [e for e in await tickets.history(conn, one.id) if e.kind == "reply"]
            answered.append((one, replies[-1] if replies else None))
    return answered


async def rate(ctx: Context, account: Party, no: int, score: int, *, turn_id: str) -> Ticket:
    """Judge the reply: CONTENT closes it. Raises Conflict when there is no reply to judge yet."""
    if score not in (CONTENT, NOT_CONTENT):
        raise BadInput("a reply is judged with one of two scores")
    async with ctx.db.write() as conn:
        one = await _own(conn, account, no)
        return await tickets.act_once(
            conn,
            ctx.clock,
            one,
            "rated",
            states=ANSWERED,
            state="closed" if score == CONTENT else one.state,
            turn_id=turn_id,
            score=score,
        )


async def reopen(ctx: Context, account: Party, no: int, words: str, *, turn_id: str) -> Ticket:
    """Once, after a reply that did not help: handled anew, with what is still wrong.

    Raises Conflict (code `conflict`) when it was reopened before: a person must look then.
    """
    async with ctx.db.write() as conn:
        one = await _own(conn, account, no)
        return await tickets.reopen_once(
            conn,
            ctx.clock,
            one,
            words,
            states=ANSWERED,
            turn_id=turn_id,
            state="handling",
            due_at=ctx.clock.now() + timedelta(days=DUE_DAYS[one.kind]),
        )


async def _own(conn: AsyncConnection, account: Party, no: int) -> Ticket:
    room_id = account.home.room_id if account.home else None
    return await tickets.one_of_party(
        conn, KINDS, room_id=room_id, identity_id=account.identity_id, no=no
    )


async def staff_act(
    ctx: Context,
    ticket_id: str,
    act: str,
    *,
    staff_id: str,
    version: int,
    note: str = "",
    tell: Teller | None = None,
) -> Ticket:
    """One of STAFF_MOVES. Raises Conflict when the state does not allow it or it has moved on.

    `tell` runs in the same transaction: a reply that is stored cannot miss its resident.
    """
    allowed, state = STAFF_MOVES[act]
    async with ctx.db.write() as conn:
        one = await tickets.get(conn, ticket_id)
        tickets.require_state(one, allowed)
        if one.version != version:
            raise Conflict("the complaint has moved on", code=Code.STALE)
        moved = await tickets.advance(
            conn, ctx.clock, one, act, actor=staff_id, state=state, note=note
        )
        if tell is not None:
            await tell(conn, moved)
        return moved
