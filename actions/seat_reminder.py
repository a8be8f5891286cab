"""The reminder of an appointment: the evening before, or two hours before one that is near."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.hearing import Hearing
from community.services.appointment import STANDS
from community.store.appointments import Appointment
from community.times import local
from conversation.timers import cancel, set_timer

KIND = "appointment"
EVENING = 18
NEAR = timedelta(hours=2)


def due(starts_at: datetime, now: datetime) -> datetime | None:
    """When to remind of what begins then; None when it is too late for it."""
    evening = local(starts_at).replace(hour=EVENING, minute=0) - timedelta(days=1)
    moments = [one for one in (evening, starts_at - NEAR) if one > now]
    return moments[0] if moments else None


async def remind(heard: Hearing, one: Appointment) -> None:
    """Set the reminder of an appointment anew, or silence it when it stands no more."""
    key, due_at = f"{KIND}:{one.no}", due(one.starts_at, heard.ctx.clock.now())
    async with heard.ctx.db.write() as conn:
        if due_at is None or one.state not in STANDS:
            await cancel(conn, key)
            return
        payload = {"id": one.id, "conversation_id": heard.conversation_id}
        await set_timer(conn, kind=KIND, key=key, due_at=due_at, payload=payload)
