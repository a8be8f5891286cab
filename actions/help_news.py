"""Telling those concerned what happened to a help request, in the transaction of the move."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions.hearing import Hearing
from community.services.help_words import told
from community.services.mutual_aid import News, Tell
from community.services.volunteers import rules
from conversation import telling, timers
from conversation.messages import Draft

WAITS_FOR_HELPER = timedelta(hours=4)
AT_LEAST = timedelta(minutes=30)
WAITS_FOR_CONFIRMATION = timedelta(hours=24)


def teller(heard: Hearing) -> Tell:
    """What a service runs with each piece of news; the same turn says it once."""

    async def tell(conn: Any, news: News) -> None:
        words, choices = told(news.event, news.asked)
        key = f"help:{news.asked.no}:{news.event}:{heard.turn_id}"
        await telling.tell(conn, heard.ctx.clock, news.to, [Draft(words, choices)], key=key)
        await _remind(conn, heard, news)

    return tell


async def _remind(conn: Any, heard: Hearing, news: News) -> None:
    """Look again at what may stand still from here."""
    asked, now = news.asked, heard.ctx.clock.now()
    if news.event == "call":
        before_start = asked.starts_at - timedelta(hours=1)
        due_at = max(now + AT_LEAST, min(now + WAITS_FOR_HELPER, before_start))
        await _set(conn, "help_untaken", asked.id, due_at)
    elif news.event == "accepted":
        over = max(asked.ends_at, asked.starts_at + AT_LEAST)
        await _set(conn, "help_unstarted", asked.id, over)
    elif news.event == "started":
        longest = timedelta(minutes=rules()["most_minutes"])
        await _set(conn, "help_unfinished", asked.id, now + longest)
    elif news.event == "done":
        await _set(conn, "help_unconfirmed", asked.id, now + WAITS_FOR_CONFIRMATION)


async def _set(conn: Any, kind: str, request_id: str, due_at: Any) -> None:
    await timers.set_timer(
        conn, kind=kind, key=f"{kind}:{request_id}", due_at=due_at, payload={"id": request_id}
    )
