"""The queue: cases that wait for a person, from the hand-over to the reasoned close (law 7).

A case and its conversation change together in the caller's transaction. One case is open per
resident and lane (`open_key`); a second cause joins it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import Code, Conflict, NotFound
from community.ids import new_id
from community.store import counters
from community.store.schema import conversation, identity, queue_case, staff
from community.times import Clock
from conversation import audit, duty, events, timers
from conversation.ownership import STAFFED, Owner, current, move, owner_name


class Lane(enum.StrEnum):
    """How fast a case must be seen; the emergency lane stands above hours and quotas."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"
    NORMAL = "NORMAL"


WAITING, PROMISED, OWNED, PARKED, CLOSED = "waiting", "promised", "owned", "parked", "closed"
RETURN_LEASE_S = 75.0
"Lease of a case that comes back from being parked, until its clerk's page renews it"
_rank = case(
    (queue_case.c.lane == Lane.EMERGENCY, 0), (queue_case.c.lane == Lane.URGENT, 1), else_=2
)


@dataclass(frozen=True)
class Case:
    """One matter that a person has to see."""

    id: str
    no: int
    conversation_id: str
    lane: Lane
    state: str
    reason: str
    room_id: str | None
    summary: dict[str, Any]
    "{words, slots: [{name, value, seq}], kind, causes: [{reason, at, seq}]}"
    owner_id: str | None
    opened_at: datetime
    acknowledged_at: datetime | None
    lease_until: datetime | None
    parked_until: datetime | None
    resolution: str | None
    promise: dict[str, Any] | None
    score: int | None


_COLUMNS = [queue_case.c[field] for field in Case.__dataclass_fields__]


def _case(row: Row[Any]) -> Case:
    values = dict(row._mapping)
    return Case(**values | {"lane": Lane(values["lane"])})


async def open_case(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    *,
    lane: Lane,
    reason: str,
    summary: dict[str, Any],
    actor: str = "bot",
) -> Case:
    """Queue a conversation for a person and hand the floor to WAITING.

    An open case of the same resident and lane is joined, not doubled. An emergency does not take
    the floor from a clerk who has it. With nobody on duty the case is `promised` and the bot
    serves on, except for an emergency, which waits and rings whatever the hour.
    """
    owner = await current(conn, conversation_id)
    identity_id, room_id = (
        await conn.execute(
            select(identity.c.id, identity.c.room_id)
            .join(conversation, conversation.c.identity_id == identity.c.id)
            .where(conversation.c.id == conversation_id)
        )
    ).one()
    staffed = lane is Lane.EMERGENCY or await duty.anybody(conn)
    open_key = f"{identity_id}:{lane}"
    found = await _open_by_key(conn, open_key)
    now = clock.now()
    cause = {"reason": reason, "at": now.isoformat(), "seq": summary.get("seq")}
    if found is not None:
        joined = found.summary | summary | {"causes": [*found.summary.get("causes", []), cause]}
        state = WAITING if staffed and found.state == PROMISED else found.state
        await conn.execute(
            update(queue_case)
            .where(queue_case.c.id == found.id)
            .values(summary=joined, state=state, room_id=room_id or found.room_id)
        )
        case_id = found.id
    else:
        case_id = await _insert(
            conn, clock, conversation_id, lane=lane, reason=reason, room_id=room_id,
            open_key=open_key, summary=summary | {"causes": [cause]},
            state=WAITING if staffed else PROMISED,
        )  # fmt: skip
    await audit.record(
        conn, clock, actor=actor, act="case.open", obj=case_id, detail={"reason": reason}
    )
    if staffed and owner.state in {Owner.BOT, Owner.RESOLVED}:
        await move(conn, clock, conversation_id, Owner.WAITING, actor=actor, cause=reason)
    await events.publish(
        conn, clock, "ring" if lane is Lane.EMERGENCY else "case",
        conversation_id=conversation_id, case_id=case_id,
    )  # fmt: skip
    return await get(conn, case_id)


async def _insert(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    *,
    lane: Lane,
    reason: str,
    room_id: str | None,
    open_key: str,
    summary: dict[str, Any],
    state: str,
) -> str:
    case_id = new_id("case")
    promise = None
    if state == PROMISED:
        promise = {"until": duty.next_shift(clock.now()).isoformat()}
    await conn.execute(
        insert(queue_case).values(
            id=case_id,
            no=await counters.next_number(conn),
            conversation_id=conversation_id,
            lane=lane,
            state=state,
            reason=reason,
            open_key=open_key,
            room_id=room_id,
            summary=summary,
            opened_at=clock.now(),
            promise=promise,
        )
    )
    return case_id


