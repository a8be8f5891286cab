"""What the community's timers do when they are due: one module for each kind of reminder."""

from __future__ import annotations

from bot.reminders import appointment, asking, checkins, doses, mutual_aid, parking
from community.times import Clock
from conversation import aloud, telling
from conversation.timers import Handler


def handlers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer; the gateway fires them."""
    return {
        **telling.timers(clock),
        **aloud.timers(clock),
        **doses.timers(clock),
        **checkins.timers(clock),
        **parking.timers(clock),
        **mutual_aid.timers(clock),
        **asking.timers(clock),
        **appointment.timers(clock),
    }
