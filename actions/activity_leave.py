"""Leaving an activity's list, and telling whoever moves up, in one transaction."""

from __future__ import annotations

from typing import Any

from actions.activity_words import when_words
from actions.hearing import Hearing
from community.labels import label
from community.services import activity
from community.store.activities import Signup
from community.times import Clock
from conversation import telling
from conversation.messages import Draft


async def carry_out(heard: Hearing, no: int) -> None:
    """Leave the list and say so. Raises what the service raises."""
    left = await activity.cancel(heard.ctx, await heard.party(), no, teller(heard.ctx.clock))
    heard.say("utter_activity_cancelled", no=left.no, name=left.name)


def teller(clock: Clock) -> activity.Tell:
    """Tells a waiting resident of the seat, when it may be said."""

    async def tell(conn: Any, one: Signup) -> None:
        words = label("activity_news", "seated").format(
            name=one.name, when=when_words(one, clock.now()), place=one.place, no=one.no
        )
        key = f"{one.id}:seated"
        own = [one.conversation_id] if one.conversation_id else None
        told = own or await telling.of_home(conn, one.room_id)
        await telling.tell(conn, clock, told, [Draft(words)], key=key)

    return tell
