"""Guardianships at the desk: taken down and ended, both sides hear of it, the audit has it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.labels import label
from community.services import guardianship
from community.store.guardians import RIGHTS, Guardian
from conversation import audit, telling
from conversation.messages import Draft
from desk.staff import Staff
from desk.words import words


async def grant(
    ctx: Context,
    person: Staff,
    *,
    elder_id: str,
    guardian_id: str,
    kin: str,
    rights: frozenset[str],
    whole_home: bool,
) -> None:
    """Take down what an elder agrees to. Raises BadInput, NotFound."""

    async def tell(conn: AsyncConnection, one: Guardian) -> None:
        await _tell(conn, ctx, person, one, "granted")

    await guardianship.grant(
        ctx, elder_id=elder_id, guardian_id=guardian_id, kin=kin, rights=rights,
        whole_home=whole_home, staff_id=person.id, tell=tell,
    )  # fmt: skip


async def end(ctx: Context, person: Staff, guardianship_id: str) -> None:
    """Take the rights back. Raises NotFound when there are none any more."""

    async def tell(conn: AsyncConnection, one: Guardian) -> None:
        await _tell(conn, ctx, person, one, "ended")

    await guardianship.end(ctx, guardianship_id, tell=tell)


async def _tell(
    conn: AsyncConnection, ctx: Context, person: Staff, one: Guardian, act: str
) -> None:
    detail = {"rights": list(one.rights)}
    await audit.record(
        conn, ctx.clock, actor=person.id, act=f"guardianship.{act}", obj=one.id, detail=detail
    )
    said = {
        "elder": one.elder_name, "guardian": one.guardian_name,
        "rights": "、".join(label("guardian_right", each) for each in RIGHTS if each in one.rights),
    }  # fmt: skip
    key = f"guardianship.{act}:{one.id}:{one.consented_at.isoformat()}"
    for side, resident_id in (("elder", one.elder_id), ("guardian", one.guardian_id)):
        reached = await telling.of_person(conn, resident_id)
        draft = Draft(words(f"guardianship.{act}_{side}", **said))
        await telling.tell(conn, ctx.clock, reached, [draft], key=f"{key}:{side}")
