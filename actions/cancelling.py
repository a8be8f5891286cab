"""Taking back what a home has asked of the estate: offered first, carried out on yes."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.hearing import Hearing
from community.services import parking, release, space
from conversation.timers import set_timer


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
            await parking.cancel(heard.ctx, account, no)
            await look_at_line(heard)
            heard.say("utter_parking_cancelled", no=no)


async def look_at_line(heard: Hearing, no: int = 0) -> None:
    """Have the waiting line looked at: now, or when the space held for request `no` is due."""
    due_at = heard.ctx.clock.now()
    if no:
        account = await heard.party()
        held = [one for one, _ in await parking.mine(heard.ctx, account) if one.no == no]
        due_at = held[0].held_until or due_at
    async with heard.ctx.db.write() as conn:
        await set_timer(
            conn, kind="parking_line", key=f"parking_line:{no}", due_at=due_at, payload={}
        )
