"""Parking: a space that was held too long goes to the next in line, and both homes are told."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.phrases import phrase
from community.services import parking
from community.store.parking import Request
from community.times import Clock, date_words
from conversation import parking_line, telling
from conversation.messages import Draft
from conversation.timers import Handler


def timers(clock: Clock) -> dict[str, Handler]:
    """The handler of the looks at the waiting line."""

    async def look(conn: AsyncConnection, payload: dict[str, Any]) -> None:
        ended, served = await parking.turn_over(conn, clock)
        for one in ended:
            await _tell(conn, clock, one, "ended", phrase("parking.ended", space=one.space_code))
        for one in served:
            assert one.held_until is not None  # noqa: S101 - that is what being served means
            words = phrase(
                "parking.served", no=one.no, space=one.space_code, until=date_words(one.held_until)
            )
            await _tell(conn, clock, one, "served", words)
            await parking_line.look_when_due(conn, one)

    return {parking_line.KIND: look}


async def _tell(conn: AsyncConnection, clock: Clock, one: Request, news: str, words: str) -> None:
    homes = await telling.of_home(conn, one.room_id)
    await telling.tell(conn, clock, homes, [Draft(words)], key=f"{one.id}:{news}")
