"""The queue: cases that wait for a person, from the hand-over to the reasoned close (law 7).

A case and its conversation change together in the caller's transaction. One case is open per
resident and lane (`open_key`); a second cause joins it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import BadInput, Code, Conflict, NotFound
from community.ids import new_id
from community.store import counters
from community.store.schema import conversation, identity, queue_case, staff
from community.times import Clock
from conversation import audit, duty, events, outbox, timers
from conversation.ownership import STAFFED, Owner, Ownership, current, move, owner_name


class Lane(enum.StrEnum):
    """How fast a case must be seen; the emergency lane stands above hours and quotas."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"
    NORMAL = "NORMAL"


WAITING, PROMISED, OWNED, PARKED, CLOSED = "waiting", "promised", "owned", "parked", "closed"
FREE = (WAITING, PROMISED)
"States in which nobody has taken the case"
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
    cause = {"reason": reason, "at": clock.now().isoformat(), "seq": summary.get("seq")}
    if found is not None:
        case_id = found.id
        await _join(conn, clock, found, summary, cause, room_id=room_id, staffed=staffed)
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
    promise = _promise(clock) if state == PROMISED else None
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


def _promise(clock: Clock) -> dict[str, Any]:
    return {"until": duty.next_shift(clock.now()).isoformat()}


async def _join(
    conn: AsyncConnection,
    clock: Clock,
    found: Case,
    summary: dict[str, Any],
    cause: dict[str, Any],
    *,
    room_id: str | None,
    staffed: bool,
) -> None:
    """One more cause for an open case: what is known stays, a promise that is over is renewed.

    A new cry while nobody has taken the emergency rings again.
    """
    told = {name: value for name, value in summary.items() if value not in (None, "", {})}
    causes = [*found.summary.get("causes", []), cause]
    changes: dict[str, Any] = {
        "summary": found.summary | told | {"causes": causes},
        "room_id": room_id or found.room_id,
    }
    if found.state == PROMISED and staffed:
        changes["state"] = WAITING
    elif found.state == PROMISED and _until(found) <= clock.now():
        changes["promise"] = _promise(clock)
    elif found.state == WAITING and found.lane is Lane.EMERGENCY:
        changes["acknowledged_at"] = None
    await conn.execute(update(queue_case).where(queue_case.c.id == found.id).values(**changes))


def _until(found: Case) -> datetime:
    """When a promised case's person comes."""
    return datetime.fromisoformat((found.promise or {})["until"])


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
    floor = await current(conn, found.conversation_id)
    held = floor.state in STAFFED and floor.owner_id != staff_id
    if held and found.state in FREE and found.lane is not Lane.EMERGENCY:
        raise Conflict(
            "another has the conversation", winner=await owner_name(conn, found.conversation_id)
        )
    lease_until = clock.now() + timedelta(seconds=lease_s)
    won = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.state.in_(FREE))
        .values(
            state=OWNED,
            owner_id=staff_id,
            claimed_at=clock.now(),
            acknowledged_at=func.coalesce(queue_case.c.acknowledged_at, clock.now()),
            lease_until=lease_until,
        )
    )
    if won.rowcount != 1:
        raise Conflict("another was first", winner=await case_owner_name(conn, case_id))
    if held or floor.state not in STAFFED:
        if floor.state is Owner.PARKED:
            await move(
                conn, clock, found.conversation_id, Owner.WAITING, actor=staff_id, cause="claim"
            )
        await move(
            conn, clock, found.conversation_id, Owner.CLAIMED, actor=staff_id, cause="claim",
            owner_id=staff_id,
        )  # fmt: skip
        await outbox.refuse_overtaken(conn, found.conversation_id)
    await _set_lease_timer(conn, case_id, lease_until)
    await audit.record(conn, clock, actor=staff_id, act="case.claim", obj=case_id)
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )
    return await get(conn, case_id)


async def case_owner_name(conn: AsyncConnection, case_id: str) -> str | None:
    """The name of the clerk who works on the case; None when nobody does."""
    found = await conn.execute(
        select(staff.c.name)
        .join(queue_case, queue_case.c.owner_id == staff.c.id)
        .where(queue_case.c.id == case_id, queue_case.c.open_key.is_not(None))
    )
    return found.scalar()


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
    floor = await current(conn, found.conversation_id)
    if floor.state in STAFFED and floor.owner_id != staff_id:
        winner = await owner_name(conn, found.conversation_id)
        raise Conflict("another has the conversation", code=Code.STALE, winner=winner)
    if found.owner_id != staff_id or found.state not in {OWNED, PARKED}:
        winner = await case_owner_name(conn, case_id)
        raise Conflict("not yours", code=Code.STALE, winner=winner)
    if found.state == PARKED:
        await _own_again(conn, clock, case_id)
    if floor.state is Owner.WITH_HUMAN:
        return floor.epoch
    return await _take_floor(conn, clock, floor, staff_id, actor=staff_id, cause="reply")


