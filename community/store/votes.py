"""Votes of the owners, and their ballots: one for each home, each sealed with the one before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store import counters
from community.store.schema import ballot, room, vote
from community.times import Clock


@dataclass(frozen=True)
class Vote:
    """`choices`: [{"code", "label", "words": […]}], in the order in which they are read out."""

    id: str
    title: str
    words: list[str]
    "What residents call it"
    question: str
    choices: list[dict[str, Any]]
    arguments_for: str
    arguments_against: str
    opens_at: datetime
    closes_at: datetime

    def label(self, code: str) -> str:
        """What a choice is called."""
        return str(next(one["label"] for one in self.choices if one["code"] == code))


@dataclass(frozen=True)
class Ballot:
    """`no`: the number that a resident is given for it."""

    no: int
    choice: str
    at: datetime


@dataclass(frozen=True)
class Share:
    """Homes, and their floor areas together; None when one of them is not on record."""

    homes: int
    area_dm2: int | None


async def every(conn: AsyncConnection) -> list[Vote]:
    """All votes, the one that ends last first."""
    columns = [vote.c[field] for field in Vote.__dataclass_fields__]
    rows = await conn.execute(select(*columns).order_by(vote.c.closes_at.desc(), vote.c.title))
    return [Vote(*row) for row in rows]


async def ballot_of(conn: AsyncConnection, vote_id: str, room_id: str) -> Ballot | None:
    """What a home has cast."""
    query = select(ballot.c.no, ballot.c.choice, ballot.c.at).where(
        ballot.c.vote_id == vote_id, ballot.c.room_id == room_id
    )
    row = (await conn.execute(query)).first()
    return Ballot(*row) if row else None


async def is_of_turn(conn: AsyncConnection, no: int, turn_id: str) -> bool:
    """Whether a ballot was cast in this turn."""
    query = select(ballot.c.turn_id).where(ballot.c.no == no)
    return (await conn.execute(query)).scalar() == turn_id


async def cast(
    conn: AsyncConnection, clock: Clock, *, vote_id: str, room_id: str, choice: str, turn_id: str
) -> Ballot:
    """Append a ballot. Raises IntegrityError when the home has cast one."""
    last = select(ballot.c.hash).order_by(ballot.c.id.desc()).limit(1)
    previous = (await conn.execute(last)).scalar() or ""
    at, no = clock.now(), await counters.next_number(conn)
    await conn.execute(
        insert(ballot).values(
            no=no, vote_id=vote_id, room_id=room_id, choice=choice, at=at, turn_id=turn_id,
            hash=_seal(previous, no, vote_id, room_id, choice, at),
        )
    )  # fmt: skip
    return Ballot(no, choice, at)


def _seal(previous: str, no: int, vote_id: str, room_id: str, choice: str, at: datetime) -> str:
    body = json.dumps([previous, no, vote_id, room_id, choice, at.isoformat()])
    return hashlib.sha256(body.encode()).hexdigest()


async def first_broken(conn: AsyncConnection) -> int | None:
    """Number of the first ballot whose seal does not fit, or None when the chain is whole.

    A ballot that was changed, or taken out before another, breaks it; the last ones taken out do
    not show.
    """
    previous = ""
    for row in (await conn.execute(select(ballot).order_by(ballot.c.id))).all():
        if row.hash != _seal(previous, row.no, row.vote_id, row.room_id, row.choice, row.at):
            return int(row.no)
        previous = row.hash
    return None


async def counts(conn: AsyncConnection, vote_id: str) -> dict[str, Share]:
    """What was cast for each choice that somebody chose."""
    rows = await conn.execute(
        _shares(ballot.c.choice)
        .join(ballot, ballot.c.room_id == room.c.id)
        .where(ballot.c.vote_id == vote_id)
        .group_by(ballot.c.choice)
    )
    return {choice: _share(*share) for choice, *share in rows}


async def everybody(conn: AsyncConnection) -> Share:
    """All homes of the community."""
    return _share(*(await conn.execute(_shares())).one())


def _shares(*first: Any) -> Any:
    area = room.c.area_dm2
    return select(*first, func.count(), func.sum(area), func.count(area)).select_from(room)


def _share(homes: int, area_dm2: int | None, measured: int) -> Share:
    return Share(homes, int(area_dm2 or 0) if measured == homes else None)
