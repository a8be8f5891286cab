"""What the community's timers do when they are due: one module for each kind of reminder."""

from __future__ import annotations

from community.times import Clock
from conversation import telling
from conversation.timers import Handler


def handlers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer; the gateway fires them."""
    return {**telling.timers(clock)}
