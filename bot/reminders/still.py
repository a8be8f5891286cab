"""Whether a reminder is still worth saying aloud: what was answered elsewhere is not said again."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound
from community.services import wellbeing
from community.store import appointments, medications
from community.times import Clock


class Still:
    """Reads a reminder's key as its writer made it, `kind:whose:…`; of others it knows nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, conn: AsyncConnection, key: str) -> bool:
        kind, _, rest = key.partition(":")
        whose, _, more = rest.partition(":")
        match kind:
            case "dose":
                dose = await medications.find_dose(conn, whose)
                return dose is not None and dose.state in medications.OPEN
            case "checkin":
                day = date.fromisoformat(more.partition(":")[0])
                return await wellbeing.unanswered(conn, self._clock, whose, day) is not None
            case "appointment":
                try:
                    one = await appointments.by_no(conn, int(whose))
                except NotFound:
                    return False
                return one.state == "booked" and one.starts_at > self._clock.now()
        return True
