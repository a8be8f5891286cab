"""Agenda: the reminders that a speaker says by itself while its line is down, and what it says of them.

Nothing is written for it: it is what the timers would say within a day, and what they have said and
nobody has played yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.reminders import appointment, checkins, doses
from bot.reminders.still import Still
from community.services import dose_times, wellbeing
from community.store import appointments, identities, medications
from community.store import checkins as asked
from community.store.identities import Party
from community.store.medications import REMINDED, SNOOZED, Dose, Plan
from community.store.schema import medication_plan, timer
from community.times import Clock, local
from conversation import aloud, care, telling

AHEAD = timedelta(hours=24)
MOST = 100
"Reminders of one agenda"
_DUE = "due:"
"Begins the key of a dose that has no row yet; the rest is as a button names it"


@dataclass(frozen=True)
class Item:
    """One reminder. `key` is its writer's, or that of a dose to come."""

    key: str
    at: datetime
    text: str
    private: bool
    "Not read out before its owner has said to be there"

    def as_json(self) -> dict[str, object]:
        return {
            "key": self.key, "at": self.at.isoformat(), "text": self.text, "private": self.private,
        }  # fmt: skip


async def items(conn: AsyncConnection, clock: Clock, conversation_id: str) -> list[Item]:
    """The reminders of the next day in one conversation, soonest first."""
    party = await identities.party(conn, conversation_id)
    if party is None:
        return []
    found = [
        *await _unplayed(conn, clock, conversation_id),
        *await _doses(conn, clock, party),
        *await _appointments(conn, clock, conversation_id),
        *await _question(conn, clock, party),
    ]
    return sorted(found, key=lambda one: (one.at, one.key))[:MOST]


def frame(found: Iterable[Item]) -> dict[str, object]:
    """As the device is told."""
    return {"type": "agenda", "items": [one.as_json() for one in found]}


async def numbers(conn: AsyncConnection, conversation_id: str, key: str) -> list[int]:
    """The messages that an item has become, by number; none while its time has not been noticed."""
    if not key.startswith(_DUE):
        return await aloud.of_keys(conn, conversation_id, [key])
    no, _, moment = key.removeprefix(_DUE).partition("@")
    try:
        plan_no, due_at = int(no), datetime.fromisoformat(moment)
    except ValueError:
        return []
    if due_at.tzinfo is None:
        return []
    opened = await medications.doses(
        conn, medication_plan.c.no == plan_no, due_at, due_at + timedelta(seconds=1)
    )
    of_moment = [
        each
        for one in opened
        for state in {one.state}
        for each in await dose_times.of_moment(conn, one.id, state)
    ]
    keys = [doses.key(one, words) for one in of_moment for words in ("due", "once_more")]
    return await aloud.of_keys(conn, conversation_id, keys)


async def _unplayed(conn: AsyncConnection, clock: Clock, conversation_id: str) -> list[Item]:
    """What was written and not played yet, as far as it is still true."""
    still = Still(clock)
    return [
        Item(one.key, one.message.at, one.message.text, one.private)
        for one in await aloud.waiting_reminders(conn, conversation_id)
        if await still(conn, one.key)
    ]


async def _doses(conn: AsyncConnection, clock: Clock, party: Party) -> list[Item]:
    """Those to come, a moment's together, and those put off."""
    now, whose = clock.now(), medications.in_care_of(party)
    moments: dict[tuple[str | None, datetime], list[Dose]] = defaultdict(list)
    found = []
    for plan in await medications.plans(conn, whose):
        told, kin = await care.of_taker(conn, plan)
        if party.conversation_id not in told:
            continue
        for due_at in await _moments(conn, plan, now):
            moments[kin, due_at].append(_to_come(plan, due_at))
    for (kin, due_at), together in moments.items():
        key = _DUE + together[0].ref
        found.append(Item(key, due_at, doses.text(together, "due", kin), private=True))
    for one in await medications.doses(conn, whose, now - AHEAD, now + AHEAD, [SNOOZED]):
        told, kin = await care.of_taker(conn, one.plan)
        if party.conversation_id in told and one.reminded_at is not None:
            text = doses.text([one], "again", kin)
            found.append(Item(doses.key(one, "again"), one.reminded_at, text, private=True))
    return found


async def _moments(conn: AsyncConnection, plan: Plan, now: datetime) -> list[datetime]:
    found: list[datetime] = []
    due_at = await dose_times.next_due(conn, plan, now)
    while due_at is not None and due_at <= now + AHEAD and len(found) < MOST:
        found.append(due_at)
        due_at = await dose_times.next_due(conn, plan, due_at)
    return found


def _to_come(plan: Plan, due_at: datetime) -> Dose:
    return Dose("", due_at, REMINDED, None, 0, 0, None, plan)


async def _appointments(conn: AsyncConnection, clock: Clock, conversation_id: str) -> list[Item]:
    now = clock.now()
    rows = await conn.execute(
        select(timer.c.payload, timer.c.due_at).where(
            timer.c.kind == appointment.KIND,
            timer.c.state == "pending",
            timer.c.due_at > now,
            timer.c.due_at <= now + AHEAD,
        )
    )
    found = []
    for payload, due_at in rows.all():
        if payload["conversation_id"] != conversation_id:
            continue
        one = await appointments.get(conn, payload["id"])
        by_day = telling.after_quiet(due_at)
        at = by_day if by_day < one.starts_at else due_at
        found.append(Item(appointment.key(one), at, appointment.words(one), private=True))
    return found


async def _question(conn: AsyncConnection, clock: Clock, party: Party) -> list[Item]:
    """The daily question, unless its day is answered already or the person is away."""
    resident_id = party.resident_id
    if resident_id is None:
        return []
    wished = await wellbeing.next_question(conn, clock, resident_id)
    if wished is None or wished > clock.now() + AHEAD:
        return []
    at, day = telling.after_quiet(wished), local(telling.after_quiet(wished)).date()
    if await asked.of_day(conn, day, resident_id) or await asked.away(conn, resident_id, at):
        return []
    return [Item(checkins.key(resident_id, day, "ask"), at, checkins.question(), private=False)]
