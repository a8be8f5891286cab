"""What an account that is erased leaves of care at home: no medicine, no reminder, no question."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store import checkins, medications
from community.store.schema import identity, medication_plan, timer
from community.times import Clock
from conversation import care, timers


async def erase_care(
    conn: AsyncConnection, clock: Clock, identity_id: str, resident_id: str | None, *, leaving: str
) -> None:
    """Medicines become `leaving` and are silent; nobody is asked or looked for any more.

    Of a person who has another account only what this account alone had goes. What a guardian set
    up for them is the guardian's to end.
    """
    has_another = await _has_account(conn, resident_id)
    whose: ColumnElement[bool] = medication_plan.c.resident_id.is_(None)
    if not has_another and resident_id is not None:
        whose = or_(whose, medication_plan.c.resident_id == resident_id)
    await _end_plans(conn, and_(medication_plan.c.identity_id == identity_id, whose), leaving)
    if resident_id is not None and not has_another:
        await checkins.ask_no_more(conn, clock, resident_id)
        await timers.cancel(conn, f"{care.ASK}:{resident_id}")
        ladders = timer.c.key.startswith(f"{care.LADDER}:{resident_id}:", autoescape=True)
        await conn.execute(
            update(timer).where(ladders, timer.c.state == "pending").values(state="cancelled")
        )


async def _has_account(conn: AsyncConnection, resident_id: str | None) -> bool:
    """The one that is being erased is nobody's by now."""
    found = await conn.execute(
        select(identity.c.id).where(identity.c.resident_id == resident_id).limit(1)
    )
    return found.first() is not None


async def _end_plans(conn: AsyncConnection, which: ColumnElement[bool], leaving: str) -> None:
    rows = await conn.execute(select(medication_plan.c.id, medication_plan.c.no).where(which))
    for plan_id, no in rows.all():
        await medications.close_open(conn, plan_id)
        await conn.execute(
            update(medication_plan)
            .where(medication_plan.c.id == plan_id)
            .values(drug=leaving, state=medications.STOPPED)
        )
        await timers.cancel(conn, f"{care.DOSE}:{no}")
