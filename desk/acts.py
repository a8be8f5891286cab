"""What staff do to a case, each act one transaction; no HTTP.

What a resident reads goes through `outbox.say` under the epoch of the act, so nothing can be said
by somebody who no longer has the conversation.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.choices import gateway_payload
from bot.phrases import phrase, phrases
from community.errors import BadInput, Code, Conflict, TooLarge
from community.store import attachments
from community.store.attachments import File
from community.store.schema import outbox as outbox_table
from community.times import Clock, date_words
from conversation import audit, events, notes, outbox, queue
from conversation.messages import Draft
from conversation.ownership import STAFFED, current
from conversation.queue import Case, Lane
from desk.staff import Staff
from desk.words import words

TEXT_MAX_CHARACTERS = 2000
PARKED_AT_MOST_DAYS = 30
EMERGENCY_RESOLUTIONS = ("safe", "false_alarm", "solved")
RESOLUTIONS = ("solved", "work_order", "informed", "callback", "no_contact", "withdrawn")
"Reasons to close a case, and those of an emergency, in the order in which they are offered"
STEPS = ("reached", "on_site")
"How an emergency goes on between 收到 and the close: somebody was reached, somebody is there"
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True)
class Promise:
    """What the resident was promised, and until when."""

    text: str
    until: datetime


def clean(text: str) -> str:
    """Words as they may be stored. Raises BadInput for none, TooLarge for too many."""
    kept = "".join(
        char
        for char in text.replace("\r\n", "\n")
        if char == "\n" or not unicodedata.category(char).startswith("C")
    ).strip()
    if not kept:
        raise BadInput("no words", code=Code.EMPTY_MESSAGE)
    if len(kept) > TEXT_MAX_CHARACTERS:
        raise TooLarge("too many words")
    return kept


def check_key(key: str) -> str:
    """A form's own key of one sending. Raises BadInput for what no form of ours has."""
    if not _KEY.fullmatch(key):
        raise BadInput("not a client key")
    return key


async def claim(
    conn: AsyncConnection, clock: Clock, case_id: str, person: Staff, *, lease_s: float
) -> None:
    """Take the case, and tell the resident who serves them from now on.

    Raises Conflict with the winner's name when another was first.
    """
    before = await queue.get(conn, case_id)
    floor = await current(conn, before.conversation_id)
    has_floor = floor.owner_id == person.id and floor.state in STAFFED
    await queue.claim(conn, clock, case_id, person.id, lease_s=lease_s)
    if has_floor:
        return
    epoch = (await current(conn, before.conversation_id)).epoch
    await outbox.say(
        conn,
        clock,
        before.conversation_id,
        [Draft(phrase("staff.claimed", name=person.name))],
        epoch=epoch,
        key=f"claimed:{case_id}:{epoch}",
        speaker="staff",
        staff_id=person.id,
    )


async def reply(
    conn: AsyncConnection, clock: Clock, case_id: str, person: Staff, *, text: str, key: str
) -> None:
    """Write to the resident, once per `key`. Raises Conflict when the case is not theirs."""
    said, key = clean(text), f"reply:{case_id}:{check_key(key)}"
    found = await queue.get(conn, case_id)
    if await _was_said(conn, found.conversation_id, key):
        return
    epoch = await queue.speak(conn, clock, case_id, person.id)
    await outbox.say(
        conn,
        clock,
        found.conversation_id,
        [Draft(said)],
        epoch=epoch,
        key=key,
        speaker="staff",
        staff_id=person.id,
    )


async def show_photo(
    conn: AsyncConnection,
    clock: Clock,
    case_id: str,
    person: Staff,
    *,
    photo_id: str,
    file: File,
    key: str,
) -> bool:
    """Show the resident a photo whose file is written, once per `key`; False when it was shown.

    Raises Conflict when the case is not theirs.
    """
    key = f"photo:{case_id}:{check_key(key)}"
    found = await queue.get(conn, case_id)
    if await _was_said(conn, found.conversation_id, key):
        return False
    epoch = await queue.speak(conn, clock, case_id, person.id)
    await attachments.add(conn, clock, photo_id, found.conversation_id, file)
    await outbox.say(
        conn,
        clock,
        found.conversation_id,
        [Draft(phrase("staff.photo"), photo=photo_id)],
        epoch=epoch,
        key=key,
        speaker="staff",
        staff_id=person.id,
    )
    return True


async def _was_said(conn: AsyncConnection, conversation_id: str, key: str) -> bool:
    """A sending that is tried again after it was stored is no new one, whoever owns it by now."""
    found = await conn.execute(
        select(outbox_table.c.id).where(
            outbox_table.c.conversation_id == conversation_id,
            outbox_table.c.client_key == f"{key}#0",
        )
    )
    return found.scalar() is not None


async def write_note(
    conn: AsyncConnection, clock: Clock, case_id: str, person: Staff, *, text: str, key: str
) -> None:
    """A private note, for staff only; anybody who sees the case may write one."""
    await queue.get(conn, case_id)
    await notes.add(
        conn, clock, case_id, person.id, clean(text), key=f"note:{case_id}:{check_key(key)}"
    )


