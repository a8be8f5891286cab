"""The transcript as staff read it: what was said, private notes and what happened to the case.

Three sources, joined only here and only for staff's eyes: messages keep their numbers, notes and
events are put between them by time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store import attachments, speakers
from community.store.attachments import Attachment
from community.store.identities import GONE
from community.store.schema import conversation, identity, inbound, outbox, staff, wechat_notice
from conversation import audit, notes
from conversation import outbox as outbox_repository
from conversation.messages import Message

SHOWN_ACTS = frozenset(
    f"case.{act}"
    for act in ("open", "acknowledge", "claim", "reached", "on_site", "put_back", "park",
                "resolve", "withdraw")
)  # fmt: skip
NEWEST = 200
"Messages shown at first; the older ones on request"

ALL = 100_000
"More than a conversation holds"

Delivery = Literal[
    "waiting",
    "sending",
    "again",
    "held",
    "begun",
    "doubtful",
    "noticed",
    "sent",
    "unreached",
    "refused",
    "gone",
    "read",
]
"""On WeChat more can be said than that it waits: `again` in a while, `held` until the reader writes,
`begun` when it was too long and its beginning has arrived, `doubtful` when it may have arrived already,
`noticed` when a notice told them of it, `unreached` when they cannot be written to. `gone`: it was
not handed over before the account was erased, or its speaker left the home."""


@dataclass(frozen=True)
class Item:
    """One line of the transcript. `kind`: resident, bot, staff, note or event."""

    kind: str
    at: datetime
    key: str
    "Unique on the page, the same at each refresh"
    text: str = ""
    who: str = ""
    message: Message | None = None
    taken: str | None = None
    "Id of the choice under this message that the resident tapped"
    delivery: Delivery | None = None
    attachment: Attachment | None = None
    "The photo or clip that came with the message"
    spoken: str | None = None
    "What became of the message where it is said aloud: queued, played, cut or answered"
    detail: str = ""
    "For an event: its cause"


async def hidden_before(conn: AsyncConnection, conversation_id: str) -> int:
    """How many messages are older than the newest ones."""
    next_seq = await conn.execute(
        select(conversation.c.next_seq).where(conversation.c.id == conversation_id)
    )
    return max(0, int(next_seq.scalar_one()) - 1 - NEWEST)


async def items(
    conn: AsyncConnection, conversation_id: str, case_id: str, *, after: int = 0
) -> list[Item]:
    """What was said after the message numbered `after`, with notes and events, oldest first."""
    names = {row.id: row.name for row in await conn.execute(select(staff.c.id, staff.c.name))}
    messages = await outbox_repository.transcript(conn, conversation_id, after=after, limit=ALL)
    taken = await _taken(conn, conversation_id)
    deliveries = await _deliveries(conn, conversation_id)
    aloud = await speakers.fates(conn, conversation_id)
    files = {one.id: one for one in await attachments.of_conversation(conn, conversation_id)}
    said = [
        Item(
            one.sender,
            one.at,
            f"m{one.seq}",
            one.text,
            names.get(one.staff_id or "", ""),
            one,
            next((choice.id for choice in one.choices if choice.id in taken), None),
            deliveries.get(one.seq),
            files.get(one.attachment_id or ""),
            aloud[one.seq].fate if one.seq in aloud else None,
        )
        for one in messages
    ]
    written = [
        Item("note", note.at, f"n{number}", note.text, note.staff_name)
        for number, note in enumerate(await notes.of_case(conn, case_id))
    ]
    happened = [
        Item(
            "event",
            entry.at,
            f"e{entry.id}",
            entry.act,
            names.get(entry.actor, entry.actor),
            detail=str(entry.detail.get("cause") or entry.detail.get("resolution") or ""),
        )
        for entry in await audit.of_object(conn, case_id)
        if entry.act in SHOWN_ACTS
    ]
    others = sorted([*written, *happened], key=lambda item: item.at)
    if after and said:
        others = [item for item in others if item.at >= said[0].at]
    return _between(said, others)


def _between(said: Sequence[Item], others: Sequence[Item]) -> list[Item]:
    """Put `others` among `said` by time; what was said keeps the order of its numbers."""
    merged: list[Item] = []
    waiting = list(others)
    for one in said:
        while waiting and _comes_before(waiting[0], one):
            merged.append(waiting.pop(0))
        merged.append(one)
    return merged + waiting


def _comes_before(other: Item, one: Item) -> bool:
    """At the same moment: a resident's words first, then what they caused, then the answer."""
    return other.at < one.at or (other.at == one.at and one.kind != "resident")


async def _taken(conn: AsyncConnection, conversation_id: str) -> set[str]:
    rows = await conn.execute(
        select(inbound.c.choice).where(
            inbound.c.conversation_id == conversation_id, inbound.c.choice.is_not(None)
        )
    )
    return set(rows.scalars())


async def _deliveries(conn: AsyncConnection, conversation_id: str) -> dict[int, Delivery]:
    seen, user_key = (
        await conn.execute(
            select(conversation.c.seen_seq, identity.c.user_key)
            .join(identity, identity.c.id == conversation.c.identity_id)
            .where(conversation.c.id == conversation_id)
        )
    ).one()
    rows = await conn.execute(
        select(
            outbox.c.seq,
            outbox.c.state,
            outbox.c.attempts,
            outbox.c.given,
            wechat_notice.c.state.label("told"),
        )
        .outerjoin(
            wechat_notice,
            and_(
                wechat_notice.c.conversation_id == outbox.c.conversation_id,
                wechat_notice.c.seq == outbox.c.seq,
            ),
        )
        .where(outbox.c.conversation_id == conversation_id)
    )
    gone = user_key.startswith(GONE)
    return {
        row.seq: _delivery(
            row.state, row.attempts, row.given, row.told, seen=row.seq <= seen, gone=gone
        )
        for row in rows
    }


def _delivery(
    state: str, attempts: int, given: int, told: str | None, *, seen: bool, gone: bool
) -> Delivery:
    match state:
        case outbox_repository.READY | outbox_repository.REFUSED if gone:
            return "gone"
        case outbox_repository.REFUSED:
            return "refused"
        case _ if seen:
            return "read"
        case outbox_repository.SENT:
            return "sent"
        case "held" if told in {"sent", "delivered"}:
            return "noticed"
        case "held" if attempts:
            return "doubtful"
        case "held" if given:
            return "begun"
        case "held":
            return "held"
        case "again":
            return "again"
        case "unreached":
            return "unreached"
        case "sending":
            return "sending"
        case _:
            return "waiting"
