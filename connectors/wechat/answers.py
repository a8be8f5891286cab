"""The answer in a response: everything that waits for the reader, in its order, the same each time.

What was to go through the API and has not gone yet goes along, so that nothing overtakes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from community.times import Clock
from connectors.splitting import split
from connectors.wechat import store, ways
from connectors.wechat.delivery import words_of
from connectors.wechat.passive import TEXT_MAX_BYTES
from connectors.wechat.store import Bundle
from connectors.wechat.ways import Way
from connectors.wechat.words import words
from connectors.wechat.xml import sanitised
from conversation.inbox import Turn


async def take(conn: AsyncConnection, clock: Clock, turn: Turn, *, may_push: bool) -> str | None:
    """What a finished turn is answered with; None for nothing, or when it comes through the API.

    As much of what waits as fits, and the rest through the API, or without `may_push` with the next
    answer; none of it while a call with some of it is under way. A safety sentence goes first. A
    photo follows through the API, or without `may_push` is told of.
    Needs a write transaction.
    """
    known = await ways.answered(conn, turn.id)
    if known is not None:
        return known.reply
    waiting = await store.waiting(conn, turn, may_push=may_push)
    if waiting is None:
        await ways.note(conn, clock, turn.id, Way.API)
        return None
    if may_push:
        waiting = [one for one in waiting if one.photo is None]
    given, reply = _fitting(waiting, may_cut=not may_push)
    is_all = sum(len(one.messages) for one in given) == sum(len(one.messages) for one in waiting)
    way = Way.API if may_push and not is_all else Way.PASSIVE
    await ways.note(conn, clock, turn.id, way, reply=reply)
    await store.mark_given(conn, clock, turn.conversation_id, given)
    return reply


def _together(bundles: Sequence[Bundle]) -> str:
    return sanitised("\n".join(words_of(one) for one in bundles))


def _fits(text: str) -> bool:
    return len(text.encode()) <= TEXT_MAX_BYTES


def _fitting(waiting: Sequence[Bundle], *, may_cut: bool) -> tuple[Sequence[Bundle], str | None]:
    """What fits into one answer, and its text: whole messages from the first on.

    When not all does, a safety sentence alone. Of a message that is too long by itself nothing, or
    with `may_cut` its beginning.
    """
    if not waiting:
        return [], None
    if _fits(text := _together(waiting)):
        return waiting, text
    safety = [one for one in waiting if one.is_safety]
    if safety and _fits(text := _together(safety)):
        return safety, text
    single = [replace(one, messages=(said,)) for one in waiting for said in one.messages]
    for count in range(len(single) - 1, 0, -1):
        if _fits(text := _together(single[:count])):
            return single[:count], text
    if not may_cut:
        return [], None
    ending = words("cut")
    beginning = split(_together(single[:1]), TEXT_MAX_BYTES - len(ending.encode()))[0]
    return single[:1], f"{beginning}{ending}"
