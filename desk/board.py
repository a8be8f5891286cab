"""What the queue page shows: each case as a row that answers who, where, what and how long."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import (
    conversation,
    identity,
    message,
    queue_case,
    resident,
    room,
    staff,
)
from conversation import queue
from conversation.queue import Case, Lane

CLOSED_SHOWN = 50
_CASE_FIELDS = [field.name for field in dataclasses.fields(Case)]


@dataclass(frozen=True)
class CaseRow:
    """One case of the queue."""

    case: Case
    channel: str
    room_label: str | None
    name: str | None
    "The resident's, unmasked: a page masks it"
    owner_name: str | None
    unanswered: int
    "Messages of the resident since staff last wrote"
    resolved_at: datetime | None

    @property
    def rings(self) -> bool:
        """An emergency that nobody has acknowledged."""
        return self.case.lane is Lane.EMERGENCY and self.case.acknowledged_at is None


@dataclass(frozen=True)
class Filter:
    """What a clerk wants to see. `show`: all, free, mine, parked or closed."""

    show: str = "all"
    words: str = ""
    channel: str = ""

    def takes(self, row: CaseRow, staff_id: str) -> bool:
        shown = {
            "free": row.case.state in {queue.WAITING, queue.PROMISED},
            "mine": row.case.owner_id == staff_id,
            "parked": row.case.state == queue.PARKED,
        }.get(self.show, True)
        if self.channel and row.channel != self.channel:
            return False
        return shown and self._names(row)

    def _names(self, row: CaseRow) -> bool:
        if not self.words:
            return True
        told = (row.room_label, str(row.case.no), row.name, str(row.case.summary.get("words", "")))
        return any(self.words in text for text in told if text)


def _query() -> Any:
    by_staff = message.alias()
    last_human = (
        select(func.coalesce(func.max(by_staff.c.seq), 0))
        .where(
            by_staff.c.conversation_id == queue_case.c.conversation_id, by_staff.c.sender == "staff"
        )
        .correlate(queue_case)
        .scalar_subquery()
    )
    unanswered = (
        select(func.count())
        .select_from(message)
        .where(
            message.c.conversation_id == queue_case.c.conversation_id,
            message.c.sender == "resident",
            message.c.seq > last_human,
        )
        .correlate(queue_case)
        .scalar_subquery()
    )
    return (
        select(
            *[queue_case.c[field] for field in _CASE_FIELDS],
            queue_case.c.resolved_at,
            conversation.c.channel,
            room.c.label.label("room_label"),
            resident.c.name.label("resident_name"),
            staff.c.name.label("owner_name"),
            unanswered.label("unanswered"),
        )
        .join(conversation, conversation.c.id == queue_case.c.conversation_id)
        .join(identity, identity.c.id == conversation.c.identity_id)
        .outerjoin(room, room.c.id == identity.c.room_id)
        .outerjoin(resident, resident.c.id == identity.c.resident_id)
        .outerjoin(staff, staff.c.id == queue_case.c.owner_id)
    )


def _row(row: Row[Any]) -> CaseRow:
    values = row._mapping
    fields = {name: values[name] for name in _CASE_FIELDS} | {"lane": Lane(values["lane"])}
    return CaseRow(
        Case(**fields),
        row.channel,
        row.room_label,
        row.resident_name,
        row.owner_name,
        row.unanswered,
        row.resolved_at,
    )


async def open_rows(conn: AsyncConnection) -> list[CaseRow]:
    """Every open case in the order to be served: lane first, then age."""
    rows = await conn.execute(
        _query().where(queue_case.c.open_key.is_not(None)).order_by(queue_case.c.opened_at)
    )
    rank = list(Lane)
    return sorted((_row(row) for row in rows), key=lambda row: rank.index(row.case.lane))


async def closed_rows(conn: AsyncConnection) -> list[CaseRow]:
    """The cases that were closed last, newest first."""
    rows = await conn.execute(
        _query()
        .where(queue_case.c.resolved_at.is_not(None))
        .order_by(queue_case.c.resolved_at.desc())
        .limit(CLOSED_SHOWN)
    )
    return [_row(row) for row in rows]


async def one_row(conn: AsyncConnection, case_id: str) -> CaseRow | None:
    row = (await conn.execute(_query().where(queue_case.c.id == case_id))).first()
    return _row(row) if row else None


@dataclass(frozen=True)
class Board:
    """The queue as one clerk filtered it."""

    lanes: dict[Lane, list[CaseRow]]
    mine: list[CaseRow]
    waiting: int
    "Cases nobody has taken, before any filter"
    ringing: list[CaseRow]


def board(rows: Sequence[CaseRow], wanted: Filter, staff_id: str) -> Board:
    """Sort rows into lanes. The emergency lane is never filtered: it cannot be looked away from."""
    lanes: dict[Lane, list[CaseRow]] = {lane: [] for lane in Lane}
    for row in rows:
        if row.case.lane is Lane.EMERGENCY or wanted.takes(row, staff_id):
            lanes[row.case.lane].append(row)
    return Board(
        lanes,
        [row for row in rows if row.case.owner_id == staff_id],
        sum(row.case.state in {queue.WAITING, queue.PROMISED} for row in rows),
        [row for row in rows if row.rings and row.case.state != queue.CLOSED],
    )