async def _take_floor(
    conn: AsyncConnection, clock: Clock, floor: Ownership, staff_id: str, *, actor: str, cause: str
) -> int:
    """The clerk speaks from now on; returns the epoch."""
    if floor.state not in STAFFED:
        await move(
            conn, clock, floor.conversation_id, Owner.CLAIMED, actor=actor, cause=cause,
            owner_id=staff_id,
        )  # fmt: skip
        await outbox.refuse_overtaken(conn, floor.conversation_id)
    return await move(
        conn, clock, floor.conversation_id, Owner.WITH_HUMAN, actor=actor, cause=cause,
        owner_id=staff_id,
    )  # fmt: skip


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


async def _pass_floor(
    conn: AsyncConnection,
    clock: Clock,
    conversation_id: str,
    *,
    actor: str,
    cause: str,
    otherwise: Owner,
) -> int:
    """The floor follows the open cases; returns the epoch.

    A clerk who works on one speaks; else one that waits keeps the queue's turn; else a clerk who
    laid one aside keeps it; with none of these it goes to `otherwise`.
    """
    floor = await current(conn, conversation_id)
    cases = await open_cases(conn, conversation_id)
    owned = [case.owner_id for case in cases if case.state == OWNED]
    parked = [case.owner_id for case in cases if case.state == PARKED]
    to, owner_id = otherwise, None
    if owned:
        if floor.owner_id in owned and floor.state in {Owner.CLAIMED, Owner.WITH_HUMAN}:
            return floor.epoch
        to, owner_id = Owner.WITH_HUMAN, owned[0]
    elif any(case.state == WAITING for case in cases):
        to = Owner.WAITING
    elif parked:
        to, owner_id = Owner.PARKED, floor.owner_id if floor.owner_id in parked else parked[0]
    if (to, owner_id) == (floor.state, floor.owner_id):
        return floor.epoch
    return await move(conn, clock, conversation_id, to, actor=actor, cause=cause, owner_id=owner_id)


async def put_back(
    conn: AsyncConnection, clock: Clock, case_id: str, *, actor: str, cause: str
) -> None:
    """Return a case to the queue: the clerk gives it back, or their lease ran out.

    An emergency rings again: nobody has it any more.
    """
    found = await get(conn, case_id)
    emergency = found.lane is Lane.EMERGENCY
    changed = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.state.in_([OWNED, PARKED]))
        .values(
            state=WAITING,
            owner_id=None,
            lease_until=None,
            parked_until=None,
            acknowledged_at=None if emergency else queue_case.c.acknowledged_at,
        )
    )
    if changed.rowcount != 1:
        raise Conflict("the case is not claimed", code=Code.STALE)
    await _pass_floor(
        conn, clock, found.conversation_id, actor=actor, cause=cause, otherwise=Owner.WAITING
    )
    await timers.cancel(conn, f"lease:{case_id}")
    await timers.cancel(conn, f"unpark:{case_id}")
    await audit.record(
        conn, clock, actor=actor, act="case.put_back", obj=case_id, detail={"cause": cause}
    )
    await events.publish(
        conn, clock, "ring" if emergency else "case",
        conversation_id=found.conversation_id, case_id=case_id,
    )  # fmt: skip


async def lease_ran_out(conn: AsyncConnection, clock: Clock, payload: dict[str, Any]) -> bool:
    """Timer `lease`: put the case back unless its clerk has shown signs of life since.

    Returns whether it went back.
    """
    found = await get(conn, payload["case_id"])
    if found.state != OWNED or found.lease_until is None:
        return False
    if found.lease_until > clock.now():
        await _set_lease_timer(conn, found.id, found.lease_until)
        return False
    await put_back(conn, clock, found.id, actor="timer", cause="lease_lost")
    return True


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
    await _pass_floor(
        conn, clock, found.conversation_id, actor=staff_id, cause="park", otherwise=Owner.PARKED
    )
    await timers.cancel(conn, f"lease:{case_id}")
    await timers.set_timer(
        conn, kind="unpark", key=f"unpark:{case_id}", due_at=until, payload={"case_id": case_id}
    )
    await audit.record(conn, clock, actor=staff_id, act="case.park", obj=case_id)
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )


