"""Health appointments on the desk: who is where, never what for."""

from __future__ import annotations

from datetime import date

from community.context import Context
from community.labels import label
from community.registers import Register
from community.services import appointment
from community.services.seats import HEALTH
from community.times import window_words


async def register(ctx: Context, day: date) -> Register:
    """The visits and consultations of one day; a service is told by its place alone."""
    rows = tuple(
        (
            window_words(one.starts_at, one.ends_at),
            label("health_mask", "visit" if one.at_home else "clinic"),
            str(one.queue_no),
            one.person,
            one.home,
            label("appointment_state", one.state),
            str(one.no),
        )
        for one in await appointment.of_day(ctx, HEALTH, day)
    )
    head = ("when", "place", "turn", "person", "home", "state", "number")
    return Register(
        label("appointment_register", "health"),
        tuple(label("appointment_column", one) for one in head),
        rows,
    )
