"""The people behind a conversation and their open matters, masked until a reveal is audited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotAllowed, NotFound
from community.services import complaint, repair
from community.store import identities, rooms, tickets
from community.store.identities import Party
from community.store.rooms import Resident
from community.store.schema import conversation, queue_case
from community.store.tickets import Ticket
from community.times import Clock
from conversation import audit
from conversation.queue import Case, Lane
from desk.staff import Role, Staff

PARTS = ("phone", "notes")
"What can be revealed of a member of the household"
OPEN_STATES = {*repair.OPEN, "to_pay", "to_rate", "to_visit", "submitted", "handling", "replied"}


@dataclass(frozen=True)
class Household:
    """Who a clerk talks to."""

    party: Party
    members: list[Resident]
    orders: list[Ticket]
    "Open ones of the home; an anonymous complaint is never among them"
    cases_before: int
    "Earlier cases of the same conversation"


async def of_case(conn: AsyncConnection, case: Case) -> Household:
    party = await identities.party(conn, case.conversation_id)
    if party is None:
        raise NotFound("no such conversation")
    room_id = party.home.room_id if party.home else None
    members = await rooms.residents_of(conn, room_id) if room_id else []
    orders = await tickets.of_party(
        conn, [repair.KIND, *complaint.KINDS], room_id=room_id, identity_id=party.identity_id
    )
    before = await conn.execute(
        select(func.count())
        .select_from(queue_case)
        .join(conversation, conversation.c.id == queue_case.c.conversation_id)
        .where(queue_case.c.conversation_id == case.conversation_id, queue_case.c.no < case.no)
    )
    return Household(
        party,
        members,
        [one for one in orders if not one.anonymous and one.state in OPEN_STATES],
        int(before.scalar_one()),
    )


def may_reveal(person: Staff, case: Case) -> bool:
    """Need to know: whoever holds the case, anybody in an emergency, and an administrator."""
    if case.lane is Lane.EMERGENCY and case.resolution is None:
        return person.works_cases
    return person.role is Role.ADMIN or (case.owner_id == person.id and case.resolution is None)


async def reveal(
    conn: AsyncConnection, clock: Clock, case: Case, person: Staff, *, resident_id: str, part: str
) -> None:
    """Note who saw what of whom, before it is shown. Raises NotAllowed, or NotFound."""
    if not may_reveal(person, case):
        raise NotAllowed("not their case")
    party = await identities.party(conn, case.conversation_id)
    members = await rooms.residents_of(conn, party.home.room_id) if party and party.home else []
    if part not in PARTS or resident_id not in {one.id for one in members}:
        raise NotFound("nobody of this household")
    await audit.record(
        conn,
        clock,
        actor=person.id,
        act=f"resident.reveal_{part}",
        obj=resident_id,
        detail={"case": case.id},
    )
