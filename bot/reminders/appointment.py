"""Appointments: a word in time to whoever booked it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from community.labels import label
from community.store import appointments
from community.store.appointments import Appointment
from community.times import Clock, date_words
from conversation import telling
from conversation.messages import Draft
from conversation.timers import Handler

KIND = "appointment"


def timers(clock: Clock) -> dict[str, Handler]:
    """The payload's `id` names the appointment, `conversation_id` who is told."""
    return {KIND: partial(_remind, clock)}


def words(one: Appointment) -> str:
    """What its reminder says."""
    return label("appointment_news", "soon_home" if one.at_home else "soon").format(
        when=date_words(one.starts_at), person=one.person, name=one.name, turn=one.queue_no,
        place=one.place,
    )  # fmt: skip


def key(one: Appointment) -> str:
    """The writer's key of its reminder: moved to another time it is another reminder."""
    return f"{KIND}:{one.no}:{one.starts_at:%Y%m%d%H%M}"


async def _remind(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    one = await appointments.get(conn, payload["id"])
    if one.state != "booked" or one.starts_at <= clock.now():
        return
    draft = Draft(words(one), purpose="reminder", private=True)
    await telling.tell(
        conn, clock, [payload["conversation_id"]], [draft], key=key(one), until=one.starts_at,
        at_any_hour=telling.after_quiet(clock.now()) >= one.starts_at,
    )  # fmt: skip
