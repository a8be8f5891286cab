"""Taking back what a home has asked of the estate: offered first, carried out on yes."""

from __future__ import annotations

from functools import partial

from rasa_sdk.events import EventType, SlotSet

from actions.hearing import Hearing
from community.services import parking, release, space
from conversation import parking_line


def offer(kind: str, no: int) -> EventType:
    """The open offer to take back number `no`; the question is the caller's."""
    return SlotSet("offer", {"kind": kind, "no": no})


async def carry_out(heard: Hearing, kind: str, no: int) -> None:
    """Take it back and say so. Raises what the services raise."""
    account = await heard.party()
    match kind:
        case "cancel_space":
            booking = await space.cancel(heard.ctx, account, no)
            heard.say("utter_space_cancelled", no=no, name=booking.name)
        case "cancel_release":
            await release.cancel(heard.ctx, account, no)
            heard.say("utter_release_cancelled", no=no)
        case _:
            over = partial(parking_line.over, heard.ctx.clock)
            await parking.cancel(heard.ctx, account, no, tell=over)
            heard.say("utter_parking_cancelled", no=no)