async def _open_by_key(conn: AsyncConnection, open_key: str) -> Case | None:
    row = (await conn.execute(select(*_COLUMNS).where(queue_case.c.open_key == open_key))).first()
    return _case(row) if row else None


async def get(conn: AsyncConnection, case_id: str) -> Case:
    """Raises NotFound."""
    row = (await conn.execute(select(*_COLUMNS).where(queue_case.c.id == case_id))).first()
    if row is None:
        raise NotFound("no such case")
    return _case(row)


async def open_cases(conn: AsyncConnection, conversation_id: str | None = None) -> list[Case]:
    """Open cases in the order to be served: lane first, then age."""
    query = select(*_COLUMNS).where(queue_case.c.open_key.is_not(None))
    if conversation_id is not None:
        query = query.where(queue_case.c.conversation_id == conversation_id)
    rows = await conn.execute(query.order_by(_rank, queue_case.c.opened_at))
    return [_case(row) for row in rows]


async def position(conn: AsyncConnection, found: Case) -> int:
    """How many cases are served before this one, plus one."""
    rank = {Lane.EMERGENCY: 0, Lane.URGENT: 1, Lane.NORMAL: 2}[found.lane]
    before = await conn.execute(
        select(func.count())
        .select_from(queue_case)
        .where(
            queue_case.c.state == WAITING,
            (_rank < rank) | ((_rank == rank) & (queue_case.c.opened_at < found.opened_at)),
        )
    )
    return int(before.scalar_one()) + 1


async def claim(
    conn: AsyncConnection, clock: Clock, case_id: str, staff_id: str, *, lease_s: float
) -> Case:
    """Take a case: one winner.

    Raises Conflict with the winner's name when another was first; claiming one's own case again
    renews the lease.
    """
    found = await get(conn, case_id)
    if found.owner_id == staff_id and found.state == OWNED:
        await renew(conn, clock, staff_id, lease_s=lease_s)
        return await get(conn, case_id)
    lease_until = clock.now() + timedelta(seconds=lease_s)
    won = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.state.in_([WAITING, PROMISED]))
        .values(
            state=OWNED,
            owner_id=staff_id,
            claimed_at=clock.now(),
            acknowledged_at=func.coalesce(queue_case.c.acknowledged_at, clock.now()),
            lease_until=lease_until,
        )
    )
    if won.rowcount != 1:
        raise Conflict("another was first", winner=await owner_name(conn, found.conversation_id))
    owner = await current(conn, found.conversation_id)
    if owner.state in STAFFED and owner.owner_id != staff_id and found.lane is not Lane.EMERGENCY:
        raise Conflict(
            "another has the conversation", winner=await owner_name(conn, found.conversation_id)
        )
    if owner.owner_id != staff_id or owner.state not in STAFFED:
        if owner.state is Owner.PARKED:
            await move(
                conn, clock, found.conversation_id, Owner.WAITING, actor=staff_id, cause="claim"
            )
        await move(
            conn,
            clock,
            found.conversation_id,
            Owner.CLAIMED,
            actor=staff_id,
            cause="claim",
            owner_id=staff_id,
        )
    await _set_lease_timer(conn, case_id, lease_until)
    await audit.record(conn, clock, actor=staff_id, act="case.claim", obj=case_id)
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )
    return await get(conn, case_id)


async def _set_lease_timer(conn: AsyncConnection, case_id: str, due_at: datetime) -> None:
    await timers.set_timer(
        conn, kind="lease", key=f"lease:{case_id}", due_at=due_at, payload={"case_id": case_id}
    )


async def renew(conn: AsyncConnection, clock: Clock, staff_id: str, *, lease_s: float) -> None:
    """The clerk's page is alive: all their leases run anew."""
    await conn.execute(
        update(queue_case)
        .where(queue_case.c.owner_id == staff_id, queue_case.c.state == OWNED)
        .values(lease_until=clock.now() + timedelta(seconds=lease_s))
    )


async def speak(conn: AsyncConnection, clock: Clock, case_id: str, staff_id: str) -> int:
    """The owner is about to write to the resident; returns the epoch to write under.

    Raises Conflict when the case is not theirs (any more).
    """
    found = await get(conn, case_id)
    owner = await current(conn, found.conversation_id)
    if found.state not in {OWNED, PARKED} or owner.owner_id != staff_id:
        raise Conflict(
            "not yours", code=Code.STALE, winner=await owner_name(conn, found.conversation_id)
        )
    if owner.state is Owner.WITH_HUMAN:
        return owner.epoch
    if found.state == PARKED:
        await _own_again(conn, clock, case_id)
    return await move(
        conn,
        clock,
        found.conversation_id,
        Owner.WITH_HUMAN,
        actor=staff_id,
        cause="reply",
        owner_id=staff_id,
    )


