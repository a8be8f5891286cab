"""Attachments: photos and spoken clips of a conversation, kept here or still on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import attachment
from community.times import Clock

PHOTO, VOICE = "photo", "voice"
CLIP_ID = "clip_"
"Begins the id of a spoken clip, and of nothing else"
COMING, KEPT, LOST = "coming", "kept", "lost"
AT_ONCE = 100


@dataclass(frozen=True)
class Attachment:
    """What is known of one photo or clip; its bytes are a file of the gateway's."""

    id: str
    conversation_id: str
    ticket_id: str | None
    kind: str
    state: str
    source: str | None
    "What the channel's platform calls it, while it is still to be fetched"
    attempts: int
    duration_ms: int | None
    transcript: dict[str, Any] | None
    """{text, words: [[text, confidence 0..1, start_s, end_s]]}, and {corrected: {text, by}} once one
    of the staff has listened; None while nobody has."""
    created_at: datetime


@dataclass(frozen=True)
class File:
    """What is noted of a file when it is kept."""

    content_type: str
    size_bytes: int
    sha256: str
    width: int = 0
    height: int = 0
    duration_ms: int | None = None


def _attachment(row: Row[Any]) -> Attachment:
    return Attachment(
        row.id,
        row.conversation_id,
        row.ticket_id,
        row.kind,
        row.state,
        row.source,
        row.attempts,
        row.duration_ms,
        row.transcript,
        row.created_at,
    )


async def add(
    conn: AsyncConnection, clock: Clock, attachment_id: str, conversation_id: str, file: File,
    kind: str = PHOTO,
) -> None:  # fmt: skip
    """A photo or clip whose file is there."""
    await conn.execute(
        insert(attachment).values(
            id=attachment_id,
            conversation_id=conversation_id,
            kind=kind,
            state=KEPT,
            created_at=clock.now(),
            **_columns(file),
        )
    )


async def expect(
    conn: AsyncConnection,
    clock: Clock,
    attachment_id: str,
    conversation_id: str,
    *,
    kind: str,
    source: str,
) -> bool:
    """Note one that is still to be fetched; False when it is noted already."""
    if await find(conn, attachment_id) is not None:
        return False
    await conn.execute(
        insert(attachment).values(
            id=attachment_id,
            conversation_id=conversation_id,
            kind=kind,
            state=COMING,
            source=source,
            not_before=clock.now(),
            created_at=clock.now(),
            **_columns(File("", 0, "")),
        )
    )
    return True


def _columns(file: File) -> dict[str, Any]:
    return {
        "content_type": file.content_type,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "width": file.width,
        "height": file.height,
        "duration_ms": file.duration_ms,
    }


async def find(conn: AsyncConnection, attachment_id: str) -> Attachment | None:
    row = (await conn.execute(select(attachment).where(attachment.c.id == attachment_id))).first()
    return _attachment(row) if row else None


async def of_conversation(conn: AsyncConnection, conversation_id: str) -> list[Attachment]:
    rows = await conn.execute(
        select(attachment).where(attachment.c.conversation_id == conversation_id)
    )
    return [_attachment(row) for row in rows]


async def due(conn: AsyncConnection, clock: Clock) -> list[Attachment]:
    """Those that should be fetched now, oldest first."""
    rows = await conn.execute(
        select(attachment)
        .where(attachment.c.state == COMING, attachment.c.not_before <= clock.now())
        .order_by(attachment.c.created_at)
        .limit(AT_ONCE)
    )
    return [_attachment(row) for row in rows]


async def put_off(conn: AsyncConnection, attachment_id: str, until: datetime) -> None:
    """A fetch failed, and is to be tried again."""
    await conn.execute(
        update(attachment)
        .where(attachment.c.id == attachment_id)
        .values(attempts=attachment.c.attempts + 1, not_before=until)
    )


async def keep(conn: AsyncConnection, attachment_id: str, file: File) -> None:
    """Its file is here now."""
    await conn.execute(
        update(attachment)
        .where(attachment.c.id == attachment_id)
        .values(state=KEPT, source=None, not_before=None, **_columns(file))
    )


async def lose(conn: AsyncConnection, attachment_id: str) -> None:
    """It will never come, or its file is deleted; what was said in it is forgotten too."""
    await conn.execute(
        update(attachment)
        .where(attachment.c.id == attachment_id)
        .values(state=LOST, source=None, not_before=None, transcript=None)
    )


async def transcribe(conn: AsyncConnection, attachment_id: str, transcript: dict[str, Any]) -> None:
    """What a recogniser heard in it."""
    await conn.execute(
        update(attachment).where(attachment.c.id == attachment_id).values(transcript=transcript)
    )


async def clips_before(conn: AsyncConnection, moment: datetime) -> list[str]:
    """Ids of kept clips that are older."""
    rows = await conn.execute(
        select(attachment.c.id)
        .where(
            attachment.c.kind == VOICE, attachment.c.state == KEPT, attachment.c.created_at < moment
        )
        .limit(AT_ONCE)
    )
    return list(rows.scalars())
