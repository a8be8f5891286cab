"""Shops to be asked and slips to be allowed: the home hears in time when nobody has answered yet."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.phrases import phrase
from community.store import merchants, releases
from community.times import Clock, window_words
from conversation import asking, telling
from conversation.messages import Draft
from conversation.timers import Handler


def timers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer; the payload's `no` names the order or the slip."""
    return {asking.ORDER: partial(_order, clock), asking.SLIP: partial(_slip, clock)}


async def _order(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    one = await merchants.find(conn, int(payload["no"]))
    if one is None or one.state != "requested":
        return
    words = phrase("asking.order", no=one.no, shop=one.shop, phone=one.shop_phone)
    key = f"{asking.ORDER}:{one.no}"
    await telling.tell(conn, clock, [one.conversation_id], [Draft(words)], key=key)


async def _slip(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    one = await releases.by_no(conn, int(payload["no"]))
    if one is None or one.state != "pending":
        return
    when = window_words(one.starts_at, one.ends_at)
    words = phrase("asking.slip", no=one.no, items=one.items, when=when)
    homes = await telling.of_home(conn, one.room_id)
    await telling.tell(conn, clock, homes, [Draft(words)], key=f"{asking.SLIP}:{one.no}")