async def _own_again(conn: AsyncConnection, clock: Clock, case_id: str) -> None:
    """A parked case is worked on again, under a lease like any claimed one."""
    lease_until = clock.now() + timedelta(seconds=RETURN_LEASE_S)
    await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id)
        .values(state=OWNED, parked_until=None, lease_until=lease_until)
    )
    await timers.cancel(conn, f"unpark:{case_id}")
    await _set_lease_timer(conn, case_id, lease_until)


async def acknowledge(conn: AsyncConnection, clock: Clock, case_id: str, staff_id: str) -> bool:
    """Somebody has seen it: every device stops ringing. False when that was said before."""
    found = await get(conn, case_id)
    changed = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.acknowledged_at.is_(None))
        .values(acknowledged_at=clock.now())
    )
    if changed.rowcount != 1:
        return False
    await audit.record(conn, clock, actor=staff_id, act="case.acknowledge", obj=case_id)
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )
    return True


async def _floor_to_other_case(
    conn: AsyncConnection, clock: Clock, found: Case, *, actor: str, cause: str
) -> int | None:
    """After `found` left its clerk: whoever works on another case of the conversation speaks.

    Returns the epoch, or None when nobody does and the floor is the caller's to give away.
    """
    owner = await current(conn, found.conversation_id)
    owned = [
        other.owner_id
        for other in await open_cases(conn, found.conversation_id)
        if other.id != found.id and other.state == OWNED
    ]
    if owner.owner_id in owned:
        return owner.epoch
    if not owned:
        return None
    return await move(
        conn, clock, found.conversation_id, Owner.WITH_HUMAN, actor=actor, cause=cause,
        owner_id=owned[0],
    )  # fmt: skip


async def put_back(
    conn: AsyncConnection, clock: Clock, case_id: str, *, actor: str, cause: str
) -> None:
    """Return a case to the queue: the clerk gives it back, or their lease ran out."""
    found = await get(conn, case_id)
    changed = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.state.in_([OWNED, PARKED]))
        .values(state=WAITING, owner_id=None, lease_until=None, parked_until=None)
    )
    if changed.rowcount != 1:
        raise Conflict("the case is not claimed", code=Code.STALE)
    if await _floor_to_other_case(conn, clock, found, actor=actor, cause=cause) is None:
        await move(conn, clock, found.conversation_id, Owner.WAITING, actor=actor, cause=cause)
    await timers.cancel(conn, f"lease:{case_id}")
    await audit.record(
        conn, clock, actor=actor, act="case.put_back", obj=case_id, detail={"cause": cause}
    )
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )


async def lease_ran_out(conn: AsyncConnection, clock: Clock, payload: dict[str, Any]) -> None:
    """Timer `lease`: put the case back unless its clerk has shown signs of life since."""
    found = await get(conn, payload["case_id"])
    if found.state != OWNED or found.lease_until is None:
        return
    if found.lease_until > clock.now():
        await _set_lease_timer(conn, found.id, found.lease_until)
        return
    await put_back(conn, clock, found.id, actor="timer", cause="lease_lost")


async def park(
    conn: AsyncConnection, clock: Clock, case_id: str, staff_id: str, until: datetime
) -> None:
    """Lay a case aside until a time; the resident's word brings it back earlier."""
    await speak(conn, clock, case_id, staff_id)
    found = await get(conn, case_id)
    await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id)
        .values(state=PARKED, parked_until=until, lease_until=None)
    )
    await move(
        conn, clock, found.conversation_id, Owner.PARKED, actor=staff_id, cause="park",
        owner_id=staff_id,
    )  # fmt: skip
    await timers.cancel(conn, f"lease:{case_id}")
    await timers.set_timer(
        conn, kind="unpark", key=f"unpark:{case_id}", due_at=until, payload={"case_id": case_id}
    )
    await audit.record(conn, clock, actor=staff_id, act="case.park", obj=case_id)


