"""Help requests that stand still: nobody takes it, begins, says that it is done, or confirms it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from community.services.help_words import told
from community.store import helps
from community.times import Clock
from conversation import telling
from conversation.messages import Draft
from conversation.timers import Handler

STANDS_IN = {
    "untaken": "posted", "unstarted": "accepted", "unfinished": "started", "unconfirmed": "done",
}  # fmt: skip
"By event: the state in which it is still worth a word"
OF_HELPER = frozenset({"unfinished"})
"What the helper is asked; the rest concerns who asked for help"


def timers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer; the payload's `id` names the request."""
    return {f"help_{event}": partial(_remind, clock, event) for event in STANDS_IN}


async def _remind(clock: Clock, event: str, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    asked = await helps.get(conn, payload["id"])
    to = asked.helper_conversation if event in OF_HELPER else asked.conversation_id
    if asked.state != STANDS_IN[event] or to is None:
        return
    words, choices = told(event, asked)
    key = f"help:{asked.no}:{event}:{clock.now():%Y%m%d%H%M}"
    await telling.tell(conn, clock, [to], [Draft(words, choices)], key=key)