async def acknowledge(conn: AsyncConnection, clock: Clock, case_id: str, person: Staff) -> None:
    """Somebody has heard the bell; every tab and device falls silent."""
    await queue.acknowledge(conn, clock, case_id, person.id)


async def mark_step(
    conn: AsyncConnection, clock: Clock, case_id: str, person: Staff, *, step: str
) -> None:
    """Note how far help has come in an emergency; each step once."""
    found = await _own(conn, case_id, person)
    if step not in STEPS or found.lane is not Lane.EMERGENCY:
        raise BadInput("no such step")
    done = {entry.act for entry in await audit.of_object(conn, case_id)}
    if f"case.{step}" in done:
        return
    await audit.record(conn, clock, actor=person.id, act=f"case.{step}", obj=case_id)
    await events.publish(
        conn, clock, "case", conversation_id=found.conversation_id, case_id=case_id
    )


async def put_back(conn: AsyncConnection, clock: Clock, case_id: str, person: Staff) -> None:
    """Return the case to the queue; the resident is told that another will come."""
    found = await _own(conn, case_id, person)
    await queue.put_back(conn, clock, case_id, actor=person.id, cause="put_back")
    floor = await current(conn, found.conversation_id)
    if floor.state in STAFFED:
        return
    await outbox.say(
        conn,
        clock,
        found.conversation_id,
        [Draft(phrase("handoff.lease_lost"))],
        epoch=floor.epoch,
        key=f"put-back:{case_id}:{floor.epoch}",
    )


async def park(
    conn: AsyncConnection, clock: Clock, case_id: str, person: Staff, *, until: datetime
) -> None:
    """Lay the case aside until a time, and tell the resident when they will hear again.

    Raises BadInput for a time that is over or far away, and for an emergency: it stays in sight.
    """
    found = await _own(conn, case_id, person)
    if found.lane is Lane.EMERGENCY:
        raise BadInput("an emergency is not laid aside")
    if found.state == queue.PARKED and found.parked_until == until:
        return
    check_until(clock, until)
    await queue.park(conn, clock, case_id, person.id, until)
    epoch = (await current(conn, found.conversation_id)).epoch
    await outbox.say(
        conn,
        clock,
        found.conversation_id,
        [Draft(words("resident.parked", name=person.name, until=date_words(until)))],
        epoch=epoch,
        key=f"parked:{case_id}:{epoch}",
        speaker="staff",
        staff_id=person.id,
    )


async def resume(conn: AsyncConnection, clock: Clock, case_id: str, person: Staff) -> None:
    """Take a parked case up again before its time."""
    await queue.speak(conn, clock, case_id, person.id)


async def resolve(
    conn: AsyncConnection,
    clock: Clock,
    case_id: str,
    person: Staff,
    *,
    resolution: str,
    note: str,
    promise: Promise | None = None,
) -> None:
    """Close the case with a reason and ask the resident how it was.

    `note` is what was done; the bot cites it when the resident writes again. Closing twice is the
    same as once. Raises BadInput for a reason that is none of `resolutions_of`: an emergency closes
    only when everybody is safe.
    """
    found = await queue.get(conn, case_id)
    if found.state == queue.CLOSED and found.owner_id == person.id:
        return
    found = await _own(conn, case_id, person)
    if resolution not in resolutions_of(found):
        raise BadInput("not a reason to close this case")
    if promise is not None:
        check_until(clock, promise.until)
    epoch = await queue.resolve(
        conn,
        clock,
        case_id,
        person.id,
        resolution=resolution,
        note=clean(note),
        promise=promise.text if promise else None,
        promise_until=promise.until if promise else None,
    )
    labels = phrases("staff.scores")
    choices = tuple(
        (label, gateway_payload("rate_case", case=case_id, score=score))
        for label, score in zip(labels, range(len(labels), 0, -1), strict=True)
    )
    await outbox.say(
        conn,
        clock,
        found.conversation_id,
        [Draft(phrase("staff.resolved"), choices)],
        epoch=epoch,
        key=f"resolved:{case_id}",
        speaker="staff",
        staff_id=person.id,
    )


def resolutions_of(found: Case) -> tuple[str, ...]:
    """The reasons for which a case may be closed."""
    return EMERGENCY_RESOLUTIONS if found.lane is Lane.EMERGENCY else RESOLUTIONS


def check_until(clock: Clock, until: datetime) -> None:
    """Raises BadInput unless the time lies ahead, within PARKED_AT_MOST_DAYS."""
    if not timedelta(0) < until - clock.now() <= timedelta(days=PARKED_AT_MOST_DAYS):
        raise BadInput("a time that is over or too far away")


async def _own(conn: AsyncConnection, case_id: str, person: Staff) -> Case:
    """The case, held by this person. Raises Conflict with the name of who has it."""
    found = await queue.get(conn, case_id)
    if found.owner_id == person.id and found.state in {queue.OWNED, queue.PARKED}:
        return found
    raise Conflict("not yours", code=Code.STALE, winner=await queue.case_owner_name(conn, case_id))