async def unpark(conn: AsyncConnection, clock: Clock, payload: dict[str, Any]) -> None:
    """Timer `unpark`, or the resident's word: back to the clerk, or to the queue if they left."""
    found = await get(conn, payload["case_id"])
    if found.state != PARKED or found.owner_id is None:
        return
    present = await conn.execute(select(staff.c.on_duty).where(staff.c.id == found.owner_id))
    if not present.scalar():
        await put_back(conn, clock, found.id, actor="timer", cause="clerk_off_duty")
        return
    await _own_again(conn, clock, found.id)
    await move(
        conn, clock, found.conversation_id, Owner.WITH_HUMAN, actor="timer", cause="unpark",
        owner_id=found.owner_id,
    )  # fmt: skip
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=found.id
    )


async def resolve(
    conn: AsyncConnection,
    clock: Clock,
    case_id: str,
    staff_id: str,
    *,
    resolution: str,
    note: str,
    promise: str | None = None,
    promise_until: datetime | None = None,
) -> int:
    """Close a case with a reason; returns the epoch under which the closing words are said.

    The conversation keeps a boundary record of what was promised, by whom and until when. Another
    open case of the same conversation keeps it WAITING.
    """
    found = await get(conn, case_id)
    if found.owner_id != staff_id or found.state not in {OWNED, PARKED}:
        raise Conflict(
            "not yours", code=Code.STALE, winner=await owner_name(conn, found.conversation_id)
        )
    boundary = {
        "by": await owner_name(conn, found.conversation_id),
        "note": note,
        "promise": promise,
        "until": promise_until.isoformat() if promise_until else None,
    }
    await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id)
        .values(
            state=CLOSED,
            open_key=None,
            lease_until=None,
            resolved_at=clock.now(),
            resolution=resolution,
            resolution_note=note,
            promise=boundary,
        )
    )
    await timers.cancel(conn, f"lease:{case_id}")
    await timers.cancel(conn, f"unpark:{case_id}")
    await audit.record(
        conn, clock, actor=staff_id, act="case.resolve", obj=case_id,
        detail={"resolution": resolution},
    )  # fmt: skip
    others = await open_cases(conn, found.conversation_id)
    epoch = await _floor_to_other_case(conn, clock, found, actor=staff_id, cause="next_case")
    if epoch is not None:
        await events.publish(
            conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
        )
        return epoch
    if others:
        return await move(
            conn, clock, found.conversation_id, Owner.WAITING, actor=staff_id, cause="next_case"
        )
    await move(
        conn, clock, found.conversation_id, Owner.WRAP_UP, actor=staff_id, cause=resolution,
        boundary=boundary,
    )  # fmt: skip
    return await move(
        conn, clock, found.conversation_id, Owner.RESOLVED, actor=staff_id, cause=resolution,
        boundary=boundary,
    )  # fmt: skip


async def withdraw(conn: AsyncConnection, clock: Clock, conversation_id: str) -> int:
    """The resident no longer wants to wait: normal cases close, the bot serves on.

    Emergencies stay open: only a person closes them. Returns the new epoch.
    """
    for found in await open_cases(conn, conversation_id):
        if found.lane is not Lane.EMERGENCY and found.state in {WAITING, PROMISED}:
            await conn.execute(
                update(queue_case)
                .where(queue_case.c.id == found.id)
                .values(
                    state=CLOSED, open_key=None, resolved_at=clock.now(), resolution="withdrawn"
                )
            )
            await audit.record(conn, clock, actor="resident", act="case.withdraw", obj=found.id)
            await events.publish(
                conn, clock, "case", conversation_id=conversation_id, case_id=found.id
            )
    return await move(conn, clock, conversation_id, Owner.BOT, actor="resident", cause="withdrawn")


async def add_words(conn: AsyncConnection, clock: Clock, conversation_id: str, seq: int) -> None:
    """The resident spoke while a person has or will have the case: wake the desk."""
    for found in await open_cases(conn, conversation_id):
        if found.state == PARKED:
            await unpark(conn, clock, {"case_id": found.id})
    await events.publish(conn, clock, "message", conversation_id=conversation_id)


async def annotate(
    conn: AsyncConnection, clock: Clock, case_id: str, *, fact: str, seq: int
) -> None:
    """Add a fact such as `false_alarm_said` to the summary; it never closes anything."""
    found = await get(conn, case_id)
    facts = [*found.summary.get("facts", []), {"fact": fact, "seq": seq}]
    await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id)
        .values(summary=found.summary | {"facts": facts})
    )
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )


async def rate(conn: AsyncConnection, clock: Clock, case_id: str, score: int) -> bool:
    """The resident's opinion of a closed case, 1–5; False when it was given before."""
    changed = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.score.is_(None))
        .values(score=score)
    )
    await events.publish(conn, clock, "case", case_id=case_id)
    return changed.rowcount == 1
