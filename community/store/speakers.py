"""Speakers at home: which they are, how each is spoken to, and what was said aloud there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.schema import identity, resident, room, speaker, spoken
from community.times import Clock

CLIENT, XIAOZHI, WYOMING, PAGE = "client", "xiaozhi", "wyoming", "page"
"""Kinds: our own client, a device of the xiaozhi protocol, a satellite of Home Assistant, a browser
in which somebody speaks."""
PACE, VOLUME = 3, 60
"""How a new speaker talks: 1 to 5, and 0 to 100"""
STRAYS_AT_ONCE = 200


@dataclass(frozen=True)
class Speaker:
    """One device with a microphone, and the home it stands in."""

    id: str
    device_key: str
    "What the device calls itself: its MAC address, or a name of its client's making"
    kind: str
    "CLIENT, XIAOZHI, WYOMING or PAGE"
    name: str
    identity_id: str
    secret_hash: str | None
    client_id: str | None
    "What a xiaozhi speaker called itself beside its address when it was bound"
    next_client_id: str | None
    "What the one that waits to be bound calls itself"
    code: str | None
    "That binds it, shown until `code_until`"
    code_until: datetime | None
    pace: int
    volume: int
    senior: bool
    pauses: tuple[float, ...]
    seen_at: datetime
    room_id: str | None
    resident_id: str | None
    home: str | None
    "Label of the home; None while it is bound to none"
    person: str | None
    "Whose it is, when that is one person"

    def shows_code(self, now: datetime) -> bool:
        """Whether it waits to be bound by a code at this moment."""
        return self.code_until is not None and self.code_until > now


_ALL = (
    select(
        speaker,
        identity.c.room_id,
        identity.c.resident_id,
        room.c.label.label("home"),
        resident.c.name.label("person"),
    )
    .join(identity, identity.c.id == speaker.c.identity_id)
    .outerjoin(room, room.c.id == identity.c.room_id)
    .outerjoin(resident, resident.c.id == identity.c.resident_id)
)


def _speaker(row: Row[Any]) -> Speaker:
    values = {name: getattr(row, name) for name in Speaker.__dataclass_fields__}
    return Speaker(**values | {"pauses": tuple(row.pauses)})


async def by_device(conn: AsyncConnection, device_key: str) -> Speaker | None:
    row = (await conn.execute(_ALL.where(speaker.c.device_key == device_key))).first()
    return _speaker(row) if row else None


async def by_code(conn: AsyncConnection, clock: Clock, code: str) -> Speaker | None:
    """The speaker that shows this code now."""
    found = _ALL.where(speaker.c.code == code, speaker.c.code_until > clock.now())
    row = (await conn.execute(found)).first()
    return _speaker(row) if row else None


async def get(conn: AsyncConnection, speaker_id: str) -> Speaker | None:
    row = (await conn.execute(_ALL.where(speaker.c.id == speaker_id))).first()
    return _speaker(row) if row else None


async def bound(conn: AsyncConnection) -> list[Speaker]:
    """Those that stand in a home, by its label."""
    rows = await conn.execute(
        _ALL.where(identity.c.room_id.is_not(None), speaker.c.kind != PAGE).order_by(
            room.c.building, room.c.label
        )
    )
    return [_speaker(row) for row in rows]


async def strays(conn: AsyncConnection, before: datetime) -> list[Speaker]:
    """Those that stand in no home and were last there before a moment."""
    rows = await conn.execute(
        _ALL.where(
            identity.c.room_id.is_(None), speaker.c.kind != PAGE, speaker.c.seen_at < before
        ).limit(STRAYS_AT_ONCE)
    )
    return [_speaker(row) for row in rows]


async def forget_pages(conn: AsyncConnection, before: datetime) -> None:
    """How pages of the web chat liked to be spoken to that were last there before a moment."""
    await conn.execute(delete(speaker).where(speaker.c.kind == PAGE, speaker.c.seen_at < before))


async def remove(conn: AsyncConnection, one: Speaker) -> None:
    """A speaker that never said a word, with its account."""
    await conn.execute(delete(speaker).where(speaker.c.id == one.id))
    await conn.execute(delete(identity).where(identity.c.id == one.identity_id))


async def add(
    conn: AsyncConnection, clock: Clock, *, device_key: str, kind: str, name: str,
    identity_id: str, secret_hash: str | None,
) -> None:  # fmt: skip
    await conn.execute(
        insert(speaker).values(
            id=new_id("spk"), device_key=device_key, kind=kind, name=name, identity_id=identity_id,
            secret_hash=secret_hash, pace=PACE, volume=VOLUME, senior=True, pauses=[], seen_at=clock.now(),
            created_at=clock.now(),
        )
    )  # fmt: skip


async def show_code(
    conn: AsyncConnection, speaker_id: str, code: str, until: datetime, client_id: str | None
) -> None:
    """The code that binds it from now on, and no speaker that showed the same before."""
    await conn.execute(
        update(speaker).where(speaker.c.code == code).values(code=None, code_until=None)
    )
    await conn.execute(
        update(speaker)
        .where(speaker.c.id == speaker_id)
        .values(code=code, code_until=until, next_client_id=client_id)
    )


async def end_code(conn: AsyncConnection, speaker_id: str) -> None:
    """It was entered: the speaker is the one that showed it."""
    await conn.execute(
        update(speaker)
        .where(speaker.c.id == speaker_id)
        .values(
            code=None, code_until=None, next_client_id=None,
            client_id=func.coalesce(speaker.c.next_client_id, speaker.c.client_id),
        )
    )  # fmt: skip


async def rename(conn: AsyncConnection, speaker_id: str, name: str) -> None:
    await conn.execute(update(speaker).where(speaker.c.id == speaker_id).values(name=name))


async def seen(conn: AsyncConnection, clock: Clock, speaker_id: str) -> None:
    await conn.execute(
        update(speaker).where(speaker.c.id == speaker_id).values(seen_at=clock.now())
    )


async def keep_habits(
    conn: AsyncConnection,
    speaker_id: str,
    *,
    pace: int,
    volume: int,
    senior: bool,
    pauses: Sequence[float],
) -> None:
    await conn.execute(
        update(speaker)
        .where(speaker.c.id == speaker_id)
        .values(pace=pace, volume=volume, senior=senior, pauses=list(pauses))
    )


async def move(conn: AsyncConnection, speaker_id: str, identity_id: str) -> None:
    """It speaks for another account from now on, in the manner of a new speaker."""
    await conn.execute(
        update(speaker)
        .where(speaker.c.id == speaker_id)
        .values(identity_id=identity_id, pace=PACE, volume=VOLUME, senior=True, pauses=[])
    )


# --- what was said aloud


@dataclass(frozen=True)
class Spoken:
    """What became of one message that is said aloud."""

    fate: str
    "queued, played, cut or answered"
    times: int
    "How often it was begun"
    at: datetime


async def fates(conn: AsyncConnection, conversation_id: str) -> dict[int, Spoken]:
    """By the message's number."""
    rows = await conn.execute(select(spoken).where(spoken.c.conversation_id == conversation_id))
    return {row.seq: Spoken(row.fate, row.times, row.at) for row in rows}


async def note_fate(
    conn: AsyncConnection, clock: Clock, conversation_id: str, seq: int, fate: str, *, begun: bool
) -> None:
    """Note what became of a message; once it is answered it stays so."""
    known = (
        await conn.execute(
            select(spoken.c.fate, spoken.c.times).where(
                spoken.c.conversation_id == conversation_id, spoken.c.seq == seq
            )
        )
    ).first()
    if known is None:
        await conn.execute(
            insert(spoken).values(
                conversation_id=conversation_id, seq=seq, fate=fate, times=int(begun),
                at=clock.now(),
            )
        )  # fmt: skip
    elif known.fate != "answered":
        await conn.execute(
            update(spoken)
            .where(spoken.c.conversation_id == conversation_id, spoken.c.seq == seq)
            .values(fate=fate, times=known.times + begun, at=clock.now())
        )
