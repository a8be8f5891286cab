"""Activities and their lists: seats are never given twice, and whoever waits keeps the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store import counters
from community.store.schema import activity, activity_signup, conversation, room
from community.times import Clock

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Activity:
    """One occurrence of something that residents do together."""

    id: str
    series: str
    "The same for every week's occurrence"
    name: str
    words: list[str]
    "What residents call it besides its name"
    kind: str
    place: str
    note: str
    starts_at: datetime
    ends_at: datetime
    weekly: bool
    capacity: int
    taken: int

    @property
    def left(self) -> int:
        return self.capacity - self.taken


@dataclass(frozen=True)
class Signup:
    """Seats of one activity, or a place in its waiting line."""

    id: str
    no: int
    activity_id: str
    room_id: str
    identity_id: str | None
    "Of the account; None for those whom the desk wrote down"
    who: str
    "Whom the account signed up; empty for itself"
    people: int
    state: str
    "joined, waiting or cancelled"
    name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    home: str
    "Label of the home"
    conversation_id: str | None


def _activities() -> Any:
    return select(*[activity.c[field] for field in Activity.__dataclass_fields__])


async def between(conn: AsyncConnection, start: datetime, end: datetime) -> list[Activity]:
    """What begins within a time, soonest first."""
    rows = await conn.execute(
        _activities()
        .where(activity.c.starts_at >= start, activity.c.starts_at < end)
        .order_by(activity.c.starts_at, activity.c.name)
    )
    return [Activity(*row) for row in rows]


async def get(conn: AsyncConnection, activity_id: str) -> Activity | None:
    row = (await conn.execute(_activities().where(activity.c.id == activity_id))).first()
    return Activity(*row) if row else None


async def lagging(conn: AsyncConnection, until: datetime) -> list[Activity]:
    """The last occurrence of each weekly series that has none in the week before `until`."""
    last = (
        select(activity.c.series, func.max(activity.c.starts_at).label("at"))
        .where(activity.c.weekly)
        .group_by(activity.c.series)
        .subquery()
    )
    rows = await conn.execute(
        _activities()
        .join(last, (last.c.series == activity.c.series) & (last.c.at == activity.c.starts_at))
        .where(activity.c.starts_at < until - WEEK)
    )
    return [Activity(*row) for row in rows]


async def add(conn: AsyncConnection, **fields: Any) -> str:
    """Write an occurrence with all seats free; returns its id."""
    activity_id = new_id("act")
    await conn.execute(insert(activity).values(id=activity_id, taken=0, **fields))
    return activity_id


async def fill_up(conn: AsyncConnection, since: datetime, until: datetime) -> None:
    """Write the weekly occurrences up to `until` that are missing; those before `since` stay so."""
    for one in await lagging(conn, until):
        shift = WEEK
        while one.starts_at + shift < until:
            if one.starts_at + shift >= since:
                await add(
                    conn, series=one.series, name=one.name, words=one.words, kind=one.kind,
                    place=one.place, note=one.note, starts_at=one.starts_at + shift,
                    ends_at=one.ends_at + shift, weekly=True, capacity=one.capacity,
                )  # fmt: skip
            shift += WEEK


async def take(conn: AsyncConnection, activity_id: str, people: int) -> bool:
    """Take seats; False when not so many are free, and then none is taken."""
    changed = await conn.execute(
        update(activity)
        .where(activity.c.id == activity_id, activity.c.taken + people <= activity.c.capacity)
        .values(taken=activity.c.taken + people)
    )
    return bool(changed.rowcount)


async def give_back(conn: AsyncConnection, activity_id: str, people: int) -> None:
    await conn.execute(
        update(activity).where(activity.c.id == activity_id).values(taken=activity.c.taken - people)
    )


def _signups() -> Any:
    own = [activity_signup.c[name] for name in list(Signup.__dataclass_fields__)[:8]]
    what = [activity.c[name] for name in ("name", "place", "starts_at", "ends_at")]
    return (
        select(*own, *what, room.c.label, conversation.c.id)
        .join(activity, activity.c.id == activity_signup.c.activity_id)
        .join(room, room.c.id == activity_signup.c.room_id)
        .outerjoin(conversation, conversation.c.identity_id == activity_signup.c.identity_id)
    )


async def of_turn(conn: AsyncConnection, turn_id: str) -> Signup | None:
    return await _one(conn, activity_signup.c.turn_id == turn_id)


async def of_key(conn: AsyncConnection, open_key: str) -> Signup | None:
    """The standing entry of one account for one person on one list."""
    return await _one(conn, activity_signup.c.open_key == open_key)


async def _one(conn: AsyncConnection, where: Any) -> Signup | None:
    row = (await conn.execute(_signups().where(where))).first()
    return Signup(*row) if row else None


async def create(conn: AsyncConnection, clock: Clock, **fields: Any) -> Signup:
    signup_id = new_id("seat")
    await conn.execute(
        insert(activity_signup).values(
            id=signup_id, no=await counters.next_number(conn), created_at=clock.now(), **fields
        )
    )
    return Signup(*(await conn.execute(_signups().where(activity_signup.c.id == signup_id))).one())


async def of_room(conn: AsyncConnection, room_id: str, since: datetime) -> list[Signup]:
    """What the home has standing entries for and is not over at `since`, soonest first."""
    return await _standing(conn, activity_signup.c.room_id == room_id, activity.c.ends_at > since)


async def of_number(conn: AsyncConnection, room_id: str, no: int, since: datetime) -> Signup | None:
    """The home's entry with a number, one that was cancelled too; None when its activity is over."""
    return await _one(
        conn,
        and_(
            activity_signup.c.no == no,
            activity_signup.c.room_id == room_id,
            activity.c.ends_at > since,
        ),
    )


async def of_activity(conn: AsyncConnection, activity_id: str) -> list[Signup]:
    """Everybody with a seat or in line, in the order in which they signed up."""
    return await _standing(conn, activity_signup.c.activity_id == activity_id)


async def _standing(conn: AsyncConnection, *where: Any) -> list[Signup]:
    rows = await conn.execute(
        _signups()
        .where(activity_signup.c.state.in_(["joined", "waiting"]), *where)
        .order_by(activity.c.starts_at, activity_signup.c.no)
    )
    return [Signup(*row) for row in rows]


async def end(conn: AsyncConnection, signup_id: str) -> bool:
    """Cancel an entry; False when it was cancelled before."""
    changed = await conn.execute(
        update(activity_signup)
        .where(
            activity_signup.c.id == signup_id, activity_signup.c.state.in_(["joined", "waiting"])
        )
        .values(state="cancelled", open_key=None)
    )
    return bool(changed.rowcount)


async def seat(conn: AsyncConnection, signup_id: str) -> None:
    """Whoever waited has seats now."""
    await conn.execute(
        update(activity_signup).where(activity_signup.c.id == signup_id).values(state="joined")
    )
