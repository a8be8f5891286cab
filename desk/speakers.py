"""Speakers at the desk: put into a home by the code they show, taken out again; the audit has it."""

from __future__ import annotations

from community.context import Context
from community.errors import NotFound
from community.services import speakers
from community.store import speakers as kept
from conversation import audit
from desk.staff import Staff


async def bind(
    ctx: Context, person: Staff, *, code: str, room_id: str, resident_id: str | None, name: str
) -> bool:
    """Put the speaker that shows the code into a home; False for a code that none shows.

    Raises BadInput, TooMany.
    """
    async with ctx.db.write() as conn:
        one = await speakers.bind(
            conn, ctx.clock, code=code, room_id=room_id, resident_id=resident_id, name=name,
            guesser=person.id, may_move=True,
        )  # fmt: skip
        if one is None:
            return False
        await audit.record(
            conn, ctx.clock, actor=person.id, act="speaker.bind", obj=one.id,
            detail={"room": room_id, "resident": resident_id},
        )  # fmt: skip
        return True


async def unbind(ctx: Context, person: Staff, speaker_id: str) -> None:
    """Take a speaker out of its home. Raises NotFound."""
    async with ctx.db.write() as conn:
        one = await kept.get(conn, speaker_id)
        if one is None or one.room_id is None or one.kind == kept.PAGE:
            raise NotFound("no such speaker in a home")
        await speakers.unbind(conn, ctx.clock, one)
        await audit.record(
            conn, ctx.clock, actor=person.id, act="speaker.unbind", obj=one.id,
            detail={"room": one.room_id},
        )  # fmt: skip
