"""What a resident hears, unasked, when staff move their order or complaint on.

The words go out in the transaction of the move. They are the acting clerk's when a person has the
conversation, else the bot's: a machine never speaks between two people (law 3).
"""

from __future__ import annotations

import json

from sqlalchemy.ext.asyncio import AsyncConnection

from community.labels import group
from community.store.tickets import Teller, Ticket
from community.times import Clock, window_words
from conversation import audit, events, outbox
from conversation.messages import Draft
from conversation.ownership import STAFFED, current
from desk.staff import Staff
from desk.words import words

TOLD = ("dispatch", "pause", "resume", "finish", "finish_paid", "paid", "give_up")
"Moves of a repair that its household is told about"


def after_repair(clock: Clock, person: Staff, act: str) -> Teller:
    """What happens in the transaction of a repair's move: the audit, the news, the words."""

    async def tell(conn: AsyncConnection, order: Ticket) -> None:
        await _note(conn, clock, person, order, act)
        if act in TOLD:
            choices = _scores(order) if order.state == "to_rate" else ()
            await _say(conn, clock, person, order, Draft(_repair_words(order, act), choices))

    return tell


def after_complaint(clock: Clock, person: Staff, act: str, note: str) -> Teller:
    """The same for a complaint: only a reply is worth an interruption."""

    async def tell(conn: AsyncConnection, filed: Ticket) -> None:
        await _note(conn, clock, person, filed, act)
        if act == "reply":
            said = words(f"progress.reply_{filed.kind}", no=filed.no, reply=note)
            await _say(conn, clock, person, filed, Draft(said, _verdicts(filed)))

    return tell


async def _note(
    conn: AsyncConnection, clock: Clock, person: Staff, moved: Ticket, act: str
) -> None:
    """Seal who moved it, and wake the other open pages."""
    await audit.record(conn, clock, actor=person.id, act=f"ticket.{act}", obj=moved.id)
    await events.publish(conn, clock, "ticket")


def _repair_words(order: Ticket, act: str) -> str:
    when = ""
    start, end = order.appointment_start, order.appointment_end
    if act == "dispatch" and start is not None and end is not None:
        when = words("progress.appointment", at=window_words(start, end))
    worker = order.assignee_name or words("progress.somebody")
    said = "paid_rated" if act == "paid" and order.state != "to_rate" else act
    return words(f"progress.{said}", no=order.no, worker=worker, when=when)


def _scores(order: Ticket) -> tuple[tuple[str, str], ...]:
    """The answers to "how was it", as the dialogue engine understands them."""
    return tuple(
        (said, _engine_payload("rate_repair", order_no=str(order.no), score=score))
        for score, said in group("score").items()
    )


def _verdicts(filed: Ticket) -> tuple[tuple[str, str], ...]:
    """The answers to "are you content", as the dialogue engine understands them."""
    return tuple(
        (said, _engine_payload("query_complaint", order_no=str(filed.no), score=score))
        for score, said in group("verdict").items()
    )


def _engine_payload(intent: str, **entities: str) -> str:
    """An intent with its entities, in Rasa's own notation."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False, separators=(',', ':'))}"


async def _say(
    conn: AsyncConnection, clock: Clock, person: Staff, order: Ticket, draft: Draft
) -> None:
    if order.conversation_id is None:
        return
    floor = await current(conn, order.conversation_id)
    staffed = floor.state in STAFFED
    await outbox.say(
        conn,
        clock,
        order.conversation_id,
        [draft],
        epoch=floor.epoch,
        key=f"progress:{order.id}:{order.version}",
        speaker="staff" if staffed else "bot",
        staff_id=person.id if staffed else None,
    )