async def unpark(conn: AsyncConnection, clock: Clock, payload: dict[str, Any]) -> bool:
    """Timer `unpark`, or the resident's word: back to the clerk, or to the queue if they left.

    A clerk who speaks meanwhile, for another case, keeps the floor. Returns whether the case went
    back to the queue.
    """
    found = await get(conn, payload["case_id"])
    if found.state != PARKED or found.owner_id is None:
        return False
    present = await conn.execute(select(staff.c.on_duty).where(staff.c.id == found.owner_id))
    if not present.scalar():
        await put_back(conn, clock, found.id, actor="timer", cause="clerk_off_duty")
        return True
    await _own_again(conn, clock, found.id)
    floor = await current(conn, found.conversation_id)
    if floor.state not in {Owner.CLAIMED, Owner.WITH_HUMAN}:
        await _take_floor(conn, clock, floor, found.owner_id, actor="timer", cause="unpark")
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=found.id
    )
    return False


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
        raise Conflict("not yours", code=Code.STALE, winner=await case_owner_name(conn, case_id))
    by = await conn.execute(select(staff.c.name).where(staff.c.id == staff_id))
    boundary = {
        "by": by.scalar(),
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
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )
    others = await open_cases(conn, found.conversation_id)
    if any(other.state != PROMISED for other in others):
        return await _pass_floor(
            conn, clock, found.conversation_id, actor=staff_id, cause="next_case",
            otherwise=Owner.WAITING,
        )  # fmt: skip
    for to in (Owner.WRAP_UP, Owner.RESOLVED):
        epoch = await move(
            conn, clock, found.conversation_id, to, actor=staff_id, cause=resolution,
            boundary=boundary,
        )  # fmt: skip
    return epoch


async def withdraw(conn: AsyncConnection, clock: Clock, conversation_id: str) -> bool:
    """The resident no longer wants to wait: cases that nobody took close, the bot serves on.

    An emergency stays open and keeps the floor: only a person closes it. Returns whether the
    waiting is over.
    """
    cases = await open_cases(conn, conversation_id)
    for found in cases:
        if found.lane is not Lane.EMERGENCY and found.state in FREE:
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
    if (await current(conn, conversation_id)).state is Owner.WAITING:
        await _pass_floor(
            conn, clock, conversation_id, actor="resident", cause="withdrawn", otherwise=Owner.BOT
        )
    return not any(found.lane is Lane.EMERGENCY for found in cases)


async def unattended(conn: AsyncConnection) -> bool:
    """Whether a case that is no emergency waits while nobody is on duty."""
    waiting = await conn.execute(_no_emergency_waiting().limit(1))
    return waiting.first() is not None and not await duty.anybody(conn)


def _no_emergency_waiting() -> Select[Any]:
    return select(queue_case.c.id, queue_case.c.conversation_id).where(
        queue_case.c.state == WAITING, queue_case.c.lane != Lane.EMERGENCY
    )


async def promise_waiting(conn: AsyncConnection, clock: Clock) -> list[Case]:
    """Nobody is on duty: what waits gets a dated promise, and the bot serves on.

    Emergencies wait and ring on. Returns the cases whose residents are to be told.
    """
    if await duty.anybody(conn):
        return []
    promised = []
    for row in (await conn.execute(_no_emergency_waiting())).all():
        await conn.execute(
            update(queue_case)
            .where(queue_case.c.id == row.id)
            .values(state=PROMISED, promise=_promise(clock))
        )
        await _pass_floor(
            conn, clock, row.conversation_id, actor="timer", cause="nobody_on_duty",
            otherwise=Owner.BOT,
        )  # fmt: skip
        await audit.record(conn, clock, actor="timer", act="case.promise", obj=row.id)
        await events.publish(
            conn, clock, "case", conversation_id=row.conversation_id, case_id=row.id
        )
        promised.append(await get(conn, row.id))
    return promised


async def add_words(conn: AsyncConnection, clock: Clock, floor: Ownership) -> bool:
    """The resident spoke while a person has or will have the case: wake the desk.

    Returns whether a case that was laid aside went back to the queue, its clerk having left.
    """
    left = False
    if floor.state is Owner.PARKED:
        for found in await open_cases(conn, floor.conversation_id):
            if found.state == PARKED and found.owner_id == floor.owner_id:
                left = await unpark(conn, clock, {"case_id": found.id}) or left
    await events.publish(conn, clock, "message", conversation_id=floor.conversation_id)
    return left


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


async def note_place(conn: AsyncConnection, clock: Clock, found: Case, place: str) -> None:
    """Where help is needed, as the resident said it."""
    await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == found.id)
        .values(summary=found.summary | {"place": place})
    )
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=found.id
    )


async def rate(conn: AsyncConnection, clock: Clock, case_id: str, score: int) -> bool:
    """The resident's opinion of a closed case, 1–5; False when it was given before."""
    if not 1 <= score <= 5:
        raise BadInput("a score is 1 to 5")
    changed = await conn.execute(
        update(queue_case)
        .where(queue_case.c.id == case_id, queue_case.c.score.is_(None))
        .values(score=score)
    )
    await events.publish(conn, clock, "case", case_id=case_id)
    return changed.rowcount == 1
